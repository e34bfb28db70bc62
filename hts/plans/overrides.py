"""`--set KEY=VALUE`: changes to a plan before it is checked."""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from hts.plans.mistakes import Mistake, key_name
from hts.plans.positions import KeyPath
from hts.plans.toml import MAX_PARTS, read_toml
from hts.plans.values import shown

Settings: TypeAlias = dict[KeyPath, str]  # each key that was set, and what set it, in the words of a message
KEY = re.compile(r"(?P<name>[A-Za-z0-9_-]+)(?P<indices>(?:\[[0-9]{1,9}\])*)")


def apply_overrides(tables: dict[str, Any], overrides: Sequence[str]) -> tuple[Settings, list[Mistake]]:
    """Set keys of a plan that is not yet checked, in place.

    Parameters
    ----------
    tables : dict
        What `tomllib` read; changed.
    overrides : sequence of str
        KEY=VALUE each; KEY as in messages (`grid[1].eta`), VALUE in TOML, and what is no TOML is text.

    Returns
    -------
    settings
        The keys that were set, so that a mistake in one is not looked for in the file.
    list of Mistake
        Overrides that cannot be applied.
    """
    settings: Settings = {}
    mistakes: list[Mistake] = []
    for override in overrides:
        name, equals, text = override.partition("=")
        path = _path(name.strip())
        if not equals or not path:
            settings[(override,)] = f"--set {shown(override)}"
            mistakes.append(Mistake((override,), "is no KEY=VALUE; write for example --set 'grid.eta=[0.1, 0.05]'"))
            continue
        settings[path] = f"--set {key_name(path)}"
        try:
            _put(tables, path, _value(text.strip()))
        except ValueError as problem:
            mistakes.append(Mistake(path, str(problem)))
    return settings, mistakes


def _path(name: str) -> KeyPath:
    """Read a.b[1].c, or nothing where it cannot be read."""
    path: KeyPath = ()
    parts = name.split(".")
    for part in parts if len(parts) <= MAX_PARTS else [""]:
        match = KEY.fullmatch(part)
        if match is None:
            return ()
        path += (match["name"], *map(int, re.findall("[0-9]+", match["indices"])))
    return path


def _value(text: str) -> Any:
    try:
        read = read_toml(f"value = {text}")
        if list(read) == ["value"]:  # a line break in the text could bring in more keys
            return read["value"]
    except (ValueError, RecursionError):
        pass
    if not text or text[0] in "[{\"'":
        raise ValueError(f'is no TOML value ({shown(text)}); for example [0.1, 0.05], 1e-3, inf or "text"')
    return text


def _put(tables: dict[str, Any], path: KeyPath, value: Any) -> None:
    place: Any = tables
    for i, part in enumerate(path):
        name, is_last = key_name(path[:i]), i == len(path) - 1
        if isinstance(place, list) and len(place) == 1 and isinstance(part, str):
            place = place[0]  # [[grid]] once is [grid]
        if isinstance(part, int):
            if not isinstance(place, list):
                raise ValueError(f"{name} is no list; leave [{part}] out")
            if part >= len(place):
                raise ValueError(f"{name} has {len(place)} entries, counted from 0; there is no [{part}]")
        elif isinstance(place, list):
            raise ValueError(f"{name} has {len(place)} entries; say which, for example {name}[0].{part}")
        elif not isinstance(place, dict):
            raise ValueError(f"{name} is no table ({shown(place)}); it has no key {part}")
        if is_last:
            place[part] = value
        else:
            place = place.setdefault(part, {}) if isinstance(place, dict) else place[part]
