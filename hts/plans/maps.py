"""Maps of basins kept in the user's cache: one takes some seconds, and every command needs it."""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

import numpy as np

from hts.arrays import FloatArray
from hts.errors import StoppedError
from hts.kernels.environment import user_folder
from hts.plans.identity import canonical
from hts.space import SpaceLandscape
from hts.space.basins import BasinMap, map_basins
from hts.space.critical_points import CriticalPoints
from hts.storage.checkpoints import read_checkpoint, write_checkpoint

#: Version of the computation from a landscape to a map.
MAP_VERSION = "basins/1"


def kept_map(
    landscape: SpaceLandscape,
    physics: Mapping[str, Any],
    wells: CriticalPoints,
    low: FloatArray,
    high: FloatArray,
    spacing: float,
    side: float,
) -> BasinMap:
    """Read the map of a landscape's basins from the cache, or make it and keep it there.

    Parameters
    ----------
    landscape : SpaceLandscape
    physics : mapping
        What the landscape is, ready for JSON.
    wells : CriticalPoints
    low, high : float64[2]
    spacing, side : float
        As `map_basins` takes them.

    Raises
    ------
    ValueError
        As `map_basins`.
    """
    places = [one.points.tolist() for one in wells.minima]
    key = {
        "version": MAP_VERSION,
        "landscape": dict(physics),
        "minima": places,
        "box": [low.tolist(), high.tolist()],
        "spacing": spacing,
        "side": side,
    }
    folder = user_folder()
    if folder is None:
        return map_basins(landscape.gradient, wells.minima, low, high, spacing, landscape.projection, side)
    path = folder / "maps" / f"{sha256(canonical(key).encode()).hexdigest()[:16]}.map"
    found = read_checkpoint(path, key)
    labels = None if found is None else found.get("labels")
    if labels is not None and labels.ndim == 2 and labels.dtype == np.int16:
        return BasinMap(labels, low, spacing, wells.minima, landscape.projection)
    made = map_basins(landscape.gradient, wells.minima, low, high, spacing, landscape.projection, side)
    with suppress(StoppedError):  # a cache that cannot be written costs time later, nothing else
        write_checkpoint(path, folder / "maps", key, {"labels": made.labels})
    return made
