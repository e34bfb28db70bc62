"""Tests that recorded walkers are those of the exit kernel, bit for bit, whatever their stride and company."""

from math import inf

import numpy as np
import pytest

from hts.ensembles import ExitProblem, Interrupted, VisitProblem, simulate_exits, simulate_visits
from hts.ensembles.paths import simulate_paths, stride_for
from hts.landscapes import basin, multi_well, quartic, wang_oh_rhee
from hts.noise import Noise

PROBLEMS = {
    "two joins": (basin(0.0, 1.0), Noise("pareto", 1.5), 0.05, 0.7, -1.0, 1.0, 0.0),
    "a table beyond its ends": (quartic(), Noise("lomax", 1.5, 0.2, normal_scale=5.0), 0.05, 1.5, 0.0, inf, 2.5),
    "a projection": (wang_oh_rhee(), Noise("stable", 1.3, 0.1), 0.01, 0.5, -1.3, 0.2, -0.7),
}


def problem(name):
    landscape, noise, eta, b, low, high, start = PROBLEMS[name]
    gradient = landscape.gradient(low, high)
    return ExitProblem(gradient, noise, eta, b, landscape.projection, low, high, start, 7)


@pytest.mark.parametrize("name", PROBLEMS)
def test_recorded_walkers_are_those_of_the_exit_kernel(name):
    exits = simulate_exits(problem(name), 3, 150, 400)
    paths = simulate_paths(problem(name), 3, 150, 400)
    last = paths.first[1:] - 1
    np.testing.assert_array_equal(paths.n_steps, exits.exit_steps)
    np.testing.assert_array_equal(paths.side, exits.side)
    np.testing.assert_array_equal(paths.x[last], exits.landing)
    np.testing.assert_array_equal(paths.step[last], exits.exit_steps)
    np.testing.assert_array_equal(paths.number, exits.walker)


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_noise_of_a_step_makes_the_step(name):
    landscape, _, eta, b, *_ = PROBLEMS[name]
    paths = simulate_paths(problem(name), 0, 20, 200, stride=1)
    for i in range(20):
        rows = slice(paths.first[i], paths.first[i + 1])
        x, z = paths.x[rows], paths.z[rows]
        assert np.isnan(z[0])
        leap = np.clip(eta * (z[1:] - landscape.derivative(x[:-1])), -b, b)
        expected = np.clip(x[:-1] + leap, -landscape.projection, landscape.projection)
        np.testing.assert_allclose(x[1:], expected, atol=1e-9)


@pytest.mark.parametrize("changes", [dict(width=8), dict(chunk=7), dict(width=16, chunk=1)])
def test_blocks_and_chunks_do_not_show(changes):
    whole = simulate_paths(problem("two joins"), 0, 40, 300, stride=5, size=40.0)
    other = simulate_paths(problem("two joins"), 0, 40, 300, stride=5, size=40.0, **changes)
    for name in ("first", "step", "x", "z", "n_steps", "side"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(other, name))


def test_a_thinned_path_keeps_its_big_jumps_the_steps_before_them_and_its_end():
    full = simulate_paths(problem("two joins"), 0, 30, 500, stride=1)
    thin = simulate_paths(problem("two joins"), 0, 30, 500, stride=20, size=10.0)
    for i in range(30):
        rows, kept = slice(*full.first[i : i + 2]), slice(*thin.first[i : i + 2])
        step, z = full.step[rows], full.z[rows]
        big = step[np.abs(z) > 10.0]
        wanted = np.unique(np.concatenate([step[step % 20 == 0], big, big - 1, step[-1:]]))
        np.testing.assert_array_equal(thin.step[kept], wanted)
        np.testing.assert_array_equal(thin.x[kept], full.x[rows][wanted])


def test_a_path_has_some_two_thousand_records_however_long():
    assert [stride_for(n) for n in (1, 2000, 2001, 9_999, 10**7)] == [1, 1, 2, 5, 5000]


def test_recording_stops_when_it_is_told_to():
    with pytest.raises(Interrupted):
        simulate_paths(problem("two joins"), 0, 4, 10, should_stop=lambda: True)


@pytest.mark.parametrize("landscape", [multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6), wang_oh_rhee()])
def test_walkers_across_all_wells_are_those_of_the_visits_kernel(landscape):
    L, m = landscape.projection, landscape.minima
    radius, checkpoints = np.full(len(m), 0.05), np.array([500])
    gradient, noise = landscape.gradient(-L, L), Noise("pareto", 1.2, 0.1)
    runs = VisitProblem(gradient, noise, 0.01, 0.5, L, 0.3, 7, m, landscape.barriers, radius, -L, L, 10, checkpoints)
    visits = simulate_visits(runs, 2, 30)
    paths = simulate_paths(runs, 2, 30, 500, stride=1)
    assert np.all(paths.n_steps == 500)
    np.testing.assert_array_equal(paths.x[paths.first[1:] - 1], visits.position)
    well = np.searchsorted(landscape.barriers, paths.x, side="right")[paths.step > 0].reshape(30, 500)
    for k in range(len(m)):
        np.testing.assert_array_equal((well == k).sum(axis=1), visits.steps_in_well[:, -1, k])
