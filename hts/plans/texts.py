"""The text of a plan: its file read, and what is said of text that is no TOML."""

import re
from pathlib import Path

from hts.errors import PlanError
from hts.plans.toml import MAX_BYTES, TooLargeError, read_toml
from hts.plans.values import MAX_SHOWN, shown


def read_text(file: Path) -> str:
    """Read a plan's text; a file that is none is refused, with its place where it has one."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        where = " (configs/ lies in the project's folder)" if file.parts[:1] == ("configs",) else ""
        raise PlanError(f"{file}: there is no such file{where}; `hts new {file}` writes a plan to start from") from None
    except IsADirectoryError:
        raise PlanError(f"{file}: is a folder; name the plan, a TOML file") from None
    except (OSError, ValueError) as problem:  # ValueError: a name with a null character
        reason = getattr(problem, "strerror", None) or str(problem)
        raise PlanError(f"{shown(str(file))}: cannot be read ({reason}); check its name and permissions") from None
    if len(content) > MAX_BYTES:
        raise PlanError(f"{file}: is larger than {MAX_BYTES // 1_000_000} MB, which no plan is; name the TOML file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        column = problem.start - (content.rfind(b"\n", 0, problem.start) + 1) + 1
        text = f"not UTF-8 text (byte 0x{content[problem.start]:02x}); save the plan as UTF-8"
        raise PlanError(f"{file}:{line}:{column}: {text}") from None


def has_table(path: Path, table: str) -> bool:
    """Tell whether a plan has a table; one that cannot be read is for others to refuse."""
    try:
        return table in read_toml(read_text(path).removeprefix("\ufeff").replace("\r\n", "\n"))
    except (TooLargeError, ValueError, RecursionError):
        return False


def syntax_mistake(path: Path, text: str, problem: ValueError) -> str:
    """Say what is wrong with text that is no TOML, and where."""
    found = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(problem), re.DOTALL)
    if found is None:
        return f"{path}:1:1: not valid TOML: {' '.join(str(problem).split())}"
    last = text.rstrip("\n")
    line = int(found[2] or last.count("\n") + 1)
    column = int(found[3] or len(last) - (last.rfind("\n") + 1) + 1)
    reason = " ".join(found[1].split())
    remedy = "text needs quotes, lists need [ ], comments begin with #"
    if reason == "Cannot overwrite a value":
        before = text.splitlines()[line - 1][: max(column - 1, 0)]
        reason = f"the key {before.split('=')[0].strip()[:MAX_SHOWN]!r} stands twice"
        remedy = "remove one of the two"
    return f"{path}:{line}:{column}: not valid TOML: {reason}; {remedy}"
