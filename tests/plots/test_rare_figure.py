"""Tests that the figure of errors of rare exits draws what it claims."""

import csv
import math

import pytest
from figure_worlds import collisions
from small_rare import TEXT

from hts.answers import predict
from hts.errors import PlanError
from hts.figures import plot
from hts.plans import read_plan
from hts.plots.rare_errors import FIGURE, columns_of
from hts.plots.style import house_style
from hts.rare import rare_results, run_rare

METHODS = 'method = ["importance", "crude", "trap", "splitting"]\ntrap_gamma = 0.4\nweight = 0.001\neffort = 64'


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rare")
    text = TEXT.replace('method = ["importance", "crude"]', METHODS).replace(
        "samples = 20_000", "relative_error = 0.06"
    )
    (folder / "plan.toml").write_text(text)
    plan = read_plan(folder / "plan.toml")
    run_rare(plan, folder / "errors")
    found = predict(plan, plan.cells())
    results = rare_results(plan, folder / "errors", dict(zip(plan.cells(), found, strict=True)))
    return folder / "errors", results, found


def test_lines_are_those_of_the_exact_probability_and_markers_lie_on_them(sampled):
    for one in sampled[1]:
        e = one.estimate
        if one.question.method in ("crude", "importance"):
            per_sample = math.sqrt(e.variance) / e.probability
            assert per_sample == pytest.approx(one.error_per_walk_exact, rel=0.25)
            assert one.error_per_walk == pytest.approx(
                per_sample * math.sqrt(e.steps_per_sample * one.question.cell.eta)
            )
        else:
            assert one.error_per_walk_exact is None
    crude = [one for one in sampled[1] if one.question.method == "crude"]
    assert all(one.error_per_walk_exact == pytest.approx(math.sqrt(1 / one.exact - 1)) for one in crude)


def test_the_trap_is_found_low_and_never_believed(sampled):
    """Two cells: in the right world their sum is below -5.6 with a chance of 4e-5."""
    traps = [one for one in sampled[1] if one.question.method == "trap"]
    assert not any(one.is_trustworthy for one in traps)
    assert "gamma = 0.4 is out of range" in traps[0].verdict
    assert sum(one.z for one in traps) < -5.6


def test_the_figure_is_drawn_from_a_folder_and_no_text_collides(sampled, tmp_path):
    folder, results, found = sampled
    paths = plot(folder, tmp_path, ["rare_errors"], predict=lambda *_: found)
    assert [path.name for path in paths] == ["rare_errors.pdf", "rare_errors.png", "rare_errors.csv"]
    with paths[2].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(results)
    with house_style():
        assert collisions(FIGURE.titled(columns_of(results))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("rare.trap_gamma=0.05", "rare.trap_gamma: is no trap at b = 0.7, where gamma may be up to 0.075"),
        ('rare.method="crude"', 'rare.trap_gamma: belongs to method = "trap"'),
    ],
)
def test_a_trap_has_a_gamma_out_of_range(change, said):
    with pytest.raises(PlanError) as told:
        read_plan("configs/rare_errors.toml", [change])
    assert said in str(told.value)
