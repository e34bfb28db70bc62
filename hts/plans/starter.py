"""Texts of the plans that `hts new` writes, one for each kind of study."""

from collections.abc import Iterable
from importlib.resources import files

from hts.noise import LAWS
from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.space_landscapes import SPACE_LANDSCAPES

KINDS = ("exits", "visits", "formula", "paths", "levy", "space", "rare", "regression", "training")


def _listed(names: Iterable[str]) -> str:
    """Write "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


def starter(kind: str = "exits") -> str:
    """Return the text of a commented plan to start from.

    Parameters
    ----------
    kind
        One of `KINDS`.
    """
    text = files("hts.plans").joinpath("templates", f"{kind}.toml").read_text(encoding="utf-8")
    text = text.replace("<space landscapes>", _listed(SPACE_LANDSCAPES))
    return text.replace("<landscapes>", _listed(LANDSCAPE_PLANS)).replace("<laws>", _listed(LAWS))
