"""Reading a plan in one dimension or in several, as the commands take it."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, cast

from hts.plans.mistakes import Mistake
from hts.plans.reading import check_plan, parse_checked, read_checked
from hts.plans.space import AnyPlan, SpacePlan


def read_study(path: str | PathLike[str], overrides: Sequence[str] = (), seed: int | None = None) -> AnyPlan:
    """Read a plan in one dimension, or in several where it has the key `dimension`; see `hts.plans.read_plan`."""
    return cast(AnyPlan, read_checked(path, overrides, seed, _check))


def parse_study(text: str, path: Path) -> AnyPlan:
    """Read a plan of either kind from text; `path` is what messages call it."""
    return cast(AnyPlan, parse_checked(text, path, (), None, _check))


def read_space_plan(path: str | PathLike[str], overrides: Sequence[str] = (), seed: int | None = None) -> SpacePlan:
    """Read a plan in several dimensions; see `hts.plans.read_plan`."""
    return read_checked(path, overrides, seed, _check_space)


def _check(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> AnyPlan | None:
    if "dimension" in tables:
        return _check_space(tables, path, mistakes)
    return check_plan(tables, path, mistakes)


def _check_space(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> SpacePlan | None:
    from hts.plans.space_reading import check_space  # what it needs takes a third of a second to import

    return check_space(tables, path, mistakes)
