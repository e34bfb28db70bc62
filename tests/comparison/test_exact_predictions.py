"""Tests of how exact values enter a comparison, and of what is said about the way to the limit."""

import math
from pathlib import Path

import numpy as np
import pytest

from hts.answers import ExitPrediction, SurvivalTable, approach_cells, predict, predict_outlook, space
from hts.answers.memory import PredictionMemory
from hts.answers.tabulation import tabulate_survival
from hts.comparison import exact_predictions
from hts.comparison.predictions import limit_below_eta
from hts.exits import Exit
from hts.landscapes import basin
from hts.noise import Noise
from hts.plans import parse_plan, read_study
from hts.storage import ResultsFolder
from hts.theory.exact.exits import exact_exit
from hts.theory.limit.limits import exit_limit

CONFIGS = Path(__file__).parents[2] / "configs"
PLAN = """seed = 1
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7, inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 100
max_steps = 100000
"""


@pytest.fixture(scope="module")
def plan():
    return parse_plan(PLAN, Path("study.toml"))


def made(eta, b, alpha, exact, limit):
    nothing = dict.fromkeys(ExitPrediction.__dataclass_fields__)
    known = {"eta": eta, "b": b, "alpha": alpha, "mean_exit_steps_exact": exact, "mean_exit_steps_limit": limit}
    return ExitPrediction(**nothing | known)


#: Basin f' = x on (-1, 1), pareto 1.5: exact means at eta = 1e-5 and where the slope comes within 0.02 of the limit for
#: good, found by another solver at ever smaller eta.
@pytest.mark.parametrize(
    ("b", "exact", "q", "n_jumps", "reached"),
    [
        (math.inf, 31216584, 1.0, 1, 9e-5),
        (0.7, 2.4395e9, 3.713167910, 2, 1.6e-6),
        (0.4, 6.26629e11, 3.431843700, 3, 9e-8),
    ],
)
def test_the_eta_at_which_the_limit_is_reached_is_told_to_a_fifth(b, exact, q, n_jumps, reached):
    limit = 1 / (q * 1e-5 ** (1.5 + (n_jumps - 1) * 0.5))
    assert limit_below_eta(made(1e-5, b, 1.5, exact, limit)) == pytest.approx(reached, rel=0.2)


def test_nothing_is_read_off_where_the_correction_is_not_small():
    assert limit_below_eta(made(1e-2, 0.4, 1.5, 3691.109, 2914000)) is None
    assert limit_below_eta(made(1e-2, 0.4, 1.5, None, 2914000)) is None


def test_exact_values_and_limits_reach_the_comparison(plan):
    asked = []

    def noted(predicting):
        def ask(plan, cells):
            asked.extend(cells)
            return predicting(plan, cells, threads=1)

        return ask

    found = exact_predictions(noted(predict), noted(predict_outlook))(plan)
    assert list(found) == list(plan.cells())
    assert asked == [*plan.cells(), *approach_cells(plan)]
    first = found[plan.cells()[0]]
    assert first.mean_exit_steps_exact == pytest.approx(32.05604, rel=1e-6)
    assert first.limit_below_eta == pytest.approx(1.6e-6, rel=0.2)
    assert first.mean_exit_steps_limit == pytest.approx(1 / (3.713167910 * 0.1**2))


def test_predictions_are_remembered_for_the_same_plan_only(plan, tmp_path):
    cells = plan.cells()[:1]
    memory = PredictionMemory(plan, ResultsFolder(tmp_path))
    fresh = predict(plan, cells, threads=1, with_survival=True, memory=memory)
    assert memory.recall(plan.cells(), True) == {cells[0]: fresh[0]}
    other = parse_plan(PLAN.replace("seed = 1", "seed = 2"), Path("study.toml"))
    assert PredictionMemory(other, ResultsFolder(tmp_path)).recall(plan.cells(), True) == {}
    (tmp_path / "predictions.json").write_text("{")
    assert memory.recall(plan.cells(), True) == {}


def test_predictions_of_another_solver_are_computed_anew(plan, tmp_path, monkeypatch):
    cells = plan.cells()[:1]
    PredictionMemory(plan, ResultsFolder(tmp_path)).keep(predict(plan, cells))
    assert set(PredictionMemory(plan, ResultsFolder(tmp_path)).recall_outlook(cells)) == set(cells)
    monkeypatch.setattr("hts.answers.memory.solver_digest", lambda: "that of better sources")
    assert PredictionMemory(plan, ResultsFolder(tmp_path)).recall_outlook(cells) == {}


def test_a_survival_table_follows_the_exact_survival_between_its_entries(plan):
    prediction = predict(plan, plan.cells()[1:2], threads=1, with_survival=True)[0]
    exact = exact_exit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5), prediction.eta, prediction.b, -1.0, 1.0, 0.0))
    n = [0, 1, 2, 7, 19, 64, 231, 600, 3000]
    assert prediction.survival_exact(n) == pytest.approx(exact.survival(n), rel=2e-4)


def test_the_table_s_tail_is_the_slowest_mode():
    table = SurvivalTable((0, 10), (0.0, -1.0), -0.1)
    assert table([5, 10, 20]) == pytest.approx([math.exp(-0.5), math.exp(-1), math.exp(-2)])


def test_where_no_exact_value_can_be_had_the_limit_stays_and_a_warning_says_why():
    narrow = parse_plan(PLAN.replace("0.7, inf", "0.07"), Path("study.toml"))
    prediction = predict(narrow, threads=1)[0]
    limit = exit_limit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.1, 0.07, -1.0, 1.0, 0.0))
    assert prediction.jump_number == 15
    assert prediction.mean_exit_steps_limit == limit.mean_exit_steps
    assert prediction.mean_exit_steps_exact is None
    assert any("no exact value" in warning for warning in prediction.warnings)


@pytest.mark.long
def test_where_exits_are_rare_the_table_is_as_good():
    rare = parse_plan(PLAN.replace("0.1, 0.05", "0.001").replace("0.7, inf", "0.4"), Path("study.toml"))
    prediction = predict(rare, threads=1, with_survival=True)[0]
    assert prediction.survival_exact.n_steps[-1] == 100_000
    assert prediction.survival_exact.error < 1e-4
    exact = exact_exit(Exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.001, 0.4, -1.0, 1.0, 0.0))
    n = [1000, 30_000, 10**6, 5 * 10**6]
    assert prediction.survival_exact(n) == pytest.approx(exact.survival(n), rel=1e-4)


def one_cell(landscape, noise, eta, b, alpha, domain, start, max_steps):
    """Return a plan of one cell."""
    return parse_plan(
        f"seed = 1\n[landscape]\n{landscape}\n[noise]\n{noise}\n[grid]\neta = [{eta}]\nb = [{b}]\nalpha = [{alpha}]\n"
        f"[exit]\ndomain = {domain}\nstart = {start}\nwalkers = 100\nmax_steps = {max_steps}\n",
        Path("study.toml"),
    )


DOUBLE_WELL = 'kind = "double-well"\nminima = [-1.0, 1.0]\nbarriers = [0.0]\ncurvature = 1.0'
THREE_WELLS = 'kind = "multi-well"\nminima = [-1.0, 0.6, 2.0]\nbarriers = [0.0, 1.3]\ncurvature = 1.0'
NEAR, NEARER = 'kind = "pareto"\nscale = 0.1', 'kind = "pareto"\nscale = 0.03'
FLAT = 'kind = "basin"\nminimum = 0.0\ncurvature = 0.001'
BASIN = 'kind = "basin"\nminimum = 0.0\ncurvature = 1.0'
#: Plans whose walkers were accused by tables of 16 entries a decade, and P(sigma > n) at one n as walkers and the
#: exact evolution have it: starts off the minimum, a slow basin, jumps of the law, several minima, a narrow window.
ACCUSED = {
    "start near the end": (DOUBLE_WELL, NEAR, 0.01, "inf", 1.5, "[-inf, 0.0]", -0.03, 50, 50, 0.7997),
    "slow": (FLAT, 'kind = "stable"\nscale = 0.05', 0.1, "inf", 1.5, "[-1.0, 1.0]", 0.0, 500, 500, 0.8838),
    "jumps": (BASIN, 'kind = "pareto"\np_plus = 0.95', 0.001, 0.7, 1.01, "[-1.0, 1.0]", 0.0, 10, 10, 0.99644),
    "wells": (THREE_WELLS, 'kind = "pareto"\nscale = 0.3', 0.001, "inf", 1.5, "[-inf, 1.3]", 0.6, 200_000, 9395, 0.955),
    "start at the end": (DOUBLE_WELL, NEARER, 0.01, "inf", 1.5, "[-inf, 0.0]", -0.003, 1000, 1, 0.984),
}  # fmt: skip


#: These follow walkers on a thousand nodes, for seconds.
SLOW = ("jumps", "wells")


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name, marks=[pytest.mark.long] * (name in SLOW)) for name, case in ACCUSED.items()]
)
def test_a_survival_table_knows_its_error_up_to_the_censoring_step(case):
    *described, n, survival = case
    plan = one_cell(*described)
    exact = exact_exit(plan.exit_of(plan.cells()[0]))
    table = tabulate_survival(exact, plan.most_steps)
    assert table.n_steps[-1] == plan.most_steps
    assert table.error <= 1e-4
    assert table(np.array([float(n)])) == pytest.approx(survival, rel=1e-3)
    steps = np.unique(np.random.default_rng(5).integers(1, plan.most_steps + 1, 200))
    right = exact.survival(steps)
    assert np.all(np.abs(table(steps) - right) <= 2e-4 * np.minimum(right, 1 - right) + 1e-12)


def test_exact_values_in_several_dimensions_are_kept_beside_results(tmp_path, monkeypatch):
    plan = read_study(CONFIGS / "radial.toml", ["grid.eta=[0.2]", "grid.b=[0.7]", "grid.alpha=[1.5]"])
    memory = PredictionMemory(plan, ResultsFolder(tmp_path))
    first = space.predict_space(plan, memory=memory)
    monkeypatch.setattr(space, "predict_space_cell", None)
    (again,) = space.predict_space(plan, memory=PredictionMemory(plan, ResultsFolder(tmp_path)))
    assert again.mean_exit_steps_exact == first[0].mean_exit_steps_exact > 1.0
    with pytest.raises(TypeError):  # the exponent was not asked for, and is not there
        space.predict_space(plan, memory=memory, with_exponent=True)
