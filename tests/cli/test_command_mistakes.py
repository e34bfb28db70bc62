"""Tests of the commands on mistakes: what is said, with which exit code, and never a traceback."""

from pathlib import Path

import pytest


def test_new_does_not_overwrite(hts, plan, plan_text):
    code, _, err = hts("new", plan)
    assert code == 2
    assert "left alone" in err
    assert plan.read_text() == plan_text


def test_every_mistake_of_a_plan_is_told_at_its_place_with_exit_code_2(hts, plan, plan_text):
    plan.write_text(
        plan_text.replace("max_steps", "max_step").replace("0.05]", "-0.05]").replace('"pareto"', '"paretto"')
    )
    code, out, err = hts("run", plan)
    assert code == 2
    assert "Traceback" not in out + err
    for place in ("study.toml:11:", "study.toml:9:", "study.toml:17:1: exit.max_step: "):
        assert place in err


def test_a_folder_of_another_plan_is_refused_naming_the_key(hts, plan):
    assert hts("run", plan, "-o", "out")[0] == 0
    code, _, err = hts("run", plan, "-o", "out", "--seed", "6")
    assert code == 2
    assert "seed" in err
    assert "5" in err
    assert "6" in err


@pytest.mark.parametrize("command", ["fit", "status", "verify"])
def test_a_plan_in_place_of_its_results_is_answered_with_their_folder(hts, plan, command):
    code, _, err = hts(command, plan)
    assert code == 2
    assert "results/study if this is its plan" in err


@pytest.mark.parametrize(
    "words", [("fit", "nowhere"), ("status", "nowhere"), ("verify", "nowhere"), ("run", "no.toml")]
)
def test_what_does_not_exist_is_a_usage_error(hts, plan, words):
    code, out, err = hts(*words)
    assert code == 2
    assert "Traceback" not in out + err
    assert words[1] in err


def test_an_unknown_command_or_option_is_a_usage_error(hts, plan):
    assert hts("simulate", plan)[0] == 2
    assert hts("run", plan, "--thread", "2")[0] == 2


def test_a_bug_is_one_line_that_says_where_the_traceback_is(hts, plan, monkeypatch):
    monkeypatch.setattr("hts.plans.read_study", lambda *_: 1 / 0)
    code, _, err = hts("describe", plan)
    assert code == 70
    assert len(err.splitlines()) == 1
    kept = Path(err.rsplit(" ", 1)[1].strip())
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    kept.unlink()
