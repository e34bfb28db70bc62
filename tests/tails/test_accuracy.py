"""Tests of the accuracy figure's numbers against the published deviations and readings."""

import math

import pytest

from hts.plots.block_accuracy import plot_block_accuracy, rows_of
from hts.tails.accuracy import asymptotic_deviation, block_accuracy, reading


@pytest.mark.parametrize(
    ("alpha", "deviation"),
    [(0.4, 0.0037), (0.8, 0.0072), (1.0, 0.0112), (1.2, 0.0145), (1.5, 0.0183), (1.8, 0.0232), (2.0, 0.0327)],
)
def test_the_asymptotic_deviation_is_near_the_measured_one_that_was_published(alpha, deviation):
    assert asymptotic_deviation(alpha, 100, 1000) == pytest.approx(deviation, rel=0.25)


def test_readings_are_those_of_the_tables():
    assert reading("pareto", 1.2) == pytest.approx(1.3578339, abs=1e-6)
    assert reading("student", 3.0) == pytest.approx(1.753560, abs=1e-6)
    assert reading("normal", math.inf) == 2.0
    assert reading("lomax", 1.2) is None


@pytest.mark.long
def test_the_estimator_is_as_accurate_as_its_formula_on_stable_laws_and_biased_on_others(tmp_path):
    """Ten samples of each law: means within five of their errors of the limits (false alarm 2e-5 in all)."""
    found = block_accuracy(10)
    for one in found:
        if one.limit is not None:
            assert abs(one.mean - one.limit) < 5 / 1.96 * one.mean_error + 0.005
        if one.expected is not None:
            assert 0.4 < one.deviation / one.expected < 2.2
    biased = next(one for one in found if (one.law, one.alpha) == ("lomax", 1.2))
    assert biased.mean == pytest.approx(1.03, abs=0.02)
    paths = plot_block_accuracy(found, tmp_path)
    assert [path.suffix for path in paths] == [".pdf", ".png", ".csv"]
    assert len(rows_of(found)) == len(found)
