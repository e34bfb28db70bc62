"""The published table of rare hits ([WR] Table 2.1, 32 hits a point), by importance sampling."""

import math

import pytest

from hts.plans import read_plan
from hts.plots.published import read_published_probabilities
from hts.rare import rare_results, run_rare

#: Exact values of docs/figures.md.
EXACT = {
    (math.inf, 1 / 200): 9.9891e-4, (math.inf, 1 / 400): 6.8636e-4, (math.inf, 1 / 600): 5.5368e-4,
    (math.inf, 1 / 800): 4.7613e-4, (math.inf, 1 / 1000): 4.2384e-4,
    (1.5, 1 / 200): 4.6557e-6, (1.5, 1 / 400): 1.7329e-6, (1.5, 1 / 600): 1.0684e-6,
    (1.5, 1 / 800): 7.6852e-7, (1.5, 1 / 1000): 5.9850e-7,
}  # fmt: skip
PUBLISHED_ERROR = 32**-0.5


def check(plan, folder, positives):
    """Lay each cell beside exact and published values."""
    run_rare(plan, folder)
    published = {(point.b, point.eta): point.value for point in read_published_probabilities("WR-rare")}
    for result in rare_results(plan, folder):
        e, cell = result.estimate, result.question.cell
        (exact,) = (p for (b, eta), p in EXACT.items() if b == cell.b and math.isclose(eta, cell.eta, rel_tol=1e-6))
        (theirs,) = (
            p for (b, eta), p in published.items() if b == cell.b and math.isclose(eta, cell.eta, rel_tol=1e-6)
        )
        assert e.n_positive == positives - 1
        assert abs(e.probability - exact) < 4.0 * e.relative_error * exact
        assert abs(e.probability - theirs) < 4.0 * math.hypot(e.relative_error * exact, PUBLISHED_ERROR * theirs)


def test_the_published_rule_gives_the_table(tmp_path):
    """Two cells at 4 standard errors of 32 hits, whose number is Poisson: false alarm 1e-3."""
    plan = read_plan("configs/rare_table.toml", ["grid.eta=[0.005]"])
    check(plan, tmp_path / "table", 32)


@pytest.mark.long
def test_more_hits_give_the_whole_table(tmp_path):
    """Ten cells at 4 standard errors, against exact and published: false alarm 2e-3."""
    check(read_plan("configs/rare_table.toml", ["rare.positives=1000"]), tmp_path / "table", 1000)
