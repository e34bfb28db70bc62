"""Tests that refinement and the following of walkers end by a count of work, with the error they have reached."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from hts.answers import tabulation
from hts.answers.tabulation import tabulate_survival
from hts.exits import Exit
from hts.landscapes import basin
from hts.noise import Noise
from hts.theory.exact import exits, refinement
from hts.theory.exact.exits import ExactExit, exact_exit
from hts.theory.exact.means import solve_mean
from hts.theory.exact.refinement import error_of_mean, indicators, within_budget
from hts.theory.exact.steps import TooMuchWorkError

CELL = Exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.05, 0.7, -1.0, 1.0, 0.0)


def test_where_not_all_panels_can_be_cut_the_worst_are():
    pieces, indicated = np.array([2, 4, 2, 1, 2]), np.array([0.2, 9.0, 0.1, 0.0, 0.3])
    assert within_budget(pieces, indicated, 12, inf) == (pytest.approx(pieces), False)
    fewer, is_cut_short = within_budget(pieces, indicated, 12, (9.0 * 12.01) ** 3)  # four panels more, of six
    assert is_cut_short
    assert fewer.tolist() == [1, 4, 1, 1, 2]
    fewer, is_cut_short = within_budget(pieces, indicated, 12, -1.0)
    assert is_cut_short
    assert fewer.tolist() == [1] * 5


def test_a_refinement_beyond_its_budget_ends_with_its_error_stated():
    right = solve_mean(CELL, 1e-6)[0]
    budget = right.work / 3.0
    early, _, _ = solve_mean(CELL, 1e-6, budget)
    assert early.work <= 2.0 * budget < right.work  # the last, coarser mesh is solved whatever it costs
    true = abs(early.solution.mean_exit_steps / right.solution.mean_exit_steps - 1.0)
    assert early.relative_error > 1e-6
    assert true <= 3.0 * early.relative_error


def test_a_rate_below_nothing_is_no_small_error():
    """Once its negative indicators passed for an error below any tolerance, and a mean of -8e33 steps for a value."""
    refined, coarser, _ = solve_mean(CELL, 1e-2)
    found, other = refined.solution, coarser.solution
    indicated = indicators(refined.step, refined.mesh, refined.table, found)
    assert error_of_mean(indicated, found, other) < 1e-2
    wrong = replace(found, mean_exit_steps=-found.mean_exit_steps, reference_rate=-found.reference_rate)
    assert error_of_mean(-indicated, wrong, other) == inf


def test_a_survival_table_follows_walkers_a_few_times_and_refuses_what_is_beyond_the_budget(monkeypatch):
    exact, asked = exact_exit(CELL), []

    def counted(self, n_steps):
        asked.append(len(n_steps))
        return probabilities(self, n_steps)

    probabilities = ExactExit.probabilities
    monkeypatch.setattr(ExactExit, "probabilities", counted)
    table = tabulate_survival(exact, 50_000)
    assert table.error <= tabulation.TOLERANCE
    assert len(asked) <= 3  # eight before
    monkeypatch.setattr(exits, "FOLLOWING_BUDGET", 1.0)
    monkeypatch.setattr(exits, "AFFORDABLE", 1.0)
    with pytest.raises(TooMuchWorkError, match=r"following walkers for .* steps on .* nodes is beyond the budget"):
        tabulate_survival(exact, 50_000)
    late = exact_exit(CELL, within=500.0)
    assert late.probability_within is None
    assert any("no exact probability within a time: following" in warning for warning in late.warnings)


def test_no_mesh_takes_more_memory_than_is_said():
    assert 4.0 * 8.0 * refinement.MAX_NODES**2 < 0.7e9
