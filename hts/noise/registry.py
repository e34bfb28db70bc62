"""The laws by name, found in the folder that declares them."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from hts.noise import laws
from hts.noise.magnitudes import Law, Range


def _declared() -> Iterator[Law]:
    """Find what the files of hts/noise/laws declare as LAW."""
    for found in iter_modules(laws.__path__, f"{laws.__name__}."):
        law = getattr(import_module(found.name), "LAW", None)
        if isinstance(law, Law):
            yield law


#: The laws by name, in the order of their numbers.
LAWS: dict[str, Law] = {law.name: law for law in sorted(_declared(), key=lambda law: law.number)}
#: Tail indices of the laws that have one and need no numbers, both ends included.
ALPHA_RANGE: dict[str, Range] = {
    law.name: law.alpha for law in LAWS.values() if law.alpha is not None and not law.is_of_numbers
}
