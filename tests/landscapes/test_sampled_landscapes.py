"""Landscapes of samples: against the formulas they were taken from, to the error that half of the samples make."""

import math
import pickle

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from hts.exits import Exit
from hts.landscapes import LandscapeError, quartic, samples
from hts.landscapes.splines import interpolate
from hts.noise import Noise
from hts.theory.exact.means import rough_mean_exit_steps, solve_mean

X = np.linspace(-4.0, 4.0, 41)


def f(x):
    return x**4 / 10 - x**2


def test_wells_and_curvatures_are_those_of_the_formula_to_what_half_of_the_samples_miss():
    formula, all_, half = quartic(), samples(X, f(X)), samples(X[::2], f(X[::2]))
    for name in ("minima", "barriers", "curvatures", "barrier_curvatures"):
        wanted, found, coarse = (getattr(landscape, name) for landscape in (formula, all_, half))
        assert np.max(np.abs(found - wanted)) <= 0.5 * np.max(np.abs(coarse - found)) + 1e-12
    assert "half of the samples would change f by at most 0.00014" in all_.origin[1]


def test_evenly_spaced_samples_give_the_cubic_spline_itself_and_its_table():
    landscape, spline = samples(X, f(X)), CubicSpline(X, f(X))
    x = np.random.default_rng(3).uniform(-4.0, 4.0, 20_000)
    assert landscape.derivative(x) == pytest.approx(spline(x, 1), rel=1e-9, abs=1e-9)
    for low, high in ((-4.0, 4.0), (-2.31, 0.017), (-math.inf, 0.0), (-math.inf, math.inf), (4.5, 6.0)):
        t = np.random.default_rng(4).uniform(max(low, -9.0), min(high, 9.0), 20_000)
        assert np.max(np.abs(landscape.gradient(low, high)(t) - landscape.derivative(t))) < 1e-12 * 200
    assert len(landscape.gradient(-4.0, 4.0).table) == 42
    assert pickle.loads(pickle.dumps(landscape)).derivative(0.3) == landscape.derivative(0.3)


def test_the_exact_mean_is_that_of_the_formula_to_what_half_of_the_samples_miss():
    def mean(landscape):
        return solve_mean(Exit(landscape, Noise("stable", 1.5, scale=0.5), 0.05, 1.5, -4.0, 0.0, -2.2), 1e-6)[
            0
        ].solution.mean_exit_steps

    wanted, found, coarse = mean(quartic()), mean(samples(X, f(X))), mean(samples(X[::2], f(X[::2])))
    assert abs(found - wanted) < abs(coarse - found) < 1e-3 * wanted
    wrong = mean(samples(X, f(1.01 * X)))
    assert abs(wrong - wanted) > abs(coarse - found)


def test_slopes_in_the_file_are_the_landscape_s():
    x = X[::4]
    slopes = 0.4 * x**3 - 2.0 * x
    landscape = samples(x, f(x), slopes)
    assert landscape.derivative(x) == pytest.approx(slopes, rel=1e-12)
    assert np.max(np.abs(samples(x, f(x)).derivative(x) - slopes)) > 0.1
    assert "with slopes" in landscape.origin[0]


def test_a_spline_turns_only_where_the_samples_do():
    x = np.linspace(0.0, 12.0, 13)
    steps = np.array([5.0, 3.0, 1.0, 0.9, 0.8, 0.79, 10.0, 10.1, 10.2, 9.0, 8.0, 9.0, 12.0])
    fine = np.linspace(0.0, 12.0, 12_001)
    loose, (safe, is_replaced) = CubicSpline(x, steps), interpolate(x, steps)

    def turns(slope):
        return int(np.sum(np.diff(np.sign(slope)) != 0))

    assert turns(loose(fine, 1)) > turns(np.diff(steps)) == turns(safe.jet(fine)[1]) == 3
    assert 0 < is_replaced.sum() < len(x)
    assert safe.jet(x)[0] == pytest.approx(steps, rel=1e-14)
    landscape = samples(x, steps)
    assert landscape.n_wells == 2
    assert "the slope was made smaller" in landscape.origin[0]


def test_two_equal_samples_beside_a_minimum_are_a_minimum():
    x = np.linspace(-1.05, 1.05, 22)
    landscape = samples(x, x**2)
    assert landscape.minima == pytest.approx([0.0], abs=1e-9)
    assert landscape.curvatures == pytest.approx([2.0], rel=1e-6)


def test_noise_is_smoothed_by_a_penalty_that_is_stated():
    """The scatter is told to 10 %: its standard deviation is 3.5 %, false alarms 0.5 %."""
    x = np.linspace(-4.0, 4.0, 400)
    noisy = f(x) + 0.3 * np.random.default_rng(1).standard_normal(400)
    landscape = samples(x, noisy, smoothing="auto")
    assert landscape.n_wells == 2
    assert landscape.minima == pytest.approx(quartic().minima, abs=0.15)
    assert landscape.origin[1].startswith("smoothed with the penalty 0.0")
    scatter = float(landscape.origin[1].split("by ")[1].split()[0])
    assert 0.27 < scatter < 0.33
    assert landscape.second_derivative([-9.0, 9.0]).tolist() == [0.0, 0.0]
    raw = samples(x[:100], noisy[:100])
    assert raw.n_wells > 5
    assert any('smoothing = "auto"' in note for note in raw.notes)


def test_the_way_on_beyond_the_samples_is_said_where_walkers_can_get_there():
    assert "beyond the samples f' goes on linearly" in samples(X, f(X)).origin[-1]
    assert "beyond" not in samples(X, f(X), L=3.0).origin[-1]
    assert (
        rough_mean_exit_steps(Exit(samples(X, f(X), L=3.0), Noise("pareto", 1.5), 0.1, 2.0, -math.inf, 0.0, -2.2)) > 1.0
    )


BAD = {
    "7 samples: 8 to 20000": (X[:7], f(X[:7])),
    "20001 samples": (np.arange(20001.0), np.arange(20001.0)),
    "x = -3.6 is repeated in row 4": (np.where(np.arange(41) == 3, X[2], X), f(X)),
    "x = 3.8 follows 4 in row 2": (X[::-1], f(X)),
    "nan is not a number": (X, np.where(X > 3.9, np.nan, f(X))),
    "40 numbers are given where 41 are needed": (X, f(X)[1:]),
    "no minimum": (X, X + 0.0),
    r"f is 1 at both x = -4 and -3.8 \(rows 1 and 2\)": (X, np.ones(41)),
}


@pytest.mark.parametrize("words", BAD)
def test_samples_that_make_no_landscape_are_refused(words):
    with pytest.raises(LandscapeError, match=words) as refusal:
        samples(*BAD[words])
    assert refusal.value.key == "file"


def test_smoothing_beside_slopes_and_a_penalty_beyond_arithmetic_are_refused():
    for arguments in ((None, 1e30), (f(X), "auto")):
        with pytest.raises(LandscapeError) as refusal:
            samples(X, f(X), *arguments)
        assert refusal.value.key in ("smoothing", "file")
