"""Tests that visits are the plain-Python model, walker by walker and count by count, however they are computed."""

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import reference

from hts import landscapes
from hts.ensembles import Interrupted, VisitProblem, driving, simulate_visits
from hts.noise import Noise

INF = math.inf
CHECKPOINTS = (1, 3, 10, 32, 100, 316, 400)
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "pareto, skewed": Noise("pareto", 1.5, p_plus=0.7),
    "pareto, one-sided": Noise("pareto", 1.8, p_plus=1.0),
    "pareto with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "lomax": Noise("lomax", 1.5, scale=2.0),
    "stable": Noise("stable", 1.5),
    "student": Noise("student", 1.5, scale=2.0),
    "normal": Noise("normal", None, scale=5.0),
}
DOUBLE = landscapes.multi_well([-1.0, 1.0], [0.0], [1.0, 1.0], kind="double-well")
FORTY = landscapes.multi_well(list(np.arange(40.0)), list(np.arange(39) + 0.4), 1.0)
LANDSCAPES = {
    "one well": landscapes.basin(0.0, 1.0),
    "double well": DOUBLE,
    "four wells": landscapes.multi_well([-2.0, -0.5, 0.3, 2.0], [-1.2, 0.0, 1.0], [1.0, 3.0, 4.0, 0.5]),
    "forty wells": FORTY,
    "quartic": landscapes.quartic(),
    "published": landscapes.wang_oh_rhee(),
}


def visit_problem(landscape=DOUBLE, noise=LAWS["pareto"], eta=0.05, b=0.7, **changes):
    L, minima, barriers = landscape.projection, landscape.minima, landscape.barriers
    distances = np.concatenate([barriers - minima[:-1], minima[1:] - barriers, [1.0]])
    settings = dict(
        gradient=landscape.gradient(-L, L), noise=noise, eta=eta, b=b, projection=L,
        start=float(minima[len(minima) // 2]), seed=7, minima=minima, barriers=barriers,
        radius=np.full(len(minima), 0.2 * distances.min()), low=-1.5, high=1.2, n_bins=20,
        checkpoints=np.array(CHECKPOINTS),
    )  # fmt: skip
    return VisitProblem(**(settings | changes))


def twin(problem, derivative, walker):
    noise = problem.noise
    key = reference.cell_key(problem.seed, problem.eta, problem.b, noise.alpha, b"hts visits")
    words = reference.walker_words(key, walker)
    return reference.visits(
        derivative,
        lambda: reference.draw(
            noise.kind, noise.alpha, noise.scale, words, noise.p_plus, noise.normal_scale, noise.shape
        ),
        problem.eta, problem.b, problem.start, problem.minima.tolist(), problem.barriers.tolist(),
        problem.radius.tolist(), problem.checkpoints.tolist(), problem.projection,
    )  # fmt: skip


def assert_same_as_twin(problem, landscape, n_walkers=20, derivative=None):
    """Every count agrees exactly, positions to 1e-7 of what a step may move (draws err by 1e-9 of themselves)."""
    slope = derivative or (lambda x: float(landscape.derivative(np.array([x]))[0]))
    sample = simulate_visits(problem, 3, n_walkers)
    for row, walker in enumerate(sample.walker.tolist()):
        inside, near, moves, path = twin(problem, slope, walker)
        assert sample.steps_in_well[row].tolist() == inside
        assert sample.steps_near[row].tolist() == near
        assert sample.transitions[row].tolist() == moves
        assert sample.position[row] == pytest.approx(path[-1], rel=1e-7, abs=1e-7)
        bins, _ = np.histogram(
            path[15::16], np.r_[-INF, np.linspace(problem.low, problem.high, problem.n_bins + 1), INF]
        )
        assert sample.histogram[row].tolist() == bins.tolist()
    return sample


@pytest.mark.parametrize("name", LAWS)
def test_every_count_of_every_law_is_that_of_the_plain_python_twin(name):
    sample = assert_same_as_twin(visit_problem(noise=LAWS[name]), DOUBLE)
    assert sample.transitions.sum() > 5


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_count_of_every_landscape_is_that_of_the_plain_python_twin(name):
    landscape = LANDSCAPES[name]
    is_sharp = name == "published"  # eta f'' > 2 would make chaos of the last bit
    noise, eta = Noise("pareto", 1.4, scale=4.0 if is_sharp else 1.0), 0.002 if is_sharp else 0.05
    n_walkers = 5 if is_sharp else 10  # its twin takes a millisecond for each gradient
    problem = visit_problem(landscape, noise, eta, b=0.6 if is_sharp else 1.6)
    sample = assert_same_as_twin(problem, landscape, n_walkers)
    assert (sample.transitions.sum() > 2) == (landscape.n_wells > 1)
    assert sample.steps_beyond_domain == 0 or name == "quartic"


@pytest.mark.parametrize("name", ["double well", "four wells", "published"])
def test_unclipped_walkers_that_projection_puts_back_are_those_of_the_twin(name):
    landscape = LANDSCAPES[name]
    eta = 0.002 if name == "published" else 0.05
    problem = visit_problem(landscape, Noise("pareto", 1.2, scale=0.02 / eta), eta, b=INF, projection=1.3)
    sample = assert_same_as_twin(problem, landscape, 4)
    assert sample.histogram[:, -1].sum() > 0


def test_a_start_outside_all_neighbourhoods_counts_from_the_first_minimum_that_is_reached():
    problem = visit_problem(start=0.0, radius=np.array([0.01, 0.3]))
    sample = assert_same_as_twin(problem, DOUBLE)
    assert (sample.steps_in_well[:, 0].sum(axis=1) == 1).all()


def test_a_walker_beyond_a_formula_s_domain_meets_the_linear_continuation_and_its_steps_there_are_counted():
    landscape = landscapes.quartic()
    low, high = landscape.domain
    problem = visit_problem(landscape, Noise("pareto", 1.2), eta=0.02, b=INF, projection=INF, start=high + 0.5)
    ends = np.array([low, high])
    slopes, curvatures = landscape.derivative(ends), landscape.second_derivative(ends)

    def derivative(x):
        k = int(x > 0)
        inside = min(max(x, low), high)
        return float(landscape.derivative(np.array([inside]))[0] + curvatures[k] * (x - inside))

    assert np.isfinite(slopes).all()
    sample = assert_same_as_twin(problem, landscape, derivative=derivative)
    begun = 0
    for walker in sample.walker.tolist():
        path = [problem.start, *twin(problem, derivative, walker)[3]]
        begun += sum(not low <= x <= high for x in path[:-1])
    assert sample.steps_beyond_domain == begun > 20


def columns(sample):
    return [np.asarray(column).tobytes() for column in dataclasses.astuple(sample)]


@pytest.mark.parametrize("name", ["double well", "four wells", "published"])
@pytest.mark.parametrize(("width", "chunk"), [(8, 1), (8, 16), (64, 5), (128, 32), (256, 3)])
def test_numbers_do_not_depend_on_block_width_and_chunk_length(name, width, chunk):
    problem = visit_problem(LANDSCAPES[name], Noise("pareto", 1.4, scale=0.3))
    assert columns(simulate_visits(problem, 5, 150, width=width, chunk=chunk)) == columns(
        simulate_visits(problem, 5, 150)
    )


@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_numbers_do_not_depend_on_threads_and_cuts(n_threads):
    problem = visit_problem()
    whole = simulate_visits(problem, 0, 350)
    with ThreadPoolExecutor(n_threads) as pool:
        parts = list(pool.map(lambda first: simulate_visits(problem, first, 50), range(0, 350, 50)))
    for name in ("walker", "steps_in_well", "steps_near", "transitions", "histogram", "position"):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))


def test_walkers_go_on_from_every_checkpoint_to_the_same_bits(monkeypatch):
    monkeypatch.setattr(driving, "SECONDS_PER_CHECKPOINT", 0.0)
    monkeypatch.setattr(driving, "SECONDS_PER_CALL", 1e-9)  # a chunk a call, however fast the machine
    monkeypatch.setattr(driving, "FIRST_BUDGET", 100)
    problem, kept = visit_problem(LANDSCAPES["published"], Noise("pareto", 1.2, scale=0.1), projection=INF), []

    def keep(state):
        kept.append({name: array.copy() for name, array in state.items()})

    whole = simulate_visits(problem, 5, 100, on_checkpoint=keep)
    assert len(kept) > 20
    steps = [driving.steps_in(state) for state in kept]
    assert steps == sorted(steps)
    for state in kept[:: len(kept) // 7]:
        taken = []
        again = simulate_visits(problem, 5, 100, taken.append, resume_from=state)
        assert columns(again) == columns(whole)
        assert sum(taken) == 100 * problem.n_steps - driving.steps_in(state)
        assert columns(simulate_visits(problem, 6, 100, resume_from=state)) == columns(simulate_visits(problem, 6, 100))


def test_a_stopped_simulation_says_so():
    with pytest.raises(Interrupted):
        simulate_visits(visit_problem(), 0, 10, should_stop=lambda: True)


def test_visits_and_exits_of_one_cell_have_streams_of_their_own():
    problem = visit_problem()
    other = reference.cell_key(problem.seed, problem.eta, problem.b, problem.noise.alpha)
    assert problem.cell_key().tolist() != list(other)


def share_deviation(noise):
    """How many standard errors the share of the left half differs from one half in a symmetric double well."""
    problem = visit_problem(noise=noise, eta=0.1, checkpoints=np.array([20_000]), start=0.0)
    shares = simulate_visits(problem, 0, 256).steps_in_well[:, -1, 0] / 20_000
    return (shares.mean() - 0.5) / (shares.std(ddof=1) / math.sqrt(len(shares)))


def test_a_symmetric_double_well_is_visited_evenly():
    """256 walkers, each about 100 relaxation times: within 4 standard errors (false alarm 6e-5)."""
    assert abs(share_deviation(Noise("pareto", 1.5))) < 4


def test_slightly_lopsided_noise_is_noticed():
    """p_plus = 0.51 in place of 1/2, with its mean taken out all the same."""
    assert abs(share_deviation(Noise("pareto", 1.5, p_plus=0.51))) > 4
