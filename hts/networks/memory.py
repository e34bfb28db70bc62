"""Memory that trainings of a plan take, estimated before they begin; needs no JAX."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from hts.errors import PlanError
from hts.networks.architectures import network_of
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
#: Share of a machine's memory that trainings may take.
SHARE: Final = 0.9
CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


def needed_bytes(plan: TrainingPlan) -> int:
    """Estimate the memory that the replications of one method take side by side, their images included."""
    table, network, data = plan.table, network_of(plan.table), SETS[plan.table.data]
    images = table.images + (data.n_test or data.n_train - table.images)
    pixels = (data.side * table.enlarge) ** 2 * data.channels
    batch = max(2 * table.small_batch + table.large_batch, min(table.images, MOST_FLOATS // network.floats))
    weights = VECTORS * network.n_weights
    return FLOAT * (images * pixels + table.replications * (weights + COPIES * batch * network.floats))


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


def methods_that_fit(plan: TrainingPlan, available: int | None) -> int:
    """Say how many methods may be trained at the same time.

    Parameters
    ----------
    plan : TrainingPlan
    available : int or None
        Bytes; None where they are not known, and then all may.

    Raises
    ------
    PlanError
        Where there is not enough memory for one, with the number of replications for which there is.
    """
    if available is None:
        return len(plan.table.methods)
    needed, room = needed_bytes(plan), SHARE * available
    if needed <= room:
        return min(len(plan.table.methods), int(room // needed))
    table = plan.table
    alone = needed_bytes(replace(plan, table=table.model_copy(update={"replications": 1})))
    each = (needed - alone) // max(table.replications - 1, 1)
    n = int((room - alone) // each) + 1 if each else 0
    size = f"{plural_bytes(needed)} for {table.replications} replications side by side, and there are"
    if n >= 1:
        remedy = f"train {n} with --set training.replications={n}, then more of them into the same folder"
    else:
        remedy = "make large_batch and small_batch smaller, or take another machine"
    raise PlanError(f"{plan.path}: trainings take about {size} {plural_bytes(available)}; {remedy}")


def plural_bytes(n: float) -> str:
    """Write a number of bytes: 0.3 MB, 12 GB."""
    return f"{n / 1e9:.3g} GB" if n >= 1e9 else f"{n / 1e6:.3g} MB"
