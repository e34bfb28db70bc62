"""What the columns of a shard can hold: checked once, where shards are read."""

import numpy as np

from hts.storage.content import Columns


def check_columns(columns: Columns, max_steps: int) -> None:
    """Turn away walkers that cannot be, whatever checksum they carry.

    Raises
    ------
    ValueError
        Names the first walker that cannot be.
    """
    if "exit_steps" in columns:
        _check_exits(columns, max_steps)
    else:
        _check_visits(columns, max_steps)


def _check_exits(columns: Columns, max_steps: int) -> None:
    steps, side, is_censored = columns["exit_steps"], columns["side"], columns["is_censored"]
    landings = [name for name in columns if name.startswith("landing")]
    wrong = {
        f"took no step, or more than max_steps = {max_steps}": (steps < 1) | (steps > max_steps),
        "has a side other than -1, 0, 1": (side < -1) | (side > 1),
        "is censored with a side, or left without one": (side == 0) != is_censored,
        "is censored before max_steps": is_censored & (steps != max_steps),
        "landed nowhere": np.any([np.isnan(columns[name]) for name in landings], axis=0),
    }
    for what, where in wrong.items():
        if where.any():
            raise ValueError(f"walker {columns['walker'][int(where.argmax())]} {what}")


def _check_visits(columns: Columns, max_steps: int) -> None:
    for name, column in columns.items():
        if column.size == 0:
            raise ValueError(f"its column {name} is empty")
        if name != "walker" and not name.startswith("position") and (column < 0).any():
            raise ValueError(f"a walker has a negative count in {name}")
    steps = columns["steps_in_set" if "steps_in_set" in columns else "steps_in_well"]
    if steps.ndim != 3 or columns["transitions"].ndim != 3:
        raise ValueError("its lists are not of the shape that walkers have")
    if (steps[:, -1].sum(axis=1) > max_steps).any():
        raise ValueError(f"a walker took more than max_steps = {max_steps}")
