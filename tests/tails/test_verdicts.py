"""Tests that verdicts on known laws are those of a careful statistician. Seeds are fixed."""

from pathlib import Path

import numpy as np
import pytest
from test_estimators import pareto, stable

import hts
from hts.tails import tail_of, to_document


def sided(magnitudes, rng):
    return magnitudes * rng.choice([-1.0, 1.0], len(magnitudes))


def numbers(law, n, seed=7):
    rng = np.random.default_rng(seed)
    laws = {
        "stable 1.2": lambda: stable(1.2, n, rng),
        "stable 1.9": lambda: stable(1.9, n, rng),
        "pareto 1.5": lambda: sided(pareto(1.5, n, rng), rng),
        "lomax 1.2": lambda: sided(pareto(1.2, n, rng) - 1, rng),
        "student 3": lambda: rng.standard_t(3, n),
        "normal": lambda: rng.standard_normal(n),
        "laplace": lambda: rng.laplace(size=n),
        "uniform": lambda: rng.random(n),
        "lognormal": lambda: sided(np.exp(rng.standard_normal(n)), rng),
        "weibull": lambda: sided(rng.weibull(0.5, n), rng),
    }
    return laws[law]()


@pytest.mark.parametrize(
    ("law", "is_heavy", "words"),
    [
        ("stable 1.2", True, "a stable law of index 1.2"),
        ("stable 1.9", True, "a stable law of index 1.9"),
        ("pareto 1.5", True, "The variance is infinite"),
        ("lomax 1.2", True, "The variance is infinite"),
        ("student 3", True, "The variance is finite"),
        ("normal", False, "No power law in sight"),
        ("laplace", False, "No power law in sight"),
        ("uniform", False, "No power law in sight"),
        ("lognormal", None, "lognormal"),
        ("weibull", None, ""),
    ],
)
def test_verdicts_on_known_laws(law, is_heavy, words):
    estimate = tail_of(numbers(law, 50_000))
    assert estimate.is_heavy is is_heavy, estimate.verdict
    assert words in estimate.verdict
    assert estimate.verdict.count(". ") <= 2


@pytest.mark.parametrize("law", [pytest.param("normal", marks=pytest.mark.long), "laplace", "uniform"])
def test_light_laws_are_hardly_ever_called_heavy(law):
    """The moment interval excludes 0 from below in 2.5 % of samples of xi = 0: 6 of 40 has a chance of 4e-4."""
    called = sum(tail_of(numbers(law, 2_000, seed)).is_heavy is True for seed in range(40))
    assert called < 6


def test_disagreement_is_explained_by_what_other_laws_read_there():
    verdict = tail_of(numbers("pareto 1.5", 50_000)).verdict
    assert "assumes a stable law" in verdict
    assert "a Pareto law reads 1.6" in verdict


def test_a_gap_at_the_centre_does_not_move_it():
    assert abs(tail_of(numbers("pareto 1.5", 50_000)).centre) < 0.05


def test_a_series_gets_wider_intervals():
    rng = np.random.default_rng(8)
    noise = rng.standard_t(2, 20_000)
    slow = np.repeat(noise[:2_000], 10)  # each number ten times
    free, tied = tail_of(noise), tail_of(slow)
    assert not free.dependence.is_series
    assert tied.dependence.is_series
    assert 5 < tied.dependence.time < 15
    width = [(e.quoted_block.high - e.quoted_block.low) / e.quoted_block.alpha for e in (free, tied)]
    assert width[1] > 2 * width[0]
    assert any("depend on one another" in note for note in tied.notes)
    assert any("ties" in note for note in tied.notes)


def test_scales_that_differ_between_coordinates_are_told_from_tails():
    rng = np.random.default_rng(9)
    estimate = tail_of(rng.standard_normal((2_000, 50)) * np.exp(1.5 * rng.standard_normal(50)))
    assert estimate.quoted_block.alpha < 1.4
    assert estimate.surrogate.alpha == pytest.approx(estimate.quoted_block.alpha, abs=0.05)
    assert estimate.is_heavy is not True
    assert any("scales differ between coordinates" in note for note in estimate.notes)


def test_zeros_few_numbers_and_constants():
    rng = np.random.default_rng(10)
    x = rng.standard_t(1.5, 1_000)
    x[:300] = 0.0
    estimate = tail_of(x, 0.0)
    assert (estimate.n, estimate.n_zero) == (700, 300)
    assert any("300 left out" in note for note in estimate.notes)
    few = tail_of(x[300:340])
    assert few.is_heavy is None
    assert "Too few" in few.verdict
    for bad in ([], [1.0], np.ones(500), [1.0, np.nan], [1.0, 2j], ["a", "b"], np.zeros((2, 2, 2))):
        with pytest.raises(ValueError, match=r"numbers|equal"):
            tail_of(bad)


def test_names_of_the_package_are_functions_however_often_they_are_asked_for():
    for _ in range(2):
        assert callable(hts.estimate_tails)
        assert callable(hts.tail_of)
    modules = {path.stem for path in Path(hts.__file__).parent.iterdir()}
    assert modules & set(hts.__all__) == {
        "landscapes"
    }  # a module itself; once imported, any other would stand in a function's place


def test_the_same_numbers_give_the_same_document():
    x = numbers("stable 1.9", 5_000)
    kept = x.copy()
    assert to_document([tail_of(x)]) == to_document([tail_of(x)])
    assert np.array_equal(x, kept)  # the caller's array is left alone
    assert to_document([tail_of(x)]) != to_document([tail_of(x + np.linspace(0, 1, 5_000))])
