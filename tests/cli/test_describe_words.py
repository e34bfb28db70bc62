"""Tests of the words in which `hts describe` tells cost and time."""

import pytest

from hts.cli.describe import show_cost
from hts.cli.progress import clock
from hts.forecast import Cost
from hts.plans import starter
from hts.words import whole

COST = Cost(2e9, 3e12, 5500.0, 700.0, threads=8, bytes=4_900_000, steps_per_second=2e8, basis="assumed")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "?"),
        (59.4, "59s"),
        (190, "3m10s"),
        (5 * 3600 + 120, "5h02m"),
        (47 * 3600, "47h00m"),
        (5_882_340, "68d01h"),
        (3.2e12, "1e+05 years"),
    ],
)
def test_durations_are_told_in_units_that_a_person_has(seconds, words):
    assert clock(seconds) == words


def test_whole_numbers_keep_all_their_digits():
    assert [whole(n) for n in (0, 999, 1234567)] == ["0", "999", "1 234 567"]


def said(capsys, **changes):
    show_cost(Cost(**vars(COST) | changes))
    return capsys.readouterr().out.splitlines()


def test_cost_and_time_are_told_in_two_lines(capsys):
    lines = said(capsys)
    assert lines == [
        "to do: 2e+09 walker-steps expected (at most 3e+12), 4.9 MB",
        "time: about 11m40s on 8 threads, 1h31m on one, at 200 Msteps/s per core (assumed; --calibrate measures it)",
    ]
    assert (
        said(capsys, threads=1, basis="calibrated")[1] == "time: about 1h31m, at 200 Msteps/s per core (measured now)"
    )
    assert said(capsys, upper_bound_steps=2e9)[0] == "to do: 2e+09 walker-steps expected, 4.9 MB"
    assert said(capsys, expected_steps=0.0, upper_bound_steps=0.0) == ["to do: nothing"]
    assert "about a second on 8" in said(capsys, wall_seconds=0.02)[1]


def test_a_plan_of_very_many_cells_says_that_it_takes_long(hts, tmp_path, monkeypatch):
    monkeypatch.setattr("hts.cli.describe.MANY_CELLS", 3)
    plan = tmp_path / "study.toml"
    plan.write_text(starter("exits"), encoding="utf-8")
    code, _, err = hts("describe", plan)
    assert code == 0
    assert "cells: a forecast of each takes" in err
    monkeypatch.setattr("hts.cli.describe.MANY_CELLS", 1000)
    assert "a forecast of each" not in hts("describe", plan)[2]
