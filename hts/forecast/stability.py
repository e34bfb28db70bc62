"""Warnings where eta f'' > 2, so that no walker settles at a minimum."""

from collections.abc import Iterator, Sequence

from hts.landscapes import Landscape
from hts.plans.values import first_few, listed


def stability_warnings(landscape: Landscape, etas: Sequence[float], well: int | None = None) -> Iterator[str]:
    """Name the wells where eta f'' > 2 at the minimum, so that gradient descent overshoots by more than it was away.

    Parameters
    ----------
    landscape : Landscape
    etas : sequence of float
        Of the plan, from large to small.
    well : int, optional
        The well that the plan is about, which has a warning of its own.
    """
    if landscape.is_flat:
        return
    limits = [2 / float(curvature) for curvature in landscape.curvatures]
    if well is not None and (unstable := [eta for eta in etas if eta > limits[well]]):
        yield (
            f"eta = {listed(unstable)}: eta f'' > 2 at the minimum {landscape.minima[well]:g} "
            f"(f'' = {landscape.curvatures[well]:.4g}), so gradient descent is unstable there and there is no "
            f"metastable state; take eta < {limits[well]:.3g}"
        )
    sharp = [k for k in range(landscape.n_wells) if k != well and any(eta > limits[k] for eta in etas)]
    if sharp:
        which = [f"well {k} (f'' = {landscape.curvatures[k]:.4g}; eta < {limits[k]:.3g})" for k in sharp]
        largest = [eta for eta in etas if eta > min(limits[k] for k in sharp)]
        yield (
            f"eta = {listed(largest)}: above 2/f'' in {first_few(which)}: the process has no metastable state there, "
            "and graph, chain and limit shares are about smaller eta"
        )
