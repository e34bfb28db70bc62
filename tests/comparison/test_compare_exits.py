"""Measured beside exact beside limit."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hts.cli.documents import to_json
from hts.comparison.censoring import mean_under_censoring
from hts.comparison.exits import compare_exits, z_exact
from hts.comparison.records import CellPrediction, ExitComparison
from hts.comparison.verdicts import agree
from hts.estimation.exits import count_landings, estimate_exits, name_destinations
from hts.plans import Cell
from hts.sweeps import CellSample

ETA = (0.1, 0.05, 0.02, 0.01)
NEVER = 10**12


def sample_of(
    cell: Cell, steps: npt.NDArray[np.int64], max_steps: int = NEVER, wanted: int | None = None
) -> CellSample:
    """Put exit times, all to the right, into the record that comes back from disk."""
    censored = steps > max_steps
    return CellSample(
        cell=cell,
        walkers_wanted=steps.size if wanted is None else wanted,
        max_steps=max_steps,
        walker=np.arange(steps.size, dtype=np.uint32),
        exit_steps=np.minimum(steps, max_steps),
        is_censored=censored,
        side=np.where(censored, 0, 1).astype(np.int8),
        landing=np.where(censored, 0.0, 1.5),
        steps_beyond_domain=0,
    )


def cell_at(eta: float, b: float = 0.5, alpha: float | None = 1.5) -> Cell:
    return Cell(eta, b, alpha, 0)


def exact_mean(eta: float) -> float:
    """A mean that bends, as at finite eta: its local exponent runs from 1.3 to 1.7 over ETA."""
    return float(8 * eta**-1.5 * np.exp(0.08 * np.log(eta / 0.03) ** 2))


def compared(n_walkers: int = 1000, wrong: float = 1.0, seed: int = 1, **known: Any) -> ExitComparison:
    """Compare a sweep of geometric times with exact means; the simulated ones are `wrong` times too long."""
    rng = np.random.default_rng(seed)
    samples = [sample_of(cell_at(eta), rng.geometric(1 / (wrong * exact_mean(eta)), n_walkers)) for eta in ETA]
    told = {
        cell_at(eta): CellPrediction(
            jump_number=2, exit_exponent_limit=2.0, mean_exit_steps_exact=exact_mean(eta), **known
        )
        for eta in ETA
    }
    return compare_exits(samples, told)


def z_values(draw: Callable[[np.random.Generator], npt.NDArray[np.int64]], exact: float, cap: int) -> list[float]:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(2000):
        steps = draw(rng)
        censored = steps > cap
        z = z_exact(estimate_exits(np.minimum(steps, cap), censored, np.where(censored, 0, 1)), exact, 0.0)
        if z is not None:
            found.append(z)
    return found


@pytest.mark.parametrize(
    ("law", "n_walkers", "cap"),
    [
        ("geometric", 20, NEVER),
        ("geometric", 100, 200),
        ("geometric", 400, 20),
        ("geometric", 400, 11),
        ("gamma", 300, NEVER),
    ],
)
def test_z_is_standard_normal_where_measured_and_exact_mean_the_same(law: str, n_walkers: int, cap: int) -> None:
    """2000 ensembles of 20 exits or more: mean within 0.1 of 0, deviation within 0.12 of 1 (4.5 sigma: 0.1, 0.07).

    False alarm over the ten bounds: below 1e-4. An exact mean off by three standard errors, the wrong world, moves
    the mean z to 3.
    """
    mean = 200.5 if law == "gamma" else 200.0

    def draw(rng: np.random.Generator) -> npt.NDArray[np.int64]:
        if law == "gamma":
            return np.ceil(rng.gamma(2, 100, n_walkers)).astype(np.int64)
        return rng.geometric(1 / mean, n_walkers)

    z = z_values(draw, mean, cap)
    assert len(z) > 1950
    assert abs(np.mean(z)) < 0.1
    assert abs(np.std(z) - 1) < 0.12
    if n_walkers == 300:
        off = 1 - 3 * np.sqrt(0.5 / 300)
        assert np.mean(z_values(draw, mean * off, cap)) == pytest.approx(3, abs=0.4)


@settings(deadline=None)  # a busy machine is no failure
@given(ratio=st.floats(0.97, 1.03), relative_error=st.floats(0, 0.1))
def test_z_is_to_first_order_the_difference_over_its_error(ratio: float, relative_error: float) -> None:
    steps = np.random.default_rng(6).geometric(1e-3, 2000)
    estimate = estimate_exits(steps, np.zeros(2000, dtype=bool), np.ones(2000, dtype=np.int8))
    assert estimate.mean_exit_steps is not None
    exact = estimate.mean_exit_steps / ratio
    plain = (ratio - 1) / np.hypot(np.sqrt(estimate.dispersion / 2000), relative_error)
    assert z_exact(estimate, exact, relative_error) == pytest.approx(plain, rel=0.03, abs=0.02)


def test_z_without_exits_or_without_any_error_does_not_exist() -> None:
    nobody = estimate_exits(np.full(3, 10), np.ones(3, dtype=bool), np.zeros(3, dtype=np.int8))
    at_once = estimate_exits(np.ones(3, dtype=np.int64), np.zeros(3, dtype=bool), np.ones(3, dtype=np.int8))
    assert z_exact(nobody, 5.0, 0.1) is None
    assert z_exact(at_once, 1.0, 0.0) is None


def test_agreement_is_with_the_exact_values_and_the_limit_is_told_apart() -> None:
    """A chi-square p below 1e-3, the false alarm of the verdict, would fail this test; the seed is fixed."""
    fit = compared(limit_below_eta=9e-8).fits[0]
    assert fit.exit_exponent_measured is not None
    assert fit.exit_exponent_exact is not None
    assert fit.low is not None
    assert fit.high is not None
    assert fit.low < fit.exit_exponent_exact < fit.high < 2.0
    assert "simulation and exact agree in 4 cells" in fit.verdict
    away = 2.0 - fit.exit_exponent_exact
    assert (
        f"the limit 2 is still {away:.2g} away; the local exponent is within 0.02 of it below about eta = 9e-08"
        in fit.verdict
    )
    assert "disagree" not in fit.verdict


def test_agreement_is_not_claimed_where_chance_seldom_goes_so_far() -> None:
    assert agree(0.05) == "agree"
    assert agree(0.0499).startswith("agree only just")


def test_a_model_wrong_by_a_tenth_is_called_wrong() -> None:
    fit = compared(wrong=1.1).fits[0]
    assert fit.chi_square_p is not None
    assert fit.chi_square_p < 1e-3
    assert "simulation and exact disagree (a bug, or a wrong model): largest |z|" in fit.verdict
    assert "limit" not in fit.verdict


def test_verdicts_of_right_models_accuse_them_once_in_a_thousand() -> None:
    """150 sweeps of 4 cells: p-values uniform (Kolmogorov-Smirnov p above 1e-4, the false alarm)."""
    found = [compared(60, seed=seed).fits[0].chi_square_p for seed in range(150)]
    assert stats.kstest([p for p in found if p is not None], "uniform").pvalue > 1e-4
    wrong = [compared(60, wrong=1.5, seed=seed).fits[0].chi_square_p for seed in range(50)]
    assert stats.kstest([p for p in wrong if p is not None], "uniform").pvalue < 1e-4


@pytest.mark.parametrize("n_cells", [1, 2, 4])
def test_without_exact_values_there_is_no_verdict_on_the_limit(n_cells: int) -> None:
    """However far the slope lies from the limit exponent: at finite eta it should."""
    rng = np.random.default_rng(2)
    cells = [cell_at(eta) for eta in ETA[:n_cells]]
    samples = [sample_of(cell, rng.geometric(1 / exact_mean(cell.eta), 4000)) for cell in cells]
    told = {cell: CellPrediction(jump_number=2, exit_exponent_limit=2.0) for cell in cells}
    fit = compare_exits(samples, told).fits[0]
    assert "the limit exponent 2 holds as eta -> 0 only: no verdict without the exact values" in fit.verdict
    assert not any(word in fit.verdict for word in ("agree", "consistent", "reject"))
    assert (fit.exit_exponent_measured is None) == (n_cells == 1)
    assert ("two cells only" in fit.verdict) == (n_cells == 2)
    assert ("bend away" in fit.verdict) == (n_cells == 4)
    assert fit.exit_exponent_exact is fit.chi_square_p is None


def test_what_is_missing_is_said() -> None:
    rng = np.random.default_rng(3)
    none = np.zeros(0, dtype=np.int64)
    samples = [
        sample_of(cell_at(0.1), rng.geometric(0.01, 100)),
        sample_of(cell_at(0.05), rng.geometric(0.003, 60), wanted=100),
        sample_of(cell_at(0.02), rng.geometric(0.001, 100), max_steps=1000),
        sample_of(cell_at(0.001), np.full(100, NEVER), max_steps=1000),
        sample_of(cell_at(0.0001), none, wanted=100),
    ]
    comparison = compare_exits(samples)
    fit = comparison.fits[0]
    assert fit.n_cells == 3
    assert "left out, without an exit: eta 0.001 (100 walkers), 0.0001 (0 walkers)" in fit.verdict
    assert "incomplete: eta 0.05 (60 of 100 walkers), 0.0001 (0 of 100 walkers)" in fit.verdict
    assert f"{comparison.cells[2].n_censored} censored" in fit.verdict
    assert comparison.cells[3].mean_exit_steps is None
    assert comparison.cells[3].mean_low == pytest.approx(100 * 1000 / -np.log(0.025), rel=1e-3)
    assert comparison.cells[4].mean_low is None
    nothing = compare_exits(samples[3:]).fits[0]
    assert nothing.verdict.startswith("nothing measured: no walker has left")


def test_a_delayed_law_is_compared_through_its_own_censoring() -> None:
    """Delay 300, then rate 1/1000, stopped at 600: exposure/exits is 1841 and not E sigma = 1300, and z knows.

    z of a right comparison beyond 4.5: false alarm 1e-5. Without the survival function the comparison is wrong,
    and says on what it rests.
    """
    steps = 300 + np.random.default_rng(4).geometric(1e-3, 5000)
    sample = sample_of(cell_at(0.1), steps, max_steps=600)

    def survival(n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.where(n <= 300, 1.0, 0.999 ** np.maximum(n - 300, 0))

    knowing = CellPrediction(mean_exit_steps_exact=1300.0, survival_exact=survival)
    right = compare_exits([sample], {sample.cell: knowing})
    assert right.cells[0].z_exact is not None
    assert abs(right.cells[0].z_exact) < 4.5
    assert right.cells[0].law_p_exact is not None
    assert right.cells[0].law_p_exact > 1e-3
    assert right.cells[0].exponentiality_p is not None
    assert right.cells[0].exponentiality_p < 0.01
    assert right.cells[0].mean_exit_steps_exact == 1300.0
    blind = compare_exits([sample], {sample.cell: CellPrediction(mean_exit_steps_exact=1300.0)})
    assert blind.cells[0].z_exact is not None
    assert blind.cells[0].z_exact > 10
    assert "taken to leave at a constant rate: eta 0.1" in blind.fits[0].verdict


@settings(deadline=None)  # a busy machine is no failure
@given(delay=st.integers(0, 2000), mean=st.floats(2, 1e5), max_steps=st.integers(1, 50_000))
def test_the_censored_mean_is_the_plain_sum(delay: int, mean: float, max_steps: int) -> None:
    def survival(n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return 0.4 * (1 - 1 / mean) ** n + 0.6 * (1 - 1 / (mean + delay)) ** n

    left = 1 - float(survival(np.array([max_steps], dtype=np.float64))[0])
    plain = float(np.sum(survival(np.arange(max_steps, dtype=np.float64)))) / left
    assert mean_under_censoring(survival, max_steps) == pytest.approx(plain, rel=2e-5)


def test_cells_come_by_b_alpha_and_falling_eta_with_a_fit_for_each_pair() -> None:
    rng = np.random.default_rng(7)
    cells = [cell_at(eta, b, alpha) for eta in (0.01, 0.1) for alpha in (1.8, 1.2) for b in (np.inf, 0.5)]
    comparison = compare_exits(sample_of(cell, rng.geometric(0.01, 20)) for cell in cells)
    order = [(cell.b, cell.alpha, -cell.eta) for cell in comparison.cells]
    assert order == sorted(order)
    assert [(fit.b, fit.alpha) for fit in comparison.fits] == [(0.5, 1.2), (0.5, 1.8), (np.inf, 1.2), (np.inf, 1.8)]


@pytest.mark.parametrize("barriers", [[], [1.0], [-1.0, 1.0, 1.7]])
@pytest.mark.parametrize("cuts", [[], [0, 40], [1, 2, 999], [400, 400, 1000]])
def test_a_cell_in_pieces_says_the_same_as_whole(barriers: list[float], cuts: list[int]) -> None:
    """To the bit, walkers that stay in their own well and those that nobody reaches included."""
    rng = np.random.default_rng(9)
    wholes = []
    for cell in (cell_at(0.1), Cell(0.05, 0.5, 1.5, 1)):
        plain = sample_of(cell, rng.geometric(0.01, 1000), max_steps=150)
        side = np.where(plain.is_censored, 0, np.where(rng.random(1000) < 0.3, -1, 1)).astype(np.int8)
        wholes.append(replace(plain, side=side, landing=side * rng.uniform(0.9, 1.6, 1000), steps_beyond_domain=1000))
    pieces = []
    for whole in wholes:
        for first, end in pairwise([0, *cuts, 1000]):
            names = ("walker", "exit_steps", "is_censored", "side", "landing")
            part = {name: getattr(whole, name)[first:end] for name in names}
            pieces.append(replace(whole, **part, steps_beyond_domain=end - first))
    law = {whole.cell: CellPrediction(mean_exit_steps_exact=90.0, survival_exact=lambda n: 0.99**n) for whole in wholes}
    both = [compare_exits(samples, law, np.array(barriers), within=3.0) for samples in (iter(wholes), iter(pieces))]
    assert both[0] == both[1]
    for cell, whole in zip(both[0].cells, wholes, strict=True):
        counted = name_destinations(
            count_landings(whole.landing, whole.side, np.array(barriers)), np.array(barriers), whole.cell.well
        )
        assert list(cell.destinations.items()) == list(counted.items())


def test_without_its_test_a_cell_says_all_but_its_p_value() -> None:
    """Figures that show no p-value are spared what takes longest."""
    sample = sample_of(cell_at(0.1), np.random.default_rng(1).geometric(0.01, 50).astype(np.int64), 10**6)
    tested, untested = compare_exits([sample]), compare_exits([sample], is_tested=False)
    assert tested.cells[0].exponentiality_p is not None
    assert untested.cells == (replace(tested.cells[0], exponentiality_p=None),)


def test_the_document_keeps_its_promises_and_is_json() -> None:
    rng = np.random.default_rng(8)
    samples = [sample_of(Cell(eta, np.inf, None, 0), rng.geometric(0.01, 20)) for eta in (0.1, 0.01)]
    told = {samples[0].cell: CellPrediction(mean_exit_steps_exact=np.inf, mean_exit_steps_limit=np.nan)}
    document = to_json(compare_exits(samples, told, barriers=np.array([1.0])).document())
    assert next(iter(document)) == "schema"
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    cell, fit = document["cells"][0], document["fits"][0]
    assert (cell["b"], cell["alpha"], fit["b"]) == ("inf", None, "inf")
    assert cell["mean_exit_steps_exact"] is cell["z_exact"] is cell["mean_exit_steps_limit"] is None
    assert cell["exits"] == {"left": 0, "right": 20}
    assert cell["destinations"] == {"1": 20}
    promised = {"eta", "b", "alpha", "well", "n_walkers", "n_exits", "n_censored", "exposure_steps", "mean_exit_steps"}
    promised |= {"mean_low", "mean_high", "exponentiality_p", "exits", "destinations"}
    promised |= {"mean_exit_steps_exact", "z_exact", "mean_exit_steps_limit"}
    assert promised <= set(cell)
    promised = {"b", "alpha", "well", "jump_number", "exit_exponent_measured", "low", "high", "exit_exponent_exact"}
    assert promised | {"exit_exponent_limit", "verdict"} <= set(fit)
