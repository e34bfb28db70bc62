"""Tests of the one-step matrix against direct integration."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from scipy import integrate

from hts.exits import Exit
from hts.landscapes import basin, multi_well, wang_oh_rhee
from hts.noise import Noise
from hts.theory.exact.densities import tabulate_density
from hts.theory.exact.meshes import find_breaks, graded_mesh
from hts.theory.exact.operators import build_operator
from hts.theory.exact.steps import make_step

LAWS = [
    Noise("pareto", 1.5),
    Noise("pareto", 1.3, p_plus=0.8),
    Noise("pareto", 1.3, p_plus=1.0),
    Noise("lomax", 0.7),
    Noise("student", 2.5, scale=3.0),
    Noise("stable", 1.2),
    Noise("normal", None, scale=0.2),
]


@pytest.mark.parametrize("noise", LAWS, ids=str)
def test_the_table_is_the_density(noise):
    table = tabulate_density(noise, -1e5, 2e6)
    z = np.concatenate([np.linspace(-20, 20, 4001), -np.geomspace(1e-9, 9e4, 300), np.geomspace(1e-9, 1.9e6, 300)])
    exact = noise.density(z)
    at_edges = np.min(np.abs(np.subtract.outer(z, np.append(noise.singular_points, np.inf))), axis=1) < 1e-9
    error = np.abs(table(z) - exact) - 1e-280
    steepness = np.maximum(1.0, -np.log(np.maximum(exact, 1e-290)) / 50.0)  # what e^-k loses of the digits of k
    assert np.all(error[~at_edges] <= 3e-12 * (steepness * exact)[~at_edges])
    assert np.all(table([-1e5 - 1, 2e6 + 1]) == 0)


NARROW = [
    Noise("pareto", 1.5, normal_scale=1e-3),
    Noise("pareto", 1.5, p_plus=0.8, normal_scale=1e-4),
    Noise("lomax", 1.06, scale=7.9, p_plus=0.0, normal_scale=0.236),
    Noise("student", 1.5, normal_scale=1e-4),
]


@pytest.mark.parametrize("noise", NARROW, ids=str)
def test_a_narrow_normal_part_takes_no_more_intervals_than_a_wide_one(noise):
    table = tabulate_density(noise, -200.0, 200.0)
    assert len(table.breaks) < 1000  # 46 million nodes before
    z = np.concatenate([np.linspace(-3.0, 3.0, 2001) * noise.scale, np.geomspace(3.0, 199.0, 100)])
    exact = noise.density(z)
    is_seen = exact > 1e-30
    bound = 3e-12 + 32 * np.finfo(float).eps * (noise.scale + abs(noise.centre)) / noise.normal_scale * 40
    assert np.all(np.abs(table(z) - exact)[is_seen] <= bound * exact[is_seen])


def operator_of(landscape, noise, eta, b, low, high, start):
    step = make_step(Exit(landscape, noise, eta, b, low, high, start))
    breaks = find_breaks(step, [start])
    mesh = graded_mesh(breaks, np.full(len(breaks), eta * step.width), 4.0, 12)
    reach = (step.high - step.low) / eta
    table = tabulate_density(noise, -reach, reach)
    return step, mesh, build_operator(step, mesh, table, start)


CASES = [
    (basin(0.0, 1.0), Noise("pareto", 1.5), 1e-2, 0.7, -1.0, 1.0, 0.0),
    (basin(0.0, 1.0), Noise("lomax", 1.2), 1e-4, 0.4, -1.0, 1.3, 0.1),
    (basin(0.0, 1.0), Noise("student", 3.0), 1e-3, inf, -1.0, 1.0, 0.3),
    (multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6), Noise("pareto", 1.5, p_plus=0.6), 0.1, 0.5, -inf, 0.0, -0.4),
    (wang_oh_rhee(), Noise("lomax", 1.2, scale=0.1), 0.1, 0.28, -1.3, 0.2, -0.7),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].kind} {case[1].kind} {case[2]:g} {case[3]}")
def test_a_row_integrates_a_smooth_function_as_quadrature_does(case):
    """The start's row against scipy's adaptive quadrature of density times function, plus atoms by hand."""
    step, mesh, operator = operator_of(*case)
    eta, b, start = case[2], case[3], case[6]
    ends = step.states_at_ends
    drift = float(step.drift(np.array([start]))[0])

    def function(y):
        return np.exp(np.sin(3 * y))

    low, high = max(step.low, start - b), min(step.high, start + b)
    steps = np.concatenate([[0.0], step.noise.singular_points, np.outer([-1, 1], 4.0 ** np.arange(-2, 9)).ravel()])
    cuts = np.unique([low, high, *np.clip(start - drift + eta * steps, low, high)])

    def density(y):
        z = (y - start + drift) / eta
        in_gap = step.noise.gap is not None and step.noise.gap[0] < z < step.noise.gap[1]
        return 0.0 if in_gap else step.noise.density(z) / eta

    expected = sum(
        integrate.quad(lambda y: density(y) * function(y), left, right, epsabs=0, epsrel=1e-12)[0]
        for left, right in pairwise(cuts)
        if density((left + right) / 2) > 0
    )
    at_start = np.array([start])
    for mass, y in zip(step.clipped(at_start), (start - b, start + b), strict=True):
        expected += float(mass[0]) * function(y) if mass[0] else 0.0
    expected += sum(float(m[0]) * function(y) for m, y in zip(step.held(at_start), (step.low, step.high), strict=True))
    values = np.concatenate([function(mesh.x), [function(y) for y in ends]])
    assert operator.start @ values == pytest.approx(expected, rel=2e-9)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].kind} {case[1].kind} {case[2]:g} {case[3]}")
def test_rows_and_exits_add_up_to_one(case):
    """The diagonal, left out of the matrix, is what the own node is due: between -0.4 and 1, as a basis swings."""
    _, _, operator = operator_of(*case)
    diagonal = 1.0 - operator.exits - operator.matrix.sum(axis=1)
    assert diagonal.min() > -0.4
    assert diagonal.max() < 1.2
    assert operator.start.sum() + operator.start_exit == pytest.approx(1.0, abs=1e-11)


def test_a_wrong_drift_is_noticed():
    """The twin of the row test: eta off by a thousandth moves the integral by far more than its tolerance."""
    step, mesh, operator = operator_of(*CASES[1])
    shifted = build_operator(step.at(1e-3), mesh, tabulate_density(step.noise, -3e4, 3e4), 0.1)
    values = np.exp(np.sin(3 * mesh.x))
    assert operator.start @ values != pytest.approx(shifted.start @ values, rel=1e-8)


def test_no_mode_grows():
    """Steps followed one by one stay bounded, for light tails, tiny eta and half a line: no eigenvalue beyond 1."""
    cases = [
        (basin(0.0, 1.0), Noise("student", 3.0), 1e-3, inf, -1.0, 1.0, 0.0),
        (multi_well([-1.0, 1.0], [0.0], 1.0), Noise("pareto", 1.5), 1e-2, inf, -inf, 0.0, -1.0),
        (multi_well([-1.0, 1.0], [0.0], 1.0), Noise("student", 2.5), 1e-2, inf, -inf, 0.0, -1.0),
    ]
    for case in cases:
        step, mesh, _ = operator_of(*case)
        mesh = mesh.facing(step.drift(mesh.anchor + mesh.centre) >= 0)
        reach = (step.high - step.low) / step.eta
        operator = build_operator(step, mesh, tabulate_density(step.noise, -reach, reach), case[6])
        matrix = operator.matrix.copy()
        np.fill_diagonal(matrix, 1.0 - operator.exits - matrix.sum(axis=1))
        assert np.abs(np.linalg.eigvals(matrix)).max() <= 1.0 + 1e-9
