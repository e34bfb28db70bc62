"""Plans in several dimensions: what they say, and each mistake at its place."""

import re
from pathlib import Path

import numpy as np
import pytest
from small_space_plans import RADIAL, VISITS, plan_of

from hts.errors import PlanError
from hts.plans import parse_plan, parse_study, read_study

BALL = 'domain = { kind = "ball", radius = 0.9, centre = [0.0, 0.5] }\nstart = [0.0, 0.5]'


@pytest.mark.parametrize("text", [RADIAL, VISITS])
def test_writing_a_plan_and_reading_it_gives_an_equal_plan(text: str):
    plan = plan_of(text)
    again = parse_study(plan.to_toml(), Path("again.toml"))
    assert again.to_toml() == plan.to_toml().replace('title = "small"', f'title = "{plan.title}"')
    assert again.identity() == plan.identity()


def test_identity_changes_with_what_decides_numbers_and_with_nothing_else():
    plan = plan_of()
    assert plan_of(walkers="20", max_steps="900", eta="[0.3]").identity() == plan.identity()
    for changes in ({"seed": "6"}, {"scale": "0.6"}, {"dimension": "3"}, {"kind": '"radial"\nradius = 1.1'}):
        text = RADIAL.replace('kind = "pareto"', 'kind="pareto"')
        assert plan_of(text, **changes).identity() != plan.identity()
    assert plan_of(RADIAL.replace("scale = 0.5", 'scale = 0.5\nspread = "coordinates"')).identity() != plan.identity()


def test_a_formula_has_its_minima_found_from_the_left_and_walkers_start_at_one():
    plan = plan_of(VISITS)
    found = sorted(one.points[0].tolist() for one in plan.wells.minima)
    np.testing.assert_allclose(found, [[-1.0, 0.0], [1.0, 0.0]], atol=1e-9)
    np.testing.assert_allclose(plan.wells.saddles, [[0.0, 0.0]], atol=1e-9)
    assert np.array_equal(plan.start, plan.wells.minima[0].points[0])


FORMULA = 'kind = "formula"\nf = "x**2 + sqrt(y + 0.5)**3 - y"\nlow = [-0.4, -0.4]\nhigh = [2.0, 2.0]'


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("dimension = 2", "dimension = 65", "dimension", "at most 64 (65)"),
        ("well = 0", "well = 0\nstart = [0.0, 0.0, 0.0]", "exit.start", "has 3 numbers, and dimension = 2"),
        ("well = 0", "well = 0\nstart = [0.0, 1.0]", "exit.start", "inside the domain"),
        ("well = 0", "well = 1", "exit.well", "no such well (1)"),
        ("b = [0.7]", "b = [0.7, 2.5]", "grid.b[1]", "as long as the domain is wide, 2 (2.5)"),
        ("well = 0", BALL.replace("[0.0, 0.5]", "[9.0, 0.0]"), "exit.domain", "holds no minimum"),
        ("well = 0", BALL.replace("ball", "bal"), "exit.domain.kind", "did you mean 'ball'?"),
        ("well = 0", 'domain = { kind = "formula", g = "x**2 + * y" }', "exit.domain.g", ""),
        ("scale = 0.5", "scale = 1e99\np_plus = 0.7", "noise.p_plus", "isotropic"),
        ("scale = 0.5", "normal_scale = 0.1", "noise.normal_scale", "isotropic"),
        ('kind = "pareto"', 'kind = "empirical"\nfile = "x.csv"', "noise.file", "no such file"),
        ('kind = "pareto"', 'kind = "empirical"', "noise.file", "is missing"),
        ('kind = "pareto"', 'kind = "pareto"\nfile = "x.csv"', "noise.file", "belongs to"),
        ('kind = "radial"', 'kind = "quadratic"\nhessian = [[1.0, 0.0], [0.0, -1.0]]', "landscape.hessian", "least"),
        ('kind = "radial"', 'kind = "quadratic"\nhessian = [[1.0]]', "landscape.hessian", "has 1 rows"),
        ('kind = "radial"', 'kind = "quadratic"\nhessian = [[1.0, 0.0], [0.0, 1.0]]', "exit.well", "everything"),
        ('kind = "radial"', 'kind = "formula"\nf = "x**2 + q"', "landscape.f", "q"),
        ('kind = "radial"', 'kind = "formula"\nf = "x**2 + y**2"', "landscape.low", "give low and high"),
        ("well = 0", "", "exit.well", "is missing"),
        ("eta = [0.2, 0.1]", "eta = [1e99]", "noise.scale", ""),
    ],
)
def test_each_mistake_is_told_at_its_place(old: str, new: str, place: str, words: str):
    text = RADIAL.replace(old, new)
    if "1e99" in new:
        text = text.replace("scale = 0.5", "scale = 1e60")
    with pytest.raises(PlanError) as refused:
        parse_study(text, Path("p.toml"))
    lines = [
        line for line in str(refused.value).splitlines() if re.match(rf"p\.toml:\d+:\d+: {re.escape(place)}", line)
    ]
    assert lines, refused.value
    assert words in lines[0]


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "[[]]", "{}", "nan", "true", '"\\u0000"'])
@pytest.mark.parametrize("key", ["dimension", "kind", "scale", "well", "eta"])
def test_values_that_make_no_sense_are_told_in_words(key: str, value: str):
    lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in RADIAL.splitlines()]
    with pytest.raises(PlanError, match=rf"p.toml:\d+:\d+: [a-z.]*{key}"):
        parse_study("\n".join(lines), Path("p.toml"))


def test_mistakes_of_all_tables_are_told_at_once():
    text = RADIAL.replace('kind = "radial"', 'kind = "radial"\nradius = -1.0').replace("walkers = 300", "walkers = 0")
    with pytest.raises(PlanError) as refused:
        parse_study(text.replace("dimension = 2", "dimension = 65"), Path("p.toml"))
    told = str(refused.value)
    assert all(key in told for key in ("dimension", "landscape.radius", "exit.walkers"))


def test_a_domain_where_there_is_no_gradient_is_refused():
    domain = 'domain = { kind = "ball", radius = 1.2, centre = [0.0, 0.3] }\nstart = [0.0, 0.3]'
    text = RADIAL.replace('kind = "radial"', 'kind = "formula"\nf = "x**2 + y**2 + sqrt(y + 0.5)**5"').replace(
        "well = 0", domain
    )
    text = text.replace("[noise]", "low = [-0.4, -0.45]\nhigh = [1.0, 1.0]\n[noise]")
    with pytest.raises(PlanError, match=r"has no gradient at \[.*inside the domain"):
        parse_study(text, Path("p.toml"))


def test_a_map_finer_than_memory_is_refused_before_it_is_made():
    text = RADIAL.replace('kind = "radial"', 'kind = "himmelblau"').replace("well = 0", "well = 2\nspacing = 1e-5")
    with pytest.raises(PlanError, match=r"exit.spacing: a map with spacing = 1e-05 takes"):
        parse_study(text, Path("p.toml"))


def test_commands_of_one_dimension_refuse_such_a_plan():
    with pytest.raises(PlanError, match=r"dimension: is that of a study in several dimensions"):
        parse_plan(RADIAL, Path("p.toml"))


def test_a_misspelt_dimension_and_a_landscape_without_one_have_their_remedies():
    with pytest.raises(PlanError, match="did you mean 'dimension'"):
        parse_study(RADIAL.replace("dimension =", "dimenson ="), Path("plan.toml"))
    text = "\n".join(line for line in RADIAL.splitlines() if not line.startswith("dimension"))
    with pytest.raises(PlanError, match=r"is a landscape in several dimensions \(.radial.\); write dimension = 2"):
        parse_study(text, Path("plan.toml"))


RARE = """
[rare]
method = ["importance", "splitting"]
"""
MAPPED = 'kind = "formula"\nf = "(x**2 - 1)**2 / 4 + y**2"\nlow = [-2.0, -2.0]\nhigh = [2.0, 2.0]\nL = 2.5'


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"within = 1.0\n": ""}, "exit.within", "is missing"),
        ({"b = [0.7]": "b = [0.08]", "within = 1.0": "within = 9.0"}, "rare.method", "it takes 13 jumps to leave"),
        ({"b = [0.7]": "b = [0.1]"}, "exit.within", "the probability is 0"),
        ({RARE: RARE + "gamma = 0.08"}, "rare.gamma", "must be below 0.075 at b = 0.7 (0.08)"),
        ({RARE: RARE + "gamma = 0.06", "[noise]": '[noise]\nspread = "coordinates"'}, "rare.gamma", "below 0.053033"),
        ({RARE: RARE + "jumps = 3"}, "rare.jumps", "J = 2 is found"),
        ({RARE: RARE + "jumps = 13"}, "rare.jumps", "at most 12"),
        ({RARE: RARE + "gama = 0.08"}, "rare.gama", "did you mean 'gamma'?"),
        ({RARE: RARE.replace("importance", "trap") + "trap_gamma = 0.06"}, "rare.trap_gamma", "is no trap"),
        ({'kind = "pareto"': 'kind = "normal"', "alpha = [1.5]\n": ""}, "rare.method", "needs heavy tails"),
        ({'kind = "radial"': MAPPED}, "rare.gamma", "may help small jumps"),
        ({'kind = "radial"': MAPPED, RARE: RARE + "gamma = 0.4"}, "rare.gamma", "give less"),
        ({'kind = "radial"': MAPPED, "well = 0": 'domain = { kind = "ball", radius = 0.9, centre = [-1.0, 0.0] }'},
         "rare.jumps", "the flow may help to leave"),
        ({"well = 0": 'domain = { kind = "formula", g = "x**2 + y**4 - 1" }'}, "rare.jumps", "formula's domain"),
    ],
)  # fmt: skip
def test_mistakes_of_rare_exits_are_told_at_their_place(changes: dict[str, str], place: str, words: str):
    text = RADIAL.replace("well = 0", "well = 0\nwithin = 1.0") + RARE
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(PlanError, match=rf"p\.toml:\d+:\d+: {re.escape(place)}: .*{re.escape(words)}"):
        parse_study(text, Path("p.toml"))


@pytest.mark.parametrize("method", ['"crude"', '"importance"\njumps = 2\ngamma = 0.05', '"splitting"\njumps = 2'])
def test_what_is_not_found_may_be_given(method: str):
    text = RADIAL.replace("well = 0", 'domain = { kind = "formula", g = "x**2 + y**4 - 1" }\nwithin = 1.0')
    plan = parse_study(f"{text}[rare]\nmethod = {method}\n", Path("p.toml"))
    assert parse_study(plan.to_toml(), Path("p.toml")) == plan


def test_a_map_reaches_to_the_ball_of_radius_l_with_the_same_cells():
    """A jump beyond the box, to (2.3, 0), is one within the right basin: the flow leads back from there."""
    text = VISITS.replace("[visits]", "[exit]").replace("steps =", "max_steps =")
    text = text.replace("radius = 0.4", "spacing = 0.1")
    plan = plan_of(text.replace("[-2.0, -2.0]", "[-1.5, -1.5]").replace("[2.0, 2.0]", "[1.5, 1.5]"))
    assert [corner.tolist() for corner in plan.map_box] == [[-2.5, -2.5], [2.5, 2.5]]
    assert plan.spacing == 0.1
    right = int(np.argmax([one.points[0][0] for one in plan.wells.minima]))
    assert plan.basins.at(np.array([[2.3, 0.1], [-2.3, 0.1]])).tolist() == [right, 1 - right]
    wide = plan_of(text.replace("L = 2.5", "L = 1e9"))
    assert [corner.tolist() for corner in wide.map_box] == [[-2.0, -2.0], [2.0, 2.0]]


def test_sizes_of_ones_own_have_any_direction_and_their_file_is_part_of_the_identity(tmp_path):
    """Half of the symmetric law's distances are below the sizes' median; tails begin at the sizes' quantile."""
    rng = np.random.default_rng(6)
    sizes = np.linalg.norm(rng.standard_t(1.5, (3000, 2)), axis=1)
    np.save(tmp_path / "sizes.npy", sizes)
    (tmp_path / "p.toml").write_text(RADIAL.replace('kind = "pareto"', 'kind = "empirical"\nfile = "sizes.npy"'))
    plan = read_study(tmp_path / "p.toml")
    noise = plan.noise_of(plan.cells()[0])
    assert noise.scale == pytest.approx(0.5 * np.median(sizes))
    assert (noise.p_plus, noise.centre) == (0.5, pytest.approx(0.0, abs=1e-15))
    for share in (0.3, 0.5, 0.9):
        assert noise.tail(0.5 * np.quantile(sizes, share)) == pytest.approx(1.0 - share, abs=2e-3)
    assert noise.tail(0.5 * np.quantile(sizes, 0.95)) == pytest.approx(0.05, rel=1e-6)
    assert plan.with_copies().noise.file == f"inputs/{plan.sources[0].copy_name}"
    assert parse_study(plan.to_toml(), tmp_path / "p.toml").identity() == plan.identity()
    np.save(tmp_path / "sizes.npy", 2.0 * sizes)
    assert read_study(tmp_path / "p.toml").identity() != plan.identity()
