"""The tutorial: its commands print what the page shows."""

import re

import pytest
from consoles import CONSOLE, TUTORIAL, commands_of, lasting, run, with_outputs, write_plans

TEXT = TUTORIAL.read_text(encoding="utf-8")


def test_the_first_command_prints_what_the_page_shows(tmp_path):
    write_plans(TEXT, tmp_path)
    block = CONSOLE.search(TEXT)[1]
    (command,) = commands_of(block)
    assert lasting(f"$ {command}\n{run(command, tmp_path)}\n") == lasting(block)


def test_what_passes_is_all_that_is_left_out():
    assert lasting("a\ntime: about 2s\nwalker-steps in 1m20s (48 Msteps/s). Next") == "a\n\nwalker-steps . Next"


@pytest.mark.long
def test_the_whole_tutorial_prints_what_the_page_shows(tmp_path):
    again = with_outputs(TEXT, tmp_path)
    assert lasting(again) == lasting(TEXT)
    for name in re.findall(r"^(results/\S+\.(?:png|html))$", TEXT, re.MULTILINE):
        assert (tmp_path / name).stat().st_size > 10_000
