"""The figures by name, found in the rooms that declare them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from hts.plots import exits, visits, wells
from hts.plots.study import FigureKind


def _declared() -> Iterator[FigureKind]:
    """Find the figures that modules of the rooms beside this file declare as `FIGURE`."""
    for room in (exits, wells, visits):
        for found in iter_modules(room.__path__, f"{room.__name__}."):
            kind = getattr(import_module(found.name), "FIGURE", None)
            if isinstance(kind, FigureKind):
                yield kind


FIGURES: dict[str, FigureKind] = {kind.name: kind for kind in sorted(_declared(), key=lambda kind: kind.place)}
"""The figures by name, in the order they are drawn."""
