"""Check the places of keys: against `tomllib` on any text it accepts, and where a writer of ours put them."""

import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.plans.positions import KeyPath, Positions

unhurried = settings(deadline=None)  # the machines that run this are shared


def paths_of(value: Any, root: KeyPath = ()) -> set[KeyPath]:
    """Every key path of what tomllib read."""
    if isinstance(value, dict):
        return {root} | {path for key, part in value.items() for path in paths_of(part, (*root, key))}
    if isinstance(value, list):
        return {root} | {path for i, part in enumerate(value) for path in paths_of(part, (*root, i))}
    return {root}


def test_every_kind_of_key_has_its_place():
    text = '''# a comment with [brackets] and = signs
title = """
[not.a.table]
key = 1
say ""so"" """""
"quoted [key]" = 'c:\\' # [x]
[grid]   # first
  eta = [ 0.1, # not ]
    0.2, [3, "]"] ]
  b.c . 'd' = 1
[[cells]]
x = { y = [1, { z = 2 }], w = "}" }
[cells.sub]
k = 1979-05-27 07:32:00
[[cells]]
x = 3
[[cells.deep]]
n = 5
[a.b]
[a]
'''
    assert tomllib.loads(text)
    positions = Positions(text)
    value, key = positions.of_value, positions.of_key
    assert key(("title",)) == (2, 1)
    assert value(("title",)) == (2, 9)
    assert key(("quoted [key]",)) == (6, 1)
    assert key(("grid",)) == (7, 1)
    assert key(("grid", "eta")) == (8, 3)
    assert value(("grid", "eta", 0)) == (8, 11)
    assert value(("grid", "eta", 1)) == (9, 5)
    assert value(("grid", "eta", 2, 1)) == (9, 14)
    assert key(("grid", "b")) == (10, 3)
    assert key(("grid", "b", "c", "d")) == (10, 9)
    assert key(("cells", 0)) == (11, 1)
    assert value(("cells", 0, "x", "y", 1, "z")) == (12, 21)
    assert value(("cells", 0, "x", "w")) == (12, 31)
    assert key(("cells", 0, "sub", "k")) == (14, 1)
    assert value(("cells", 1, "x")) == (16, 5)
    assert key(("cells", 1, "deep", 0, "n")) == (18, 1)
    assert key(("a",)) == (20, 1), "a table's own header wins over one that only implies it"


def test_what_is_not_there_stands_where_its_table_does():
    positions = Positions("a = 1\n[exit]\nwell = 0\n")
    assert positions.of_key(("exit", "walkers")) == (2, 1)
    assert positions.of_value(("exit", "walkers", 3)) == (2, 1)
    assert positions.of_key(("noise",)) == (1, 1)


def test_a_place_inside_a_string_is_found_where_the_string_reads_as_it_is_written():
    positions = Positions("f = \"x^2\"\ng = '''x^2'''\nh = \"x\\u005e2\"\n")
    assert positions.of_value(("f",), "x^2", 2) == (1, 7)
    assert positions.of_value(("g",), "x^2", 2) == (2, 9)
    assert positions.of_value(("h",), "x^2", 2) == (3, 5), "an escape: the string's own place"


@dataclass
class Writer:
    """Writes TOML in every style hypothesis draws, and keeps where each key and value went."""

    draw: st.DrawFn
    text: str = ""
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def place(self) -> tuple[int, int]:
        """Line and column of what is written next."""
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")

    def blank(self) -> None:
        """Write what may stand between elements of an array: spaces, line ends, comments."""
        self.text += self.draw(st.sampled_from(["", " ", "\n", "  # ], } = [x]\n", "\t"]))

    def key(self, path: KeyPath) -> None:
        """Write the last part of a path, bare or quoted."""
        name = str(path[-1])
        quoted = ["'" + name + "'", '"' + name.replace("a", "\\u0061") + '"']
        is_bare = name != "" and all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
        self.keys[path] = self.place()
        self.text += self.draw(st.sampled_from([name, *quoted] if is_bare else quoted))

    def pair(self, path: KeyPath, value: Any) -> None:
        """Write key = value."""
        self.key(path)
        self.text += self.draw(st.sampled_from([" = ", "=", "\t= "]))
        self.value(path, value)

    def value(self, path: KeyPath, value: Any) -> None:
        """Write a value, and keep the places of what it holds."""
        self.values[path] = self.place()
        if isinstance(value, list):
            self.text += "["
            for i, part in enumerate(value):
                self.blank()
                self.keys[(*path, i)] = self.place()
                self.value((*path, i), part)
                self.blank()
                self.text += "," if i + 1 < len(value) else ""
            self.blank()
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for i, (name, part) in enumerate(value.items()):
                self.text += ", " if i else " "
                self.pair((*path, name), part)
            self.text += " }"
        elif isinstance(value, str):
            styles = ["'" + value + "'", '"' + value + '"', '"""' + value + '"""', "'''\n" + value + "'''"]
            self.text += self.draw(st.sampled_from(styles))
        else:
            self.text += str(value).lower()


names = st.text("ab. é#=[]-", max_size=3)
scalars = st.one_of(
    st.integers(-99, 99), st.booleans(), st.floats(allow_nan=False), st.text("ab #=[]{},.é", max_size=5)
)
parts = st.recursive(
    scalars, lambda part: st.lists(part, max_size=3) | st.dictionaries(names, part, max_size=3), max_leaves=6
)
tables = st.dictionaries(names, parts, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> Writer:
    writer = Writer(draw)
    for name, value in draw(tables).items():
        writer.pair((f"top {name}",), value)
        writer.text += draw(st.sampled_from(["\n", " # [no] = table\n", "\n\n"]))
    for name, content in draw(st.dictionaries(names, st.lists(tables, min_size=1, max_size=3), max_size=3)).items():
        for i, table in enumerate(content):
            writer.text += " " * draw(st.integers(0, 2))
            head = (name, i) if len(content) > 1 else (name,)
            writer.keys[head] = writer.place()
            writer.text += ("[[" if len(content) > 1 else "[") + "'" + name + "'" + ("]]" if len(content) > 1 else "]")
            writer.text += "\n"
            for key, value in table.items():
                writer.pair((*head, key), value)
                writer.text += "\n"
    return writer


@unhurried
@given(documents())
def test_places_are_where_the_writer_put_them(writer: Writer):
    read = tomllib.loads(writer.text)
    positions = Positions(writer.text)
    for path, place in writer.keys.items():
        assert positions.of_key(path) == place
    for path, place in writer.values.items():
        assert positions.of_value(path) == place
    assert set(positions.spots) == paths_of(read) - {()}


MARKS = ["a", "b", "'a'", '"b"', ".", " = ", "=", "[", "]", "[[", "]]", "{", "}", ", ", " ", '"', "'", '"""', "'''"]
SCALARS = ["1", "-2.5e3", "inf", "true", "\\", "\\n", "1979-05-27 07:32:00"]
LINES = ["", "# x", "a = 1", "[a]", "[[b]]", "[b.a]", "b = [1, 2]", "a.b = {a = 1}", "\\"]
pieces = st.sampled_from([*MARKS, *SCALARS, *(f"{line}\n" for line in LINES)])


@unhurried
@given(st.lists(pieces, max_size=16).map("".join))
def test_any_text_tomllib_accepts_has_a_place_for_every_key(text: str):
    try:
        read = tomllib.loads(text)
    except ValueError:
        return
    assert set(Positions(text).spots) == paths_of(read) - {()}


@pytest.mark.parametrize("depth", [10, 100])
def test_nested_arrays_are_followed(depth: int):
    text = "a = " + "[" * depth + "7" + "]" * depth
    assert Positions(text).of_value(("a", *[0] * depth)) == (1, 5 + depth)
