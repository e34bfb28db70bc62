"""Check that every mistake in a plan is told at its file, line and column, with the value and a remedy."""

import os
from pathlib import Path

import pytest

from hts.errors import PlanError
from hts.plans import parse_plan, read_plan

GOOD = """\
title = "check"
seed = 5
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
scale = 1.0
[grid]
eta = [0.1,
       0.05]
b = [0.7, inf]
alpha = [1.5]
[exit]
well = 0
walkers = 500
max_steps = 1000000
"""


def told(text: str, *overrides: str, seed: int | None = None) -> list[str]:
    """The lines of the refusal."""
    with pytest.raises(PlanError) as refusal:
        parse_plan(text, Path("plan.toml"), overrides, seed)
    assert refusal.value.exit_code == 2
    return str(refusal.value).splitlines()


def told_of(old: str, new: str) -> str:
    """The one line of the refusal when a piece of the good plan is replaced."""
    assert old in GOOD
    (line,) = told(GOOD.replace(old, new))
    return line


def test_the_good_plan_is_good():
    assert len(parse_plan(GOOD, Path("plan.toml")).cells()) == 4


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("max_steps", "max_step", "19:1: exit.max_step: unknown key (did you mean 'max_steps'?)"),
        ("scale = 1.0", "Scale = 1.0", "10:1: noise.Scale: unknown key (did you mean 'scale'?)"),
        ("scale = 1.0", "walkers = 1", "10:1: noise.walkers: unknown key; known are: kind, scale, p_plus"),
        ("seed = 5", "walkers = 5", "2:1: walkers: unknown key (it belongs in [exit])"),
        ("walkers = 500\n", "", "16:1: exit.walkers: is missing; add for example walkers = 2000"),
        ("curvature = 1.0\n", "", "3:1: landscape.curvature: is missing; add curvature = 1.0, or curvatures = [..]"),
        ('kind = "pareto"\n', "", '8:1: noise.kind: is missing; add for example kind = "pareto"'),
        ('"pareto"', '"paretto"', "9:8: noise.kind: must be 'pareto', 'lomax', 'stable', 'student', 'normal', "),
        ('"double-well"', '"dbl-well"', "4:8: landscape.kind: no such landscape (\"dbl-well\"); did"),
        ('kind = "double-well"\n', "", '3:1: landscape.kind: is missing; add kind = "double-well" or'),
        ("500", "0", "18:11: exit.walkers: must be at least 1 (0); for example walkers = 2000"),
        ("500", "4294967296", "18:11: exit.walkers: must be at most 4294967295 (4294967296)"),
        ("500", "2e3", "18:11: exit.walkers: must be a whole number (2000.0); write 2_000 without a point"),
        ("500", "true", "18:11: exit.walkers: must be a whole number (true)"),
        ("500", "{ relative_error = 0 }", "18:30: exit.walkers.relative_error: must be greater than 0 (0); for"),
        ("500", "{ relative_error = 2.0 }", "18:30: exit.walkers.relative_error: must be at most 1 (2.0); for example"),
        ("500", "{ relative_error = 1e-6 }", "18:30: exit.walkers.relative_error: asks for more than 4294967295"),
        ("500", "{ relative_eror = 0.1 }", "18:29: exit.walkers.relative_eror: unknown key (did you mean 'rel"),
        ("500", "{ relative_error = 0.1, n = 3 }", "18:39: exit.walkers.n: unknown key (known are: relative_error)"),
        ("500", "{}", "18:11: exit.walkers: must be a whole number or hold relative_error ({  }); for example"),
        ("1000000", "4611686018427387905", "19:13: exit.max_steps: must be at most 4611686018427387904"),
        ("seed = 5", "seed = -1", "2:8: seed: must be at least 0 (-1)"),
        ("seed = 5", "seed = 18446744073709551616", "2:8: seed: must be at most 18446744073709551615"),
        ('"check"', "3", "1:9: title: must be text in quotes (3)"),
        ("0.05]", "-0.05]", "13:8: grid.eta[1]: must be greater than 0 (-0.05)"),
        ("0.05]", "inf]", "13:8: grid.eta[1]: must be finite (inf)"),
        ("0.05]", '"x"]', '13:8: grid.eta[1]: must be a number ("x")'),
        ("[0.7, inf]", "[0.7, nan]", "14:11: grid.b[1]: must be greater than 0 (nan)"),
        ("[0.7, inf]", "0.7", "14:5: grid.b: must be a list or one range (0.7); for example b = [0.4, 0.7, inf]"),
        ("[0.7, inf]", "[]", "14:5: grid.b: must not be empty ([])"),
        ("[0.7, inf]", "{ geom = [0, 1, 3] }", "14:15: grid.b.geom[0]: must be greater than 0 (0)"),
        ("[0.7, inf]", "{ geom = [1, 2, 0] }", "14:21: grid.b.geom[2]: the number of values must be at least 1 (0)"),
        ("[0.7, inf]", "{ geom = [1, 2, 3.0] }", "14:21: grid.b.geom[2]: the number of values must be a whole"),
        ("[0.7, inf]", "{ geom = [1, 2, 1] }", "14:21: grid.b.geom[2]: one value cannot have two ends ([1, 2, 1])"),
        ("[0.7, inf]", "{ lin = [1, inf, 3] }", "14:17: grid.b.lin[1]: must be finite (inf)"),
        ("[0.7, inf]", "{ lin = [1, 3] }", "14:13: grid.b.lin: must be the two ends and a number"),
        ("[0.7, inf]", "{ log = [1, 3, 3] }", "14:5: grid.b: must be a list or one range ({ log = [1, 3, 3] })"),
        ("[0.7, inf]", "{ lin = [1, 3, 10_000_000] }", "14:20: grid.b.lin[2]: more than 100_000 values (10000000)"),
        ("[0.1,\n       0.05]\nb = [0.7, inf]", "{ lin = [1, 2, 1001] }\nb = { lin = [1, 3, 1000] }", "11:1: grid: "),
        ("alpha = [1.5]\n", "", "11:1: grid.alpha: is missing; pareto noise needs a tail index"),
        ("[1.5]", "[1.5, 0.01]", "15:15: grid.alpha[1]: alpha = 0.01: pareto noise takes alpha between 0.1 and 100"),
        ('"pareto"', '"normal"', "15:1: grid.alpha: normal noise has no tail index; leave alpha out"),
        ("scale = 1.0", "scale = 0", "10:9: noise.scale: must be greater than 0 (0)"),
        ("scale = 1.0", "p_plus = 1.5", "10:10: noise.p_plus: must be at most 1 (1.5)"),
        ('"pareto"', '"stable"\np_plus = 0.4', "10:10: noise.p_plus: p_plus = 0.4: stable noise is symmetric"),
        ("[1.5]", "[0.9]\n[figure]\npublished = 3", "17:13: figure.published: must be 'WOR', 'WR' or 'WR-rare' (3)"),
        ("well = 0", "well = 2", "17:8: exit.well: no such well (2); the landscape has 2 wells, 0 to 1"),
        ("well = 0", "well = -1", "17:8: exit.well: must be at least 0 (-1)"),
        ("well = 0\n", "", "16:1: exit.well: is missing; add well = 0, or domain = [lo, hi] with start = x"),
        ("well = 0", "well = 0\nstart = 1", "18:1: exit.start: cannot stand beside well = 0; remove one of the two"),
        ("well = 0", "domain = [-2, 0]", "16:1: exit.start: is missing beside domain"),
        ("well = 0", "start = -1", "16:1: exit.domain: is missing beside start"),
        ("well = 0", "domain = [-2, 0]\nstart = 0", "18:9: exit.start: must lie inside the domain [-2.0, 0.0] (0.0)"),
        ("well = 0", "domain = [0, -2]\nstart = 0", "17:10: exit.domain: must be two numbers, the lower first"),
        ("well = 0", "domain = [-2]\nstart = -1", "17:10: exit.domain: must be two numbers, the lower first ([-2.0])"),
        ("well = 0", "domain = [-2, nan]\nstart = -1", "17:15: exit.domain[1]: must be a number, or inf (nan)"),
        ("well = 0", "domain = [-0.5, 0.5]\nstart = 0", "17:10: exit.domain: holds no minimum ([-0.5, 0.5])"),
        ("well = 0", "domain = [-inf, inf]\nstart = 0", "17:10: exit.domain: no walker leaves a domain without ends"),
        ("[-1.0, 1.0]", "[-1.0, 0.5, 1.0]", "5:10: landscape.minima: a double well has two minima (3 given)"),
        ("[-1.0, 1.0]", "[1.0, -1.0]", "5:10: landscape.minima: -1 follows 1"),
        ("[-1.0, 1.0]", "[-1.0, nan]", "5:17: landscape.minima[1]: must be a finite number (nan)"),
        ("[-1.0, 1.0]", "[]", "5:10: landscape.minima: must not be empty ([])"),
        ("[0.0]", "[2.0]", "6:12: landscape.barriers: the barrier 2 must lie between the minima -1 and 1"),
        ("[0.0]", "0.0", "6:12: landscape.barriers: must be a list (0.0)"),
        ("curvature = 1.0", "curvature = -1.0", "7:13: landscape.curvature: must be greater than 0 (-1.0)"),
        ("curvature = 1.0", "curvature = 1.0\ncurvatures = [1.0, 1.0]", "8:1: landscape.curvatures: cannot stand"),
        ("curvature = 1.0", "curvatures = [1.0]", "7:14: landscape.curvatures: 1 numbers are given where 2 are needed"),
        ("curvature = 1.0", "curvature = 1.0\nL = 0.5", "8:5: landscape.L: no minimum lies inside [-0.5, 0.5]"),
        ("curvature = 1.0", "curvature = 1.0\nL = nan", "8:5: landscape.L: must be greater than 0 (nan)"),
        ("[landscape]", "[landscape", "3:11: not valid TOML:"),
        ("scale = 1.0", "scale = ", "10:9: not valid TOML: Invalid value"),
        ("scale = 1.0", "scale = 1.0\nscale = 2.0", "11:12: not valid TOML: the key 'scale' stands twice; remove one"),
        ("max_steps = 1000000", "max_steps = [", "19:14: not valid TOML:"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(old: str, new: str, line: str):
    assert told_of(old, new).startswith(f"plan.toml:{line}")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    text = GOOD.replace("max_steps", "max_step").replace("0.05", "-0.05").replace("[1.5]", "[0.01, 200]")
    lines = told(text.replace("barriers = [0.0]", "barriers = [3]").replace("scale", "scales"))
    assert [line.split(": ")[0] + " " + line.split(": ")[1] for line in lines] == [
        "plan.toml:6:12 landscape.barriers",
        "plan.toml:10:1 noise.scales",
        "plan.toml:13:8 grid.eta[1]",
        "plan.toml:19:1 exit.max_step",
    ]


def test_each_bad_tail_index_is_named_and_thousands_are_counted():
    lines = told(GOOD.replace("[1.5]", "[0.01, 1.5, 200]"))
    assert [line.split(": ")[1] for line in lines] == ["grid.alpha[0]", "grid.alpha[2]"]
    lines = told(GOOD.replace("[1.5]", "{ lin = [101, 200, 1000] }"))
    assert len(lines) == 11
    assert any("990 more of its values" in line for line in lines)


def test_a_bad_tail_index_hides_nothing_of_the_noise():
    lines = told(GOOD.replace("[1.5]", "[2.5]").replace('"pareto"', '"stable"\np_plus = 0.7'))
    assert [line.split(": ")[1] for line in lines] == ["noise.p_plus", "grid.alpha[0]"]


def test_one_of_several_grids_is_named_by_its_number():
    text = GOOD.replace("[exit]", "[[grid]]\neta = [0.1]\nb = [-1]\nalpha = [1.2]\n[exit]").replace(
        "[grid]\n", "[[grid]]\n", 1
    )
    assert told(text) == ["plan.toml:18:6: grid[1].b[0]: must be greater than 0 (-1); for example b = [0.4, 0.7, inf]"]


def test_a_formula_is_blamed_at_the_character():
    landscape = '[landscape]\nkind = "formula"\nf = "x**4/10 - x^2"\ndomain = [-6, 6]\n'
    text = landscape + GOOD[GOOD.index("[noise]") :].replace("well = 0", "well = 0")
    (line,) = told(text)
    assert line.startswith("plan.toml:3:17: landscape.f: column 12: '^' is not known: write ** for powers")
    (line,) = told(text.replace("x^2", "x**2").replace("[-6, 6]", "[6, -6]"))
    assert line.startswith("plan.toml:4:10: landscape.domain: must be two numbers, the lower first")


def test_a_basin_has_no_end_of_its_own():
    landscape = '[landscape]\nkind = "basin"\nminimum = 0.0\ncurvature = 1.0\n'
    (line,) = told(landscape + GOOD[GOOD.index("[noise]") :])
    assert line.startswith(
        "plan.toml:14:8: exit.well: no walker leaves a domain without ends [-inf, inf]; give domain = [lo, hi]"
    )


def test_a_projection_that_holds_everybody_is_refused():
    (line,) = told(
        GOOD.replace("curvature = 1.0", "curvature = 1.0\nL = 1.5").replace("well = 0", "domain = [-2, 2]\nstart = 1")
    )
    assert line.startswith("plan.toml:18:10: exit.domain: no walker leaves [-2.0, 2.0]: the projection L = 1.5 holds")
    (line,) = told(
        GOOD.replace("curvature = 1.0", "curvature = 1.0\nL = 1.5").replace("well = 0", "domain = [-4, 0]\nstart = -3")
    )
    assert line.startswith("plan.toml:19:9: exit.start: the start -3 lies beyond the projection, L = 1.5")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path):
    file = tmp_path / "plan.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("500", "0").replace("\n", "\r\n").encode())
    with pytest.raises(PlanError, match=r"plan\.toml:18:11: exit\.walkers: must be at least 1"):
        read_plan(file)
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_plan(file) == parse_plan(GOOD, Path("plan.toml"))


def test_an_empty_plan_is_told_its_tables():
    lines = told("")
    assert [line.split(": ")[1] for line in lines] == ["landscape", "noise", "grid", "exit"]
    assert all("is missing; add a table" in line for line in lines)


def test_a_file_that_cannot_be_read_is_told_with_a_remedy(tmp_path: Path):
    with pytest.raises(PlanError, match=r"gone\.toml: there is no such file; `hts new "):
        read_plan(tmp_path / "gone.toml")
    with pytest.raises(PlanError, match="is a folder; name the plan"):
        read_plan(tmp_path)
    with pytest.raises(PlanError, match=r"cannot be read .*; check its name"):
        read_plan("plan\0.toml")
    with pytest.raises(PlanError, match=r"cannot be read .*; check its name"):
        read_plan("p" * 5000)
    latin = tmp_path / "latin.toml"
    latin.write_bytes('title = "été"\nseed = 1\n'.encode("latin-1"))
    with pytest.raises(PlanError, match=r"latin\.toml:1:10: not UTF-8 text \(byte 0xe9\); save the plan as UTF-8"):
        read_plan(latin)
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 5_000_001)
    with pytest.raises(PlanError, match="larger than 5 MB"):
        read_plan(huge)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_told_with_a_remedy(tmp_path: Path):
    file = tmp_path / "secret.toml"
    file.write_text(GOOD)
    file.chmod(0)
    with pytest.raises(PlanError, match=r"Permission denied.*; check its name and permissions"):
        read_plan(file)


@pytest.mark.parametrize(
    "line", ["deep = " + "[" * 5000, "seed = " + "9" * 5000, "seed = 0x" + "f" * 9000, "'a\\nb' = 1", '"\\u0000" = 1']
)
def test_texts_made_to_break_the_reader_are_refused_in_one_line_each(line: str):
    refusal = told(GOOD.replace("seed = 5", line))
    assert len(refusal) == 1
    assert refusal[0].isprintable()
    assert len(refusal[0]) < 250


def test_a_setting_is_blamed_by_its_key():
    assert told(GOOD, "grid.eta=[0.1, -1]", "exit.foo=1", "noise.scale=0", seed=-1) == [
        "--seed: must be at least 0 (-1); for example seed = 20210704",
        "--set noise.scale: must be greater than 0 (0); for example scale = 1.0",
        "--set grid.eta: grid.eta[1]: must be greater than 0 (-1); "
        "for example eta = [0.1, 0.05] or eta = { geom = [1e-3, 1e-1, 9] }",
        "--set exit.foo: unknown key; known are: well, domain, start, walkers, max_steps, within, keep",
    ]


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("nonsense", "--set \"nonsense\": is no KEY=VALUE; write for example --set 'grid.eta=[0.1, 0.05]'"),
        ("=3", '--set "=3": is no KEY=VALUE'),
        ("a..b=3", '--set "a..b=3": is no KEY=VALUE'),
        ("grid.eta=[0.1", '--set grid.eta: is no TOML value ("[0.1")'),
        ("grid.eta=", '--set grid.eta: is no TOML value ("")'),
        ("grid[1].eta=[0.1]", "--set grid[1].eta: grid is no list; leave [1] out"),
        ("seed.x=1", "--set seed.x: seed is no table (5); it has no key x"),
        ("grid.b[7]=1", "--set grid.b[7]: grid.b has 2 entries, counted from 0; there is no [7]"),
        ("exit.walkers=many", '--set exit.walkers: must be a whole number ("many")'),
        ("exit.walkers=1\nseed = 3", "--set exit.walkers: must be a whole number"),
    ],
)
def test_a_setting_that_cannot_be_made_is_told(override: str, line: str):
    (only,) = told(GOOD, override)
    assert only.startswith(line)


@pytest.mark.parametrize(
    ("override", "place"),
    [
        ("exit.within=1e18", "exit.within: is 2e+19 steps"),
        ("landscape.L=1e308", "landscape.L: must be between 1e-100 and 1e+100"),
        ("landscape.curvature=5e-324", "landscape.curvature: must be between"),
        ("noise.scale=1e-320", "noise.scale: must be between"),
        ("noise.normal_scale=1e-320", "noise.normal_scale: must be between"),
        ("grid.b=[1e308]", "grid.b[0]: must be between"),
        ("grid.eta=[1e-300]", "grid.eta[0]: must be between"),
    ],
)
def test_numbers_that_leave_floating_point_are_refused(override, place):
    assert place in told(GOOD, override)[0]
