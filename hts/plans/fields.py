"""Types of the keys of a plan: what a number, an interval or an axis may be, and the table that holds them."""

import math
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from hts.plans.counts import WALKERS_SCHEMA, WalkersByError, read_walkers, write_walkers
from hts.plans.grids import AXIS_SCHEMA, read_axis
from hts.plans.sources import SourceFile
from hts.plans.values import LARGEST, SMALLEST, shown

MAX_LISTED = 1_000  # values in a list of [landscape], [exit] or [visits]


def _no_list(value: Any) -> Any:
    """Make a list a tuple; turn away one so long that checking its values takes time."""
    if not isinstance(value, list):
        return value
    if len(value) > MAX_LISTED:
        text = f"holds {{n}} values, more than {MAX_LISTED}; shorten it"
        raise PydanticCustomError("size", text, {"n": len(value)})
    return tuple(value)


def _no_nan(value: float) -> float:
    if math.isnan(value):
        raise PydanticCustomError("nan", "must be a number, or inf (nan)")
    return value


def _float_sized(value: Any) -> Any:
    """Turn away integers beyond the largest float, which pydantic would call infinite."""
    if isinstance(value, int) and abs(value) > 2**1023:
        raise PydanticCustomError("size", "must be below 1.8e308 in size ({value})", {"value": shown(value)})
    return value


def _not_huge(value: float) -> float:
    """Turn away places whose squares would leave floating point; inf is others' to judge."""
    if math.isinf(value) or abs(value) <= LARGEST:
        return value
    text = f"must be at most {LARGEST:g} in size ({{value}}); choose other units"
    raise PydanticCustomError("size", text, {"value": shown(value)})


def _in_range(value: float) -> float:
    """Turn away sizes whose squares and ratios would leave floating point; 0 and inf are others' to judge."""
    if value == 0.0 or math.isinf(value) or SMALLEST <= abs(value) <= LARGEST:
        return value
    text = f"must be between {SMALLEST:g} and {LARGEST:g} ({{value}}); choose other units"
    raise PydanticCustomError("size", text, {"value": shown(value)})


def _interval(value: tuple[float, ...]) -> tuple[float, ...]:
    if len(value) != 2 or not value[0] < value[1]:
        text = "must be two numbers, the lower first ({value})"
        raise PydanticCustomError("interval", text, {"value": shown(value)})
    return value


def _smoothing(value: Any) -> float | str | None:
    if value is None or value == "auto":
        return value  # type: ignore[no-any-return]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and SMALLEST <= value <= LARGEST:
        return float(value)
    text = f'must be "auto" or a penalty between {SMALLEST:g} and {LARGEST:g} ({{value}})'
    raise PydanticCustomError("smoothing", text, {"value": shown(value)})


_NotHuge, _InRange = AfterValidator(_not_huge), AfterValidator(_in_range)
FloatSized = BeforeValidator(_float_sized)
Number = Annotated[float, Field(allow_inf_nan=False), _NotHuge, FloatSized]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), _InRange, FloatSized]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False), _NotHuge, _InRange, FloatSized]
Edge = Annotated[float, AfterValidator(_no_nan), _NotHuge, FloatSized]
Projection = Annotated[
    float,
    Field(gt=0, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]),
    AfterValidator(_no_nan),
    _InRange,
    FloatSized,
]
Numbers = Annotated[tuple[Number, ...], Field(min_length=1), BeforeValidator(_no_list)]
Rows = Annotated[tuple[Numbers, ...], Field(min_length=1), BeforeValidator(_no_list)]
Barriers = Annotated[tuple[Number, ...], BeforeValidator(_no_list)]  # none where there is one well
Positives = Annotated[tuple[Positive, ...], BeforeValidator(_no_list)]
FiniteInterval = Annotated[tuple[Number, ...], AfterValidator(_interval), BeforeValidator(_no_list)]
Interval = Annotated[tuple[Edge, ...], AfterValidator(_interval), BeforeValidator(_no_list)]
Axis = Annotated[tuple[float, ...], PlainValidator(read_axis), WithJsonSchema(AXIS_SCHEMA)]
Walkers = Annotated[
    int | WalkersByError, PlainValidator(read_walkers), PlainSerializer(write_walkers), WithJsonSchema(WALKERS_SCHEMA)
]
FileName = Annotated[str, Field(min_length=1, max_length=1000)]
Digest = Annotated[
    Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None,
    Field(
        description="Digest of the file, where it must be that one.",
        examples=["sha256 of 64 hexadecimal digits, or leave it out"],
    ),
]
Smoothing = Annotated[
    float | str | None,
    PlainValidator(_smoothing),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"const": "auto"}]}),
]


class Table(BaseModel):
    """A table of the plan: strict types, no unknown keys, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @property
    def source(self) -> SourceFile | None:
        """The file of numbers that this table names; None where it names none."""
        return None
