"""The reference of Python names: what stands in `hts.__all__`, under the room that holds it."""

import re
from collections.abc import Mapping
from inspect import isclass, isfunction

import hts

#: What the names of a room are for, in the order of a study; a room that is not named comes last.
TITLES = {
    "plans": "Plans",
    "forecast": "Before a run",
    "studies": "What commands do",
    "sweeps": "Sweeps",
    "walkers": "Walkers by relative error",
    "comparison": "Measured beside exact beside limit",
    "answers": "Exact and limit values of a plan",
    "reports": "Reports",
    "networks": "Networks",
    "exits": "One exit",
    "noise": "Laws of the noise",
    "landscapes": "Landscapes",
    "theory": "Exact and limit values of one cell",
    "ensembles": "Walkers of one cell",
    "conditioning": "Paths",
    "rare": "Rare exits",
    "regression": "SGD on least squares",
    "tails": "Tails of your own numbers",
    "errors": "Errors",
}


def python_names() -> str:
    """Write a section for each room, with every name that `import hts` gives."""
    rooms: dict[str, list[str]] = {}
    for name, home in hts._HOMES.items():
        rooms.setdefault(home.split(".")[1], []).append(name)
    order = [*(room for room in TITLES if room in rooms), *(room for room in rooms if room not in TITLES)]
    return "\n\n".join(section(room, rooms[room]) for room in order)


def section(room: str, names: list[str]) -> str:
    """Write the names of one room; landscapes come with their constructors."""
    entries = [entry(f"hts.{name}", getattr(hts, name)) for name in names]
    if room == "landscapes":
        kinds = [name for name in hts.landscapes.__all__ if isfunction(getattr(hts.landscapes, name))]
        entries += [entry(f"hts.landscapes.{name}", getattr(hts.landscapes, name)) for name in kinds]
    body = "\n\n".join(entries)
    return f"## {TITLES.get(room, room)}\n\n````{{eval-rst}}\n{body}\n````"


def entry(name: str, value: object) -> str:
    """Write what makes Sphinx document one name."""
    if isclass(value):
        return f".. autoclass:: {name}\n   :members:"
    if isfunction(value):
        return f".. autofunction:: {name}"
    keys = ", ".join(f"``{key}``" for key in value) if isinstance(value, Mapping) else ""
    return f".. py:data:: {name}\n\n   A mapping with the keys {keys}."


def one_name_each(lines: list[str]) -> None:
    """Give each of several attributes that share a description a field of its own, in place, as Sphinx needs it."""
    split: list[str] = []
    for field in _fields(lines):
        shared = re.match(r":(ivar|vartype) (\w+(?:, \w+)+): ?(.*)", field[0])
        if shared is None:
            split += field
            continue
        for name in shared[2].split(", "):
            split += [f":{shared[1]} {name}: {shared[3]}".rstrip(), *field[1:]]
    lines[:] = split


def _fields(lines: list[str]) -> list[list[str]]:
    """Part lines into those that begin at the margin, each with the indented lines below it."""
    parts: list[list[str]] = []
    for line in lines:
        if parts and (line.startswith(" ") or not line):
            parts[-1].append(line)
        else:
            parts.append([line])
    return parts


def plain_docstring(lines: list[str]) -> None:
    """Escape, in place, stars and bars of a docstring that stand for themselves: l*, |x|."""
    for i, line in enumerate(lines):
        parts = re.split(r"(`+[^`]*`+)", line)
        lines[i] = "".join(part if part.startswith("`") else re.sub(r"([*|])", r"\\\1", part) for part in parts)
