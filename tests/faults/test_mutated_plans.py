"""Faults: plans with random faults and extreme numbers end in a result, a refusal or a stop, never in a bug."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mutated_plans import SMALL, extreme, mutated

from hts.errors import PlanError
from hts.plans import parse_plan, parse_study

SCRIPT = Path(__file__).with_name("use_plans.py")
#: What a command may end in: done, a mistake in the plan, a limit of the machine.
FINE = {0, 2, 3}


def test_a_mutated_plan_is_read_or_refused_in_lines_that_name_it():
    refusals = []
    for number in range(60):
        try:
            parse_study(mutated(number), Path("plan.toml"))
        except PlanError as refusal:
            refusals.append(str(refusal))
    assert 5 < len(refusals) < 58
    assert all(line.startswith("plan.toml:") for said in refusals for line in said.splitlines())


def test_the_small_plans_have_no_fault_before_they_are_given_one():
    assert all(parse_plan(text, Path("plan.toml")) for text in SMALL)


@pytest.mark.parametrize("key", ["well", "walkers", "max_steps"])
def test_a_whole_number_of_thousands_of_digits_is_refused_in_one_line(key):
    """Python refuses to write such a number out, and a message about a well did so."""
    lines = {"well": "well = 0", "walkers": "walkers = 3", "max_steps": "max_steps = 9"}
    text = extreme(0).split("[exit]")[0] + "[exit]\n" + "\n".join(lines.values())
    with pytest.raises(PlanError, match=rf"^plan.toml:\d+:\d+: exit.{key}: must be at most .*0xffff") as refusal:
        parse_plan(text.replace(lines[key], f"{key} = 0x" + "f" * 5000), Path("plan.toml"))
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a limit on memory as Linux sets it")
@pytest.mark.parametrize(("kind", "n"), [("mutated", 3000), ("small", 3000), ("extreme", 300)])
def test_plans_by_the_thousand_meet_no_bug(kind, n):
    done = subprocess.run([sys.executable, SCRIPT, kind, "0", str(n)], capture_output=True, text=True, check=False)
    ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr[-2000:]
    assert [end for end in ends if end[3] not in FINE] == []
    assert len({end[1] for end in ends}) == n
