"""Memory that trainings of a plan take, estimated before they begin; needs no JAX."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from hts.errors import PlanError
from hts.networks.architectures import Convolution, network_of
from hts.networks.rules import rules_of
from hts.plans.training import TrainingPlan
from hts.plans.training_data import SETS

#: Bytes of a number.
FLOAT: Final = 4
#: Vectors as long as all weights that a step holds at once, and those of Lanczos's basis while curvature is measured.
VECTORS: Final = 30
#: Times the outputs of all layers that a gradient holds; XLA was seen to hold 1.3 to 1.8 times as many.
COPIES: Final = 2
#: Numbers of all layers that are held at once where the loss over all images is taken: images are taken in parts.
MOST_FLOATS: Final = 2**24
#: Bytes that Python, JAX and the program of the measures hold: .82 GB were held in all with dense layers.
HELD: Final = 800_000_000
#: Bytes that the compiler keeps of each program of a step through convolutions (LeNet); with dense layers next to none.
CONVOLVED_STEP: Final = 200_000_000
#: Share of a machine's memory that trainings may take.
SHARE: Final = 0.9
CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


def needed_bytes(plan: TrainingPlan, replications: int) -> int:
    """Estimate the memory that some replications take side by side, images and programs of all methods included."""
    table, network, data = plan.table, network_of(plan.table), SETS[plan.table.data]
    images = table.images + (data.n_test or data.n_train - table.images)
    pixels = (data.side * table.enlarge) ** 2 * data.channels
    batch = max(2 * table.small_batch + table.large_batch, min(table.images, MOST_FLOATS // network.floats))
    each = VECTORS * network.n_weights + COPIES * batch * network.floats
    return held_bytes(plan) + FLOAT * (images * pixels + replications * each)


def held_bytes(plan: TrainingPlan) -> int:
    """Estimate what Python, JAX and compiled programs hold, a program for each rule of the methods."""
    if not any(isinstance(layer, Convolution) for layer in network_of(plan.table).layers):
        return HELD
    rules = {rule for method in plan.table.methods for n, rule in rules_of(plan.table, method) if n}
    return HELD + CONVOLVED_STEP * len(rules)


def machine_bytes() -> int | None:
    """Return the memory that this machine, its limits included, lets a process have; None where it does not say."""
    found = []
    with suppress(ValueError, OSError, AttributeError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with suppress(ValueError, OSError):  # "max" where there is no limit
        found.append(int(CGROUP.read_text(encoding="ascii")))
    with suppress(ImportError):  # of Unix alone
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        found += [limit] if limit != resource.RLIM_INFINITY else []
    return min(found, default=None)


def methods_that_fit(plan: TrainingPlan, replications: int, available: int | None) -> int:
    """Say how many methods, or parts of methods, may be trained at the same time.

    Parameters
    ----------
    plan : TrainingPlan
    replications : int
        Those of a task, which run side by side in one program.
    available : int or None
        Bytes; None where they are not known, and then all may.

    Raises
    ------
    PlanError
        Where there is not enough memory for one, with the number of replications for which there is.
    """
    if available is None:
        return len(plan.table.methods) * plan.table.replications
    needed, shared, room = needed_bytes(plan, replications), needed_bytes(plan, 0), SHARE * available
    if needed <= room:
        return int((room - shared) // max(needed - shared, 1))
    n = int((room - shared) // (needed_bytes(plan, 1) - shared))
    if n >= 1:
        fewer = plan.table.replications - replications + n
        remedy = f"train fewer with --set training.replications={fewer}, then the others into the same folder"
    else:
        remedy = "make large_batch and small_batch smaller, or take another machine"
    taken = f"{replications} replications side by side take" if replications > 1 else "one replication takes"
    taken += f" about {in_bytes(needed)}"
    raise PlanError(f"{plan.path}: {taken}, and there are {in_bytes(available)}; {remedy}")


def in_bytes(n: float) -> str:
    """Write a number of bytes: 0.3 MB, 12 GB."""
    return f"{n / 1e9:.3g} GB" if n >= 1e9 else f"{n / 1e6:.3g} MB"
