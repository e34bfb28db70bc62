"""Tests of the memory that trainings are said to take, and of what is refused for it."""

from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hts.errors import PlanError
from hts.networks.data import Data
from hts.networks.memory import (
    CONVOLVED_STEP,
    HELD,
    held_bytes,
    in_bytes,
    machine_bytes,
    methods_that_fit,
    needed_bytes,
)
from hts.networks.rules import rules_of
from hts.networks.training import Trainer
from hts.plans.training import TrainingPlan, TrainingTable, read_training_plan


def plan_of(tmp_path, **changes):
    return TrainingPlan("t", 1, TrainingTable(**changes), tmp_path / "plan.toml")


def test_memory_grows_with_replications_and_what_does_not_fit_is_refused_with_the_remedy(tmp_path):
    plan = plan_of(tmp_path, data="cifar10", folder="here", network="vgg11", images=50_000)
    none, one, five = (needed_bytes(plan, n) for n in (0, 1, 5))
    assert none - held_bytes(plan) == 4 * 60_000 * 3072
    assert five - none == 5 * (one - none)
    assert methods_that_fit(plan, 5, None) == 30
    two = none + 2 * (five - none)  # what they share is held once
    assert [methods_that_fit(plan, 5, int(part * two / 0.9)) for part in (0.999, 1.001)] == [1, 2]
    room = int((none + 2.5 * (one - none)) / 0.9)
    with pytest.raises(
        PlanError, match=r"5 replications side by side take about .* --set training.replications=2, then"
    ):
        methods_that_fit(plan, 5, room)
    with pytest.raises(PlanError, match=r"replications=4, then"):  # two are trained
        methods_that_fit(plan, 3, room)
    with pytest.raises(PlanError, match="make large_batch and small_batch smaller"):
        methods_that_fit(plan, 5, one // 2)
    assert (in_bytes(12.34e9), in_bytes(3.4e5)) == ("12.3 GB", "0.34 MB")
    assert machine_bytes() > 10**8


ALL = ("LB", "SB", "SB+Clip", "SB+Noise", "Our1", "Our2")


@pytest.mark.parametrize(
    ("name", "methods", "measured"),
    [("digits", ("SB",), 0.817), ("digits", ("LB", "Our1"), 0.821), ("digits", ALL, 0.831),
     ("digits_lenet", ("SB",), 1.152)],
)  # fmt: skip
def test_the_estimate_is_within_30_percent_of_what_trainings_held(name, methods, measured):
    """Largest resident memory in GB of `hts train`, two networks at a time, 6 + 2 iterations and 3 draws."""
    plan = read_training_plan(Path(__file__).parents[2] / "configs" / f"{name}.toml")
    plan = replace(plan, table=plan.table.model_copy(update={"methods": methods}))
    assert needed_bytes(plan, 2) / 1e9 == pytest.approx(measured, rel=0.3)


def test_each_program_of_convolutions_is_counted_once(tmp_path):
    """SB ends with the program of LB; Our1 has two of its own."""
    counts = [
        (held_bytes(plan_of(tmp_path, network="lenet", enlarge=2, methods=methods)) - HELD) // CONVOLVED_STEP
        for methods in (("LB",), ("SB",), ("LB", "SB"), ("LB", "SB", "Our1"))
    ]
    assert counts == [1, 2, 2, 4]


@pytest.mark.long
@pytest.mark.parametrize(
    ("network", "data", "changes"),
    [("lenet", "fashion_mnist", dict(images=1300, large_batch=1200)),
     ("vgg11", "cifar10", dict(images=800, large_batch=300, small_batch=50))],
)  # fmt: skip
def test_the_estimate_is_between_half_and_thrice_what_xla_says(tmp_path, network, data, changes):
    plan = plan_of(tmp_path, network=network, data=data, folder="here", **changes)
    table, side = plan.table, 28 if data == "fashion_mnist" else 32
    x = np.zeros((table.images, side, side, 1 if side == 28 else 3), np.float32)
    y = np.zeros((2, table.images), np.int32)
    trainer = Trainer(replace(plan), "Our1", Data(x, y, x[:2], y[0, :2]), range(2))
    runs, rule = trainer.start(), rules_of(table, "Our1")[0][1]
    arguments = (runs.theta, runs.diverged, runs.norm, 0, trainer.keys, trainer.y, jnp.asarray(x), 5)
    said = jax.jit(trainer._many(rule)).lower(*arguments).compile().memory_analysis()
    taken = said.temp_size_in_bytes + said.argument_size_in_bytes
    ours = needed_bytes(plan, 2) - needed_bytes(plan, 0) + x.nbytes
    assert 0.5 < ours / taken < 3.0
