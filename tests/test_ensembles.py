"""Tests that an ensemble is the plain-Python model, walker by walker, however it is computed."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import reference

from hts import landscapes
from hts.ensembles import ExitProblem, Interrupted, simulate_exits
from hts.noise import Body, Noise

INF = math.inf
OWN = Body.of(np.random.default_rng(3).standard_t(1.5, 20_000) ** 3, 0.9)
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "pareto, scaled": Noise("pareto", 1.2, scale=0.5),
    "pareto, skewed": Noise("pareto", 1.5, p_plus=0.7),
    "pareto, one-sided": Noise("pareto", 1.8, p_plus=1.0),
    "pareto with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "lomax": Noise("lomax", 1.5),
    "lomax, skewed": Noise("lomax", 1.3, p_plus=0.2),
    "stable": Noise("stable", 1.5),
    "stable, alpha 1": Noise("stable", 1.0),
    "stable, alpha 0.7": Noise("stable", 0.7),
    "stable, alpha 1.99": Noise("stable", 1.99, scale=3.0),
    "student": Noise("student", 1.5),
    "student, alpha 3": Noise("student", 3.0, scale=2.0),
    "normal": Noise("normal", None, scale=3.0),
    "stretched exponential": Noise("stretched-exponential", None, scale=2.0, shape=0.5),
    "stretched exponential, skewed": Noise("stretched-exponential", None, p_plus=0.7, shape=0.4),
    "empirical": Noise("empirical", 1.4, scale=0.3, body=OWN),
    "empirical, alpha 0.8": Noise("empirical", 0.8, scale=0.3, body=OWN),
    "normal with a normal part": Noise("normal", None, scale=2.0, normal_scale=2.0),
}


def basin_problem(noise=LAWS["pareto"], eta=0.05, b=0.7, **changes):
    gradient = landscapes.basin(0.0, 1.0).gradient(-1.0, 1.0)
    settings = dict(gradient=gradient, noise=noise, eta=eta, b=b, projection=INF, low=-1.0, high=1.0, start=0.0, seed=7)
    return ExitProblem(**(settings | changes))


def twin(problem, derivative, walker, max_steps):
    noise = problem.noise
    key = reference.cell_key(problem.seed, problem.eta, problem.b, noise.alpha)
    words = reference.walker_words(key, walker)
    return reference.first_exit(
        derivative,
        lambda: reference.draw(
            noise.kind, noise.alpha, noise.scale, words, noise.p_plus, noise.normal_scale, noise.shape, noise.body
        ),
        problem.eta, problem.b, problem.low, problem.high, problem.start, max_steps, problem.projection,
    )  # fmt: skip


def assert_same_as_twin(problem, derivative, n_walkers=40, max_steps=400, first_walker=3):
    """Steps and sides agree exactly, positions to 1e-7 of what a step may move (draws err by 1e-9 of themselves)."""
    sample = simulate_exits(problem, first_walker, n_walkers, max_steps)
    for row, walker in enumerate(sample.walker):
        steps, side, x = twin(problem, derivative, int(walker), max_steps)
        assert (sample.exit_steps[row], sample.side[row]) == (steps, side)
        assert sample.landing[row] == pytest.approx(x, rel=1e-7, abs=1e-7)
        assert sample.is_censored[row] == (side == 0)
    return sample


@pytest.mark.parametrize("name", LAWS)
def test_every_walker_of_every_law_exits_at_the_step_of_the_plain_python_twin(name):
    sample = assert_same_as_twin(basin_problem(LAWS[name]), lambda x: x)
    assert len(set(sample.exit_steps)) > 5


LANDSCAPES = {
    "double well": (landscapes.multi_well([-1.0, 1.0], [0.0], [1.0, 1.0], kind="double-well"), 0),
    "uneven double well": (landscapes.multi_well([-1.0, 0.5], [0.1], [2.0, 5.0], kind="double-well"), 1),
    "four wells": (landscapes.multi_well([-2.0, -0.5, 0.3, 2.0], [-1.2, 0.0, 1.0], [1.0, 3.0, 4.0, 0.5]), 1),
    "quartic": (landscapes.quartic(), 0),
    "published": (landscapes.wang_oh_rhee(), 1),
    "tilted cosine": (landscapes.tilted_cosine(0.2, 2.0, 0.1, 3.4), 1),
}


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_walker_of_every_landscape_exits_at_the_step_of_the_plain_python_twin(name):
    landscape, well = LANDSCAPES[name]
    low, high = landscape.well_ends(well)
    scale = 0.1 if name == "published" else 0.3
    problem = ExitProblem(
        landscape.gradient(low, high), Noise("pareto", 1.4, scale=scale), 0.05, 0.6,
        landscape.projection, low, high, float(landscape.minima[well]), 11,
    )  # fmt: skip

    def derivative(x):
        return float(landscape.derivative(np.array([x]))[0])

    n_walkers = 8 if name == "published" else 20  # the twin takes a millisecond for each of its gradients
    assert_same_as_twin(problem, derivative, n_walkers, max_steps=300)


def test_a_domain_of_several_wells_uses_every_join_of_the_landscape():
    landscape = LANDSCAPES["four wells"][0]
    problem = ExitProblem(
        landscape.gradient(-3.0, 3.0), Noise("lomax", 1.4, scale=1.0), 0.1, 0.9, INF, -3.0, 3.0, -0.5, 11
    )
    assert len(problem.gradient.knots) > 2
    assert_same_as_twin(problem, lambda x: float(landscape.derivative(np.array([x]))[0]))


def test_projection_puts_walkers_back_on_the_interval():
    problem = basin_problem(b=INF, projection=1.0)
    sample = assert_same_as_twin(problem, lambda x: x)
    assert set(np.abs(sample.landing[~sample.is_censored])) == {1.0}


def test_a_walker_beyond_a_formula_s_domain_meets_the_linear_continuation_and_is_counted():
    landscape = landscapes.quartic()
    start = float(landscape.minima[1])
    problem = ExitProblem(landscape.gradient(0.0, INF), Noise("pareto", 1.2), 0.02, INF, INF, 0.0, INF, start, 3)
    end = landscape.domain[1]
    slope = float(landscape.second_derivative(np.array([end]))[0])

    def derivative(x):
        inside = min(x, end)
        return float(landscape.derivative(np.array([inside]))[0]) + slope * (x - inside)

    sample = assert_same_as_twin(problem, derivative, n_walkers=60, max_steps=200)
    assert sample.steps_beyond_domain > 0


def columns(sample):
    return (sample.exit_steps.tobytes(), sample.side.tobytes(), sample.landing.tobytes())


@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_numbers_do_not_depend_on_threads_and_cuts(n_threads):
    problem = basin_problem()
    whole = simulate_exits(problem, 0, 700, 10_000)
    with ThreadPoolExecutor(n_threads) as pool:
        parts = list(pool.map(lambda first: simulate_exits(problem, first, 100, 10_000), range(0, 700, 100)))
    assert np.array_equal(np.concatenate([p.exit_steps for p in parts]), whole.exit_steps)
    assert np.array_equal(np.concatenate([p.landing for p in parts]), whole.landing)
    assert np.array_equal(np.concatenate([p.side for p in parts]), whole.side)


@pytest.mark.parametrize("noise", ["pareto", "stable", "pareto with a normal part"])
@pytest.mark.parametrize(("width", "chunk"), [(8, 1), (8, 16), (64, 5), (128, 32), (256, 3)])
def test_numbers_do_not_depend_on_block_width_and_chunk_length(noise, width, chunk):
    problem = basin_problem(LAWS[noise])
    assert columns(simulate_exits(problem, 5, 150, 60, width=width, chunk=chunk)) == columns(
        simulate_exits(problem, 5, 150, 60)
    )


@pytest.mark.parametrize("width", [8, 128])
def test_numbers_do_not_depend_on_block_width_with_a_table_and_many_hinges(width):
    published, four = LANDSCAPES["published"][0], LANDSCAPES["four wells"][0]
    for landscape, low, high, start in ((published, -1.3, 0.2, -0.7), (four, -3.0, 3.0, -0.5)):
        problem = ExitProblem(
            landscape.gradient(low, high), Noise("pareto", 1.2, scale=0.5), 0.1, 0.5,
            landscape.projection, low, high, start, 5,
        )  # fmt: skip
        assert columns(simulate_exits(problem, 0, 100, 500, width=width)) == columns(
            simulate_exits(problem, 0, 100, 500)
        )


def test_a_larger_max_steps_changes_only_censored_walkers():
    problem = basin_problem()
    short, long = simulate_exits(problem, 0, 300, 50), simulate_exits(problem, 0, 300, 5000)
    kept = ~short.is_censored
    assert 0 < kept.sum() < 300
    assert np.array_equal(short.exit_steps[kept], long.exit_steps[kept])
    assert np.array_equal(short.landing[kept], long.landing[kept])
    assert (long.exit_steps[~kept] > 50).all()


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"eta": 0.0500001}, {"b": 0.7000001}, {"noise": Noise("pareto", 1.5000001)}]
)
def test_neighbouring_cells_have_streams_of_their_own(change):
    base, other = basin_problem(), basin_problem(**change)
    assert not np.array_equal(base.cell_key(), other.cell_key())
    same = simulate_exits(base, 0, 500, 10**6).exit_steps == simulate_exits(other, 0, 500, 10**6).exit_steps
    assert same.mean() < 0.1


def test_a_stopped_simulation_says_so():
    with pytest.raises(Interrupted):
        simulate_exits(basin_problem(), 0, 10, 100, should_stop=lambda: True)


def test_progress_adds_up_to_the_steps_of_all_walkers_and_a_little_for_frozen_lanes():
    steps = []
    sample = simulate_exits(basin_problem(), 0, 2000, 10**6, on_steps=steps.append)
    assert sample.exit_steps.sum() <= sum(steps) <= 1.5 * sample.exit_steps.sum()
