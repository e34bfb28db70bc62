"""Big jumps of conditioned paths in R^d against the limit law (18), each with a world in which it must fail."""

from dataclasses import replace

import numpy as np
import pytest
from small_space_plans import RADIAL, plan_of

from hts.comparison.paths import LEVEL
from hts.comparison.space_paths import SpaceCatastrophe, compare_space_paths, space_limit_paths
from hts.conditioning import Question
from hts.conditioning.space import sample_space_paths


def paths_of(plan, n, given="exit", within=2.0):
    return sample_space_paths(plan, plan.cells()[0], Question(given, within, n))


def test_two_clipped_jumps_in_the_plane_are_uniform_in_time_and_pareto_in_size():
    """A world that follows the law fails once in 100 by chance, not with this seed; times over half the window do."""
    plan = plan_of(eta="[0.1]", scale="0.07")
    paths = paths_of(plan, 60)
    found = compare_space_paths(plan, paths)
    assert found.jump_number == 2
    assert found.share_exact > 0.8
    assert found.median_sizes_limit == (0.7, 0.7)
    assert len(found.tests) == 4
    assert found.p >= LEVEL
    wrong = compare_space_paths(plan, replace(paths, question=Question("exit", 4.0, 60)))
    assert wrong.p < 1e-4
    assert "time of jump" in wrong.verdict


def test_one_jump_without_clipping_has_the_sizes_of_its_tail_index():
    """In three dimensions, of a formula: p below .01 once in 100; a tail index of 4 must be told from 1.5."""
    domain = 'domain = { kind = "ball", radius = 1.0 }\nstart = [0.0, 0.0, 0.0]'
    text = RADIAL.replace('"radial"', '"formula"\nf = "(x**2 + y**2 + z**2)/2"').replace("well = 0", domain)
    changes = {"dimension": "3", "eta": "[0.05]", "b": "[inf]", "scale": "0.1"}
    paths = paths_of(plan_of(text, **changes), 300)
    found = compare_space_paths(plan_of(text, **changes), paths)
    assert found.p >= LEVEL
    assert (found.jump_number, len(found.tests)) == (1, 2)
    wrong = compare_space_paths(plan_of(text, **changes | {"alpha": "[4.0]"}), replace(paths, cell=plan_of(
        text, **changes | {"alpha": "[4.0]"}).cells()[0]))  # fmt: skip
    assert next(test for test in wrong.tests if test.what == "size").p < 1e-6


def test_paths_of_the_limit_law_leave_by_rejection_alone():
    """The share of two-jump candidates that leave: sizes at least .3 each, of which the last decides."""
    plan = plan_of()
    event = SpaceCatastrophe(2, 0.7, 1.0, 0.3)
    found = space_limit_paths(plan, event, 1.5, 400, 3)
    assert found.times.shape == found.sizes.shape == (400, 2)
    assert np.all(np.diff(found.times, axis=1) >= 0.0)
    assert found.sizes.min() >= 0.3 * (1 - 1e-12)
    assert found.sizes.max() == 0.7


@pytest.mark.parametrize(
    ("changes", "given", "within", "words"),
    [
        ({}, "none", 1.0, "about paths that leave"),
        ({}, "exit", None, "within a given time"),
        ({"kind": '"normal"', "alpha": None}, "exit", 30.0, "light tails"),
        ({"scale": '0.5\nspread = "coordinates"'}, "exit", 1.0, "isotropic noise is compared alone"),
    ],
)
def test_what_has_no_limit_law_is_told(changes, given, within, words):
    text = RADIAL
    if changes.get("alpha", "") is None:
        text = text.replace("alpha = [1.5]\n", "").replace('"pareto"', '"normal"').replace("0.5", "2.0")
        changes = {}
    plan = plan_of(text, **changes)
    assert words in compare_space_paths(plan, paths_of(plan, 4, given, within)).verdict
