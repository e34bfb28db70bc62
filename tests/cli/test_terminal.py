"""Tests that both streams show what they cannot show as escapes, and that no text of a plan commands a terminal."""

import io
import sys

import pytest

from hts.cli.terminal import PlainStream, plain

HOSTILE = "\x1b]0;owned\x07 \r \u202e \x9b31m caf\u00e9 \u4e2d"


@pytest.fixture
def plan_text(plan_text):
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in HOSTILE)
    return plan_text.replace("two cells", escaped)


@pytest.mark.parametrize("command", ["describe", "predict"])
def test_a_title_cannot_command_the_terminal(hts, plan, command):
    code, out, err = hts(command, plan)
    assert code == 0, err
    assert "\\x1b]0;owned\\x07 \\x0d \\u202e \\x9b31m caf\u00e9 \u4e2d" in out
    assert not set(out) & set("\x1b\x07\r\u202e\x9b")


def test_neither_can_a_file_name(hts, tmp_path):
    code, _, err = hts("describe", tmp_path / "\x1b[2J.toml")
    assert code == 2
    assert "\\x1b[2J.toml" in err
    assert "\x1b" not in err


def test_nor_a_word_on_the_command_line(hts):
    code, _, err = hts("\x1b[2Jrun")
    assert code == 2
    assert "\x1b" not in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_letters_that_an_encoding_lacks_are_shown_as_escapes(hts, plan, monkeypatch, encoding):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    code, _, err = hts("describe", plan)
    assert code == 0, err
    out.flush()
    said = out.buffer.getvalue().decode(encoding)
    assert ("caf\u00e9" if encoding != "ascii" else "caf\\xe9") in said
    assert ("\u4e2d" if encoding == "utf-8" else "\\u4e2d") in said


def test_text_with_square_brackets_is_no_markup(hts, plan):
    plan.write_text(plan.read_text().replace('title = "', 'title = "[bold]x[/bold] '))
    assert "[bold]x[/bold]" in hts("describe", plan)[1]


def test_ordinary_text_stays_as_it_is():
    text = "alpha \u03b1\tb \u221e\nna\u00efve \u65e5\u672c"
    assert plain(text) == text


class Refusing(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


def test_words_that_may_be_lost_are_lost_and_results_are_not():
    assert PlainStream(Refusing(), may_fail=True).write("x") == 1
    with pytest.raises(OSError, match="No space"):
        PlainStream(Refusing(), may_fail=False).write("x")
