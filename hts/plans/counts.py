"""The key `walkers`: a number, or a relative error from which each cell gets its number."""

from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic_core import InitErrorDetails, ValidationError

from hts.plans.grids import plainly
from hts.plans.mistakes import MAX_TOLD, did_you_mean
from hts.plans.values import shown

MAX_WALKERS = 2**32 - 1  # walker numbers are stored as uint32
#: Below it 1/error^2 walkers are more than MAX_WALKERS.
LEAST_ERROR = 1.6e-5
EXAMPLE = "walkers = { relative_error = 0.02 }"
WALKERS_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_WALKERS},
        {
            "type": "object",
            "properties": {"relative_error": {"type": "number", "minimum": LEAST_ERROR, "maximum": 1}},
            "required": ["relative_error"],
            "additionalProperties": False,
        },
    ]
}

Walkers = Annotated[int, Field(ge=1, le=MAX_WALKERS)]
_walkers = TypeAdapter(Walkers, config=ConfigDict(strict=True))


@dataclass(frozen=True)
class WalkersByError:
    """Walkers such that the mean of each cell has about this standard error, relative to itself.

    Attributes
    ----------
    relative_error : float
        Above 0, at most 1.
    """

    relative_error: float

    @property
    def at_least(self) -> int:
        """Walkers where none is censored: sd and mean of an exit time are about equal, so it takes 1/error^2."""
        error = Decimal(repr(self.relative_error))
        return int((1 / (error * error)).to_integral_value(ROUND_CEILING))


class Count(NamedTuple):
    """Walkers of one cell, as they were chosen."""

    walkers: int
    relative_error: float  #: for which


def read_walkers(raw: Any) -> int | WalkersByError:
    """Read `walkers`; a pydantic validator.

    Raises
    ------
    pydantic_core.ValidationError
        With one entry for each mistake, at its own place.
    """
    if not isinstance(raw, dict):
        return _walkers.validate_python(raw)
    known = ("relative_error",)
    unknown = [key for key in raw if key not in known]
    found = [
        _mistake((key,), f"unknown key ({did_you_mean(key, known)}); for example {EXAMPLE}", raw)
        for key in unknown[:MAX_TOLD]
    ]
    if len(unknown) > MAX_TOLD:
        text = f"holds {len(unknown) - MAX_TOLD} more unknown keys; for example {EXAMPLE}"
        found.append(_mistake((), text, raw))
    if "relative_error" not in raw and not found:
        text = f"must be a whole number or hold relative_error ({shown(raw)}); for example {EXAMPLE}"
        found.append(_mistake((), text, raw))
    elif "relative_error" in raw and (reason := _no_error(raw["relative_error"])):
        text = f"{reason} ({shown(raw['relative_error'])}); for example {EXAMPLE}"
        found.append(_mistake(("relative_error",), text, raw))
    if found:
        raise ValidationError.from_exception_data("walkers", found)
    return WalkersByError(float(raw["relative_error"]))


def write_walkers(walkers: int | WalkersByError) -> Any:
    """Give what `read_walkers` read, in plain values."""
    return walkers if isinstance(walkers, int) else asdict(walkers)


def _mistake(place: tuple[str, ...], text: str, raw: object) -> InitErrorDetails:
    return InitErrorDetails(type=plainly(text), loc=place, input=raw)


def _no_error(value: object) -> str:
    """Say what keeps a value from being a relative error, or nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "must be a number"
    if not value > 0:
        return "must be greater than 0"
    if value > 1:
        return "must be at most 1"
    if value < LEAST_ERROR:
        return f"asks for more than {MAX_WALKERS} walkers; take {LEAST_ERROR:g} or more"
    return ""
