"""Faults: plans that hold far too much of something are refused soon, in little memory, and in few lines."""

import subprocess
import sys
from pathlib import Path

import pytest

from hts.errors import PlanError
from hts.landscapes import continuations, formula, gradients
from hts.landscapes.formulas import Formula
from hts.plans import parse_plan, read_plan
from hts.plans.mistakes import MAX_TOLD

LANDSCAPE = """[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
"""
REST = """[noise]
kind = "pareto"
[grid]
eta = [0.1]
b = [0.7]
alpha = [1.5]
[exit]
well = 0
walkers = 50
max_steps = 1000
"""
PLAN = LANDSCAPE + REST


def many(line: str, n: int) -> str:
    return "".join(line.format(i) for i in range(n))


COSTLY = {
    "dotted key": PLAN + ".".join("a" * 20_000) + " = 1\n",
    "dotted, quoted and spaced": PLAN + " . ".join(['"a\\""', "'b'", "c"] * 7) + " = 1\n",
    "dotted header": PLAN + "[" + ".".join("a" * 20_000) + "]\nx = 1\n",
    "bad etas": PLAN.replace("[0.1]", f"{[-1] * 99_000}"),
    "too many etas": PLAN.replace("[0.1]", f"{[1] * 100_001}"),
    "bad minima": PLAN.replace("[-1.0, 1.0]", "[" + "nan, " * 90_000 + "]"),
    "unknown keys": PLAN + many("k{} = 1\n", 9_000),
    "unknown keys above": many("k{} = 1\n", 9_000) + PLAN,
    "unknown keys inline": PLAN.replace("50", "{ " + ", ".join(f"k{i} = 1" for i in range(9_000)) + " }"),
    "unknown tables": PLAN + many("[k{}]\n", 9_000),
    "lines": "a,b\n" * 50_000,
    "grids": PLAN.replace("[grid]", "[[grid]]") + "[[grid]]\n" * 4_000,
    "few grids, each with mistakes": PLAN.replace("[grid]", "[[grid]]") + "[[grid]]\nk = 1\nl = 1\n" * 900,
    "nested arrays": PLAN.replace("[0.1]", "[" * 450 + "]" * 450),
    "nested tables": PLAN + "k = " + "{a=" * 450 + "1" + "}" * 450 + "\n",
    "long number": "seed = 0x" + "f" * 4_900_000 + "\n" + PLAN,
    "integer as a kind": PLAN.replace('"double-well"', "0x" + "f" * 9_000),
    "long word": PLAN.replace("double-well", "w" * 4_900_000),
    "long text": PLAN.replace("double-well", "w " * 2_400_000),
    "long key": PLAN + "'" + "k " * 2_400_000 + "' = 1\n",
    "escapes": 'title = "' + "\\n" * 100_000 + '"\n' + PLAN,
    "bytes": PLAN + "#" * 5_000_000,
}

#: Memory beyond what the imports take, in bytes, and seconds of processor time: several times what a plan takes on a
#: machine of today, and a fraction of what these took once.
RUN = """
import resource, sys
from hts.errors import PlanError
from hts.plans import read_plan
read_plan("good.toml")
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 200_000_000,) * 2)
for name in sys.argv[1:]:
    try:
        read_plan(name)
    except MemoryError:
        sys.exit(f"{name}: memory")
    except PlanError as refusal:
        print(len(str(refusal).splitlines()))
"""


@pytest.fixture
def costly(tmp_path):
    for name, text in COSTLY.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "good.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of a process as Linux sets them")
def test_costly_plans_are_refused_within_limits_on_memory_and_work(costly):
    names = [f"{name}.toml" for name in COSTLY]
    done = subprocess.run([sys.executable, "-c", RUN, *names], cwd=costly, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.split()) == len(COSTLY)


@pytest.mark.parametrize("name", COSTLY)
def test_each_refusal_is_short_and_names_its_file(costly, monkeypatch, name):
    monkeypatch.chdir(costly)
    with pytest.raises(PlanError) as refusal:
        read_plan(f"{name}.toml")
    lines = str(refusal.value).splitlines()
    assert 1 <= len(lines) <= MAX_TOLD + 1
    assert all(line.startswith(f"{name}.toml:") and line.isprintable() and len(line) < 400 for line in lines)


@pytest.mark.parametrize(
    ("name", "more"), [("unknown keys", 8_950), ("unknown keys above", 8_950), ("bad etas", 98_950)]
)
def test_mistakes_beyond_the_first_are_counted(costly, name, more):
    with pytest.raises(PlanError) as refusal:
        read_plan(costly / f"{name}.toml")
    *told, last = str(refusal.value).splitlines()
    assert len(told) == MAX_TOLD
    assert last.endswith(f": {more} more mistakes; mend these first")


@pytest.mark.parametrize(
    ("landscape", "words"),
    [
        ('kind = "formula"\nf = "x**2' + "+1e-3*sin(11e3*x)" * 80 + '"\ndomain = [-1, 1]', "turning points"),
        ('kind = "formula"\nf = "x**2' + "+x*x" * 1000 + '"\ndomain = [-1, 1]', "characters"),
        ('kind = "formula"\nf = "x**2' + "+abs(x-5)" * 51 + '"\ndomain = [-1, 1]', "51 times abs"),
        (f'kind = "multi-well"\nminima = {[2 * i for i in range(101)]}\nbarriers = []\ncurvature = 1', "more than 100"),
    ],
)
def test_landscapes_too_large_to_look_at_are_refused(landscape, words):
    with pytest.raises(PlanError, match=words):
        parse_plan(f"[landscape]\n{landscape}\n{REST}", Path("plan.toml"))


def test_all_turning_points_are_found_in_few_evaluations(monkeypatch):
    """A long formula was once evaluated ten times at each of its turning points, one by one."""
    calls = []
    rows = Formula._rows
    monkeypatch.setattr(Formula, "_rows", lambda self, x: calls.append(len(x)) or rows(self, x))
    assert formula("sin(150*x) + x", (-1.0, 1.0)).n_wells == 48
    assert len(calls) < 17 * 3 + 100  # blocks of the samples, and rounds of Brent's method


def test_a_plan_whose_table_is_nearly_the_largest_is_read_without_looking_for_the_smallest(monkeypatch):
    """Ten tables of 200,000 nodes were built one after the other before the plan was accepted."""
    sizes = []
    interpolate = gradients._interpolate
    monkeypatch.setattr(gradients, "_interpolate", lambda *given: sizes.append(given[-1]) or interpolate(*given))
    monkeypatch.setattr(gradients, "MAX_NODES", 2**12)
    monkeypatch.setattr(continuations, "check_table", lambda *given: False)  # as for tables of 65,000 nodes or more
    rough = formula("x**2 + 1e-3*sin(150*x)", (-1.0, 1.0))
    rough.check_gradient()
    assert sizes == [2**12]
    assert 2**11 < len(rough.gradient().table) <= 2**12
    assert len(sizes) > 5
