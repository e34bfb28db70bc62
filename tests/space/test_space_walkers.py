"""Tests that walkers in R^d are those of the plain twin, one by one, however they are computed, and their laws."""

import dataclasses
import math

import numpy as np
import pytest
import worlds
from scipy import stats

from hts import landscapes, space
from hts.ensembles import Interrupted, driving
from hts.ensembles.space import simulate_space_exits, simulate_space_visits
from hts.exits import Exit
from hts.noise import Body, Noise
from hts.space import regions
from hts.theory.exact.exits import exact_exit

H = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.2], [0.0, -0.2, 3.0]])
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "lomax": Noise("lomax", 1.3),
    "stable": Noise("stable", 1.4),
    "student": Noise("student", 1.5, scale=2.0),
    "normal": Noise("normal", None, scale=6.0),
    "empirical": Noise("empirical", 1.5, scale=1.5, body=Body.of_sizes(np.random.default_rng(4).pareto(1.5, 900), 0.9)),
}


def assert_same_as_twin(problem, gradient, is_inside, n_walkers=12, max_steps=150):
    """Steps agree exactly, positions to 1e-7: draws err by 1e-9 of themselves."""
    sample = simulate_space_exits(problem, 3, n_walkers, max_steps)
    for row, walker in enumerate(sample.walker.tolist()):
        steps, x, is_censored = worlds.first_exit(problem, gradient, is_inside, walker, max_steps)
        assert (sample.exit_steps[row], sample.is_censored[row]) == (steps, is_censored)
        assert sample.landing[row] == pytest.approx(x, rel=1e-7, abs=1e-7)
    return sample


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7, 64])
@pytest.mark.parametrize("is_isotropic", [True, False])
def test_every_walker_leaves_a_ball_at_the_step_of_the_twin(d, is_isotropic):
    problem = worlds.ball_problem(d, is_isotropic=is_isotropic, eta=0.05 if is_isotropic else 0.05 / d)
    sample = assert_same_as_twin(problem, lambda x: x, lambda x: x @ x < 1.0)
    assert not sample.is_censored.all()


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("d", [2, 3])
def test_every_law_is_that_of_the_twin(name, d):
    assert_same_as_twin(worlds.ball_problem(d, noise=LAWS[name]), lambda x: x, lambda x: x @ x < 1.0)


def test_skewed_and_blurred_noise_by_coordinate_is_that_of_the_twin():
    noise = Noise("pareto", 1.5, p_plus=0.7, normal_scale=0.5)
    problem = worlds.ball_problem(3, noise=noise, is_isotropic=False)
    assert_same_as_twin(problem, lambda x: x, lambda x: x @ x < 1.0)


LABELS = (np.add.outer(np.arange(41), np.arange(31)) % 80 < 45).astype(np.int16)
DOMAINS = {
    "half-space": (regions.half_space(np.array([1.0, 0.5]), 0.8), lambda x: x[0] + 0.5 * x[1] < 0.8),
    "ellipsoid": (
        regions.ellipsoid(np.array([0.1, 0.0]), np.array([[1.0, 0.3], [0.3, 2.0]])),
        lambda x: (x[0] - 0.1) ** 2 + 0.6 * (x[0] - 0.1) * x[1] + 2 * x[1] ** 2 < 1,
    ),
    "box": (regions.box(np.array([-1.0, -math.inf]), np.array([0.7, 0.9])), lambda x: -1 < x[0] < 0.7 and x[1] < 0.9),
    "sublevel": (
        regions.sublevel(space.formula("(x**2 + y**4 - 1)**2/2 + y*0 - 0.48", 2)._value_program, 2),
        lambda x: (x[0] ** 2 + x[1] ** 4 - 1) ** 2 / 2 - 0.48 < 0,
    ),
    "basin map": (
        regions.basin(LABELS, np.array([-2.0, -1.5]), np.array([0.1, 0.1]), 1),
        lambda x: (
            0 <= (i := math.floor((x[0] + 2.0) / 0.1 + 0.5)) < 41
            and 0 <= (j := math.floor((x[1] + 1.5) / 0.1 + 0.5)) < 31
            and LABELS[i, j] == 1
        ),
    ),
}


@pytest.mark.parametrize("name", DOMAINS)
def test_every_domain_is_left_at_the_step_of_the_twin(name):
    region, is_inside = DOMAINS[name]
    start = [-0.2, 0.1]
    assert is_inside(np.array(start))
    problem = worlds.problem_of(space.quadratic(H[:2, :2]), region, start, b=0.5)
    sample = assert_same_as_twin(problem, lambda x: H[:2, :2] @ x, is_inside)
    assert not sample.is_censored.all()


def test_a_formula_with_every_function_moves_walkers_as_the_twin_does():
    text = (
        "x**2/2 + y**2 + exp(-y)/9 + sin(3*x*y)/5 + abs(z)**1.5 + sqrt(1 + x**2)/(2 + cos(z)) + tanh(x)*log(2 + y**2)/3"
    )
    f = space.formula(text, 3, projection=1.4)
    problem = worlds.problem_of(f, regions.ball(np.zeros(3), 1.3), [0.1, 0.0, 0.2], b=0.9)
    assert_same_as_twin(problem, lambda x: f.gradient(x[None])[0], lambda x: x @ x < 1.3**2)


def test_projection_and_clip_are_by_the_norm():
    f = space.quadratic(H, projection=0.9)
    problem = worlds.problem_of(f, regions.ball(np.array([0.3, 0.0, 0.0]), 1.0), [0.0, 0.1, 0.0], b=math.inf)
    sample = assert_same_as_twin(problem, lambda x: H @ x, lambda x: (x - [0.3, 0, 0]) @ (x - [0.3, 0, 0]) < 1.0)
    assert np.linalg.norm(sample.landing[~sample.is_censored], axis=1).max() == pytest.approx(0.9)


def same(one, other):
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))


@pytest.mark.parametrize("d", [2, 3])
def test_lanes_chunks_and_neighbours_change_no_bit(d):
    problem = worlds.ball_problem(d)
    whole = simulate_space_exits(problem, 0, 90, 200)
    assert same(whole, simulate_space_exits(problem, 0, 90, 200, width=8, chunk=5))
    part = simulate_space_exits(problem, 40, 7, 200)
    assert np.array_equal(part.landing, whole.landing[40:47])


def test_the_fast_path_of_the_plane_gives_the_bits_of_the_general_one():
    """The same ball as an ellipsoid is left by the general code."""
    fast = worlds.ball_problem(2)
    general = dataclasses.replace(fast, region=regions.ellipsoid(np.zeros(2), np.eye(2)))
    assert same(simulate_space_exits(fast, 0, 200, 300), simulate_space_exits(general, 0, 200, 300))


def test_a_stopped_simulation_goes_on_to_the_same_bits(monkeypatch):
    problem, kept, calls = worlds.ball_problem(2, eta=1e-3, b=0.4), [], iter([False])

    def keep(state):
        kept[:] = [{name: array.copy() for name, array in state.items()}]

    monkeypatch.setattr(driving, "SECONDS_NOT_WORTH_KEEPING", -1.0)
    with pytest.raises(Interrupted):
        simulate_space_exits(problem, 0, 300, 100_000, should_stop=lambda: next(calls, True), on_checkpoint=keep)
    assert 0 < kept[0]["exit_steps"].sum() < 300 * 100_000
    resumed = simulate_space_exits(problem, 0, 300, 100_000, resume_from=kept[0])
    assert same(resumed, simulate_space_exits(problem, 0, 300, 100_000))


def test_visits_are_those_of_the_twin():
    f = space.himmelblau()
    problem = worlds.problem_of(
        f, regions.everywhere(2), [2.9, 1.0], Noise("pareto", 1.2, scale=20.0), eta=1e-3, b=2.15
    )
    checkpoints = np.array([50, 200], np.int64)
    sample = simulate_space_visits(problem, f.minimisers, np.full(4, 0.5), checkpoints, 5, 9)
    assert sample.transitions.sum() > 0
    for row, walker in enumerate(sample.walker.tolist()):
        counts, moves, x = worlds.visits(
            problem, lambda x: f.gradient(x[None])[0], f.minimisers, [0.5] * 4, checkpoints.tolist(), walker
        )
        assert sample.steps_in_set[row].tolist() == counts
        assert sample.transitions[row].tolist() == moves
        assert sample.position[row] == pytest.approx(x, rel=1e-6, abs=1e-6)


def rotated_exits(start_turns, seed):
    """Exit steps in a well that is turned by 1 radian, from a start that is turned by so much."""
    turn = np.array([[math.cos(1), -math.sin(1)], [math.sin(1), math.cos(1)]])
    well = turn @ np.diag([1.0, 4.0]) @ turn.T
    angle = start_turns
    start = 0.8 * np.array([math.cos(angle), math.sin(angle)])
    problem = worlds.problem_of(
        space.quadratic(well), regions.ball(np.zeros(2), 1.0), start, Noise("lomax", 1.5), eta=0.2, b=0.5, seed=seed
    )
    return simulate_space_exits(problem, 0, 20_000, 10_000).exit_steps


def test_a_rotation_of_well_and_start_leaves_the_law_of_exits():
    """Kolmogorov-Smirnov at level 1e-4 (the false alarm); where the start is not turned along it must fail."""
    problem = worlds.problem_of(
        space.quadratic(np.diag([1.0, 4.0])), regions.ball(np.zeros(2), 1.0), [0.8, 0.0], Noise("lomax", 1.5), eta=0.2,
        b=0.5, seed=1,
    )  # fmt: skip
    plain = simulate_space_exits(problem, 0, 20_000, 10_000).exit_steps
    assert stats.ks_2samp(plain, rotated_exits(1.0, seed=2)).pvalue > 1e-4
    assert stats.ks_2samp(plain, rotated_exits(0.5, seed=3)).pvalue < 1e-4


FEW = [(0.2, 0.6), (0.2, math.inf), (0.1, 0.9)]
MANY = [(eta, b) for eta in (0.2, 0.1, 0.07, 0.05) for b in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.3, 2.0, math.inf)]


@pytest.mark.parametrize("cells", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_in_one_dimension_the_mean_is_the_exact_one(cells):
    """Largest |z| below 4.2 (false alarm 1e-3 over 40 cells); with a gradient a fifth too small it must exceed."""
    noise, worst, wrong = Noise("pareto", 1.5), 0.0, 0.0
    for k, (eta, b) in enumerate(cells):
        exact = exact_exit(Exit(landscapes.basin(0.0, 1.0), noise, eta, b, -1.0, 1.0, 0.0)).mean_exit_steps
        problem = worlds.ball_problem(1, noise=noise, eta=eta, b=b, seed=k)
        for curvature in (1.0, 0.8):
            f = space.radial(curvature, 1.0, 1)
            steps = simulate_space_exits(dataclasses.replace(problem, matrix=f.matrix), 0, 4000, 10**7).exit_steps
            z = abs(steps.mean() - exact) / (steps.std() / math.sqrt(len(steps)))
            worst, wrong = (max(worst, z), wrong) if curvature == 1.0 else (worst, max(wrong, z))
    assert worst < 4.2 < wrong


@pytest.mark.long
@pytest.mark.parametrize(
    ("b", "published"), [(2.15, (0.048, 0.594, 0.339, 0.008, 0.011)), (math.inf, (0.046, 0.373, 0.335, 0.128, 0.118))]
)
def test_himmelblau_s_shares_of_time_are_those_of_many_paths(b, published):
    """Out and Omega_1 to 4 after 1e7 of the 3e7 published steps: within 5 standard errors and .02 of the start."""
    f = space.himmelblau()
    noise = Noise("pareto", 1.2, scale=0.75)
    problem = worlds.problem_of(f, regions.everywhere(2), [2.9, 1.0], noise, eta=5e-4, b=b)
    n, radii, ends = 10**7, np.full(4, 0.5), f.minimisers
    shares = simulate_space_visits(problem, ends, radii, np.array([n], np.int64), 0, 64).steps_in_set[:, -1] / n
    error = shares.std(axis=0, ddof=1) / 8
    assert np.all(abs(shares.mean(axis=0) - published) < 5 * error + 0.02)
