"""Tests that the pages of docs hold every equation that is cited, and (14) as the code uses it."""

import re
from pathlib import Path

import pytest

from hts.theory.limit.geometry import exit_exponent

HERE = Path(__file__).parent.parent
MODEL = (HERE / "docs/model.md").read_text(encoding="utf-8")
PAGES = ("tails", "regression", "levy", "many_dimensions", "networks")
TAILS = "\n".join((HERE / f"docs/{name}.md").read_text(encoding="utf-8") for name in PAGES)
#: A number in brackets after these names an equation of docs/model.md, as do those that follow it.
CITED = re.compile(r"(?:model\.md,?|[Ee]quations?|law|and|to|of) \((\d+)\)")


#: Where an equation has its number: behind a formula, or before a statement in words.
NUMBERED = re.compile(r"\\tag\{(\d+)\}|^- \*\*\((\d+)\)\*\*", flags=re.MULTILINE)


def statements() -> dict[int, str]:
    """Text of each statement in words by its number."""
    parts = re.split(r"^- \*\*\((\d+)\)\*\*", MODEL, flags=re.MULTILINE)
    return dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))


def test_every_equation_that_is_cited_is_there():
    numbers = {int(behind or before) for behind, before in NUMBERED.findall(MODEL)}
    assert numbers == set(range(1, max(numbers) + 1))
    files = [*(HERE / "hts").rglob("*.py"), *(HERE / "docs").glob("*.md"), *(HERE / "configs").glob("*.toml")]
    elsewhere = {int(n) for n in re.findall(r"\\tag\{(\d+)\}", TAILS)}
    assert not elsewhere & numbers
    cited = {int(n) for file in files for n in CITED.findall(file.read_text(encoding="utf-8"))}
    assert cited >= {5, 14, 18}
    assert cited <= numbers | elsewhere


def test_elimination_is_stated_with_its_steps_and_its_bound():
    said = " ".join(statements()[14].split())
    for part in (r"n = \lfloor t/\eta^\beta \rfloor", r"\beta > 1 + (\alpha - 1) \max l^\ast", "t > 0", "irreducible"):
        assert part in said


@pytest.mark.parametrize(("alpha", "most"), [(1.2, 2), (1.5, 3)])
def test_the_bound_on_beta_is_the_exponent_of_the_widest_wells(alpha, most):
    bound = 1 + (alpha - 1) * most
    assert bound == pytest.approx(exit_exponent(alpha, most))
