"""Exact exits from balls against simulation in plain NumPy, walker by walker in R^d, and against limit constants."""

import numpy as np
import pytest

from hts.noise import Noise
from hts.space.limits import radial_constant
from hts.space.radial_operator import first_mesh, radial_exit
from hts.space.radii import RadialWell, exit_probabilities, radial_operator
from hts.theory.exact.steps import ExactExitError

PARETO = Noise("pareto", 1.5, 0.5)


def walk(well: RadialWell, n_walkers: int, seed: int) -> np.ndarray:
    """Return exit times of walkers in R^d: float64[walker]."""
    rng = np.random.default_rng(seed)
    x = np.zeros((n_walkers, well.dimension))
    x[:, 0] = well.start
    times, alive, n = np.zeros(n_walkers), np.arange(n_walkers), 0
    while len(alive):
        n += 1
        size = well.magnitude.inverse(np.log(rng.random(len(alive))))
        direction = rng.normal(size=x.shape)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        step = -well.a * x + well.unit * size[:, None] * direction
        x = x + step * np.minimum(1.0, well.b / np.linalg.norm(step, axis=1, keepdims=True))
        is_out = np.linalg.norm(x, axis=1) >= well.radius
        times[alive[is_out]] = n
        x, alive = x[~is_out], alive[~is_out]
    return times


def z_of(times: np.ndarray, mean: float) -> float:
    return float((times.mean() - mean) / (times.std() / np.sqrt(len(times))))


@pytest.mark.parametrize(
    ("dimension", "b", "eta", "n_walkers", "seed"),
    [
        pytest.param(2, 0.7, 0.12, 10_000, 1, marks=pytest.mark.long),
        (5, 0.8, 0.2, 5_000, 2),
        pytest.param(20, 0.8, 0.2, 10_000, 3, marks=pytest.mark.long),
        (2, np.inf, 0.15, 10_000, 4),
    ],
)
def test_mean_and_probabilities_are_those_of_walkers(dimension, b, eta, n_walkers, seed):
    """Five z beyond 4 in absolute value: once in 3000 for each case; the wrong world is a ball 5 % larger."""
    well = RadialWell(dimension, PARETO, eta, b, start=0.2)
    exact = radial_exit(well, 1e-4)
    assert exact.mean_error <= 1e-4
    times = walk(well, n_walkers, seed)
    assert abs(z_of(times, exact.mean_exit_steps)) < 4.0
    n_steps = np.array([2, 5, 20, 100])
    chance, error = exact.exit_within(n_steps)
    assert np.all(error < 1e-3)
    share = (times[:, None] <= n_steps).mean(axis=0)
    assert np.all(np.abs(share - chance) < 4.0 * np.sqrt(chance * (1.0 - chance) / n_walkers))
    wrong = radial_exit(RadialWell(dimension, PARETO, eta, b, radius=1.05, start=0.2), 1e-3)
    assert abs(z_of(times, wrong.mean_exit_steps)) > 4.0


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(Noise("lomax", 1.5, 0.5), id="lomax"),
        pytest.param(Noise("stable", 1.5, 0.5), id="stable", marks=pytest.mark.long),
        pytest.param(Noise("student", 2.5, 0.5), id="student", marks=pytest.mark.long),
        pytest.param(Noise("normal", None, 1.0), id="normal", marks=pytest.mark.long),
    ],
)
def test_other_laws_are_those_of_walkers(noise):
    """A z beyond 4 in absolute value once in 16000 for each law."""
    well = RadialWell(3, noise, 0.3, 0.8)
    exact = radial_exit(well, 1e-4)
    assert exact.mean_error <= 1e-4
    assert abs(z_of(walk(well, 4000, 6), exact.mean_exit_steps)) < 4.0


@pytest.mark.parametrize(("dimension", "b"), [(2, 0.7), (3, 0.4), (10, np.inf), (64, 0.8)])
def test_probabilities_of_one_step_add_up_to_one(dimension, b):
    """From the start: what the matrix holds and what leaves, integrals over radius and over angle."""
    for start in (0.0, 0.95):
        well = RadialWell(dimension, PARETO, 0.1, b, start=start)
        operator = radial_operator(well, first_mesh(well, 2), 20)
        assert float(operator.start.sum()) + operator.start_exit == pytest.approx(1.0, abs=4e-6)


def test_a_ball_within_one_clip_of_every_point_is_left_by_the_tail_alone():
    """From the centre a step leaves when the noise alone does."""
    well = RadialWell(4, PARETO, 0.01, np.inf)
    chance = exit_probabilities(well, np.array([1e-9]), np.array([0.005, 0.05, 0.5]))
    assert chance[0] == pytest.approx(0.005**1.5, rel=1e-8)


@pytest.mark.parametrize(
    ("dimension", "b", "n_jumps"), [(2, np.inf, 1), pytest.param(5, 0.7, 2, marks=pytest.mark.long)]
)
def test_rates_tend_to_the_limit_constant(dimension, b, n_jumps):
    """mu/(q lambda(eta)) -> 1, docs/model.md (5): nearer at the smaller eta, and near."""
    constant = radial_constant(lambda x: x, 1.0, b, 1.5, dimension).value
    ratios = []
    for eta in (1e-2, 1e-3):
        tail = (0.5 * eta) ** 1.5
        rate = radial_exit(RadialWell(dimension, PARETO, eta, b), 1e-2).escape_rate
        ratios.append(rate / (constant * tail * (tail / eta) ** (n_jumps - 1)))
    assert abs(np.log(ratios[1])) < abs(np.log(ratios[0]))
    assert abs(np.log(ratios[1])) < 0.3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dimension": 65}, "2 to 64"),
        ({"dimension": 1}, "hts.theory.exact"),
        ({"noise": Noise("pareto", 1.5, p_plus=0.7)}, "isotropic"),
        ({"start": 1.0}, "inside the ball"),
        ({"eta": 0.6}, "between 0 and 1/2"),
        ({"b": 0.01}, "longest step"),
    ],
)
def test_what_the_operator_is_not_made_for_is_refused(change, message):
    given = {"dimension": 2, "noise": PARETO, "eta": 0.01, "b": 0.7} | change
    with pytest.raises(ExactExitError, match=message):
        radial_exit(RadialWell(**given))
