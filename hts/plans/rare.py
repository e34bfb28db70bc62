"""The table [rare]: how the probability to leave within a time is sampled where it is small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from hts.plans.counts import MAX_WALKERS
from hts.plans.fields import FloatSized, Positive, Table
from hts.plans.mistakes import Mistake, did_you_mean
from hts.plans.values import shown
from hts.theory.limit.within import GAMMA_PART, MOST_JUMPS, WayOut, steps_within, way_out

if TYPE_CHECKING:
    from hts.plans.plan import Cell, Plan
    from hts.plans.space import AnyPlan

TABLE = "rare"
Method: TypeAlias = Literal["importance", "splitting", "crude", "trap"]
METHODS: tuple[str, ...] = get_args(Method)
#: Where the plan does not say how many samples.
RELATIVE_ERROR = 0.01
#: The stopping rules, of which a plan has one at most.
RULES = ("relative_error", "samples", "positives")
#: Fewest walkers and steps of [exit] that a plan with [rare] has where it does not say.
WALKERS = 1000


def read_methods(raw: Any) -> tuple[Method, ...]:
    """Read one method or a list of them; a pydantic validator."""
    names = raw if isinstance(raw, list) else [raw]
    if not names:
        raise PydanticCustomError("method", 'must not be empty ([]); for example method = "importance"')
    for name in names:
        if not isinstance(name, str) or name not in METHODS:
            hint = did_you_mean(name if isinstance(name, str) else "", METHODS)
            text = "no such method ({value}); {hint}"
            raise PydanticCustomError("method", text, {"value": shown(name), "hint": hint})
    return tuple(dict.fromkeys(names))


_METHOD: dict[str, Any] = {"enum": list(METHODS)}
Methods = Annotated[
    tuple[Method, ...],
    PlainValidator(read_methods),
    WithJsonSchema({"anyOf": [_METHOD, {"type": "array", "items": _METHOD, "minItems": 1}]}),
]


class RarePlan(Table):
    """How the probability to leave within `exit.within` is sampled, and until when."""

    method: Methods = Field(
        ("importance",), description="One estimator, or a list of them.", examples=['method = "importance"']
    )
    relative_error: Annotated[Positive, Field(le=1)] | None = Field(
        None,
        description="Sample until the relative standard error is at most this; 0.01 without another rule.",
        examples=["relative_error = 0.01"],
    )
    samples: Annotated[int, Field(ge=2, le=MAX_WALKERS)] | None = Field(
        None, description="Samples of each cell.", examples=["samples = 100_000"]
    )
    positives: Annotated[int, Field(ge=2, le=MAX_WALKERS)] | None = Field(
        None, description="Sample until so many samples are positive (inverse binomial).", examples=["positives = 32"]
    )
    max_samples: Annotated[int, Field(ge=2, le=MAX_WALKERS)] = Field(
        100_000_000, description="Samples after which a cell is given up.", examples=["max_samples = 100_000_000"]
    )
    gamma: Positive | None = Field(
        None,
        description=f"Size of a large jump, in landscape units; by default {GAMMA_PART:g} of the largest allowed.",
        examples=["gamma = 0.05"],
    )
    trap_gamma: Positive | None = Field(
        None,
        description='Size of a large jump of method "trap", out of the range of gamma: a wrong world, to be shown.',
        examples=["trap_gamma = 0.18"],
    )
    weight: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False), FloatSized] = Field(
        0.05, description="Share of samples drawn from the walk's own law.", examples=["weight = 0.05"]
    )
    weights: Literal["stopped", "whole"] = Field(
        "stopped",
        description="Weigh walks by what is known when they leave, or by all n noises as printed.",
        examples=['weights = "stopped"'],
    )
    effort: Annotated[int, Field(ge=64, le=1_000_000)] = Field(
        1024, description="Walks of each stage of splitting.", examples=["effort = 1024"]
    )

    @property
    def target(self) -> float:
        """Relative error at which sampling stops, where that is the rule."""
        return RELATIVE_ERROR if self.relative_error is None else self.relative_error


def with_exit_defaults(tables: dict[str, Any], etas: list[float]) -> dict[str, Any]:
    """Fill in what [rare] does not need of [exit]: walkers, and max_steps as long as the longest walk."""
    given = tables.get("exit")
    if TABLE not in tables or not isinstance(given, dict):
        return tables
    within, longest = given.get("within"), 1
    if isinstance(within, (int, float)) and not isinstance(within, bool) and etas and 0.0 < within < 1e100:
        longest = steps_within(float(within), min(etas))
    return tables | {"exit": {"walkers": WALKERS, "max_steps": min(max(longest, 1), 2**62)} | given}


def rare_table_mistakes(plan: RarePlan) -> list[Mistake]:
    """Find what is wrong with [rare] whatever the rest of the plan."""
    rules = [name for name in RULES if getattr(plan, name) is not None]
    found = [
        Mistake((TABLE, name), f"cannot stand beside {rules[0]}; remove one of the two", is_about_key=True)
        for name in rules[1:]
    ]
    if ("trap" in plan.method) != (plan.trap_gamma is not None):
        text = 'belongs to method = "trap", and that method to it; give both or neither'
        found.append(Mistake((TABLE, "trap_gamma"), text, is_about_key=True))
    return found


@dataclass(frozen=True)
class RareCell:
    """What the sampling of one cell is built on.

    Attributes
    ----------
    cell : Cell
    n_steps : int
        Steps within which a walk has to leave.
    way : WayOut or None
        None where the flow leaves by itself or no jump can lead out.
    gamma : float or None
        Size of a large jump.
    has_default : bool
        Whether gamma is found where the plan does not give it.
    """

    cell: Cell
    n_steps: int
    way: WayOut | None
    gamma: float | None
    has_default: bool = True


def rare_cell(plan: Plan, cell: Cell) -> RareCell:
    """Find out what the sampling of one cell is built on."""
    assert plan.rare is not None
    assert plan.within is not None
    domain = plan.exit_domain()
    way = way_out(
        plan.build_landscape(), plan.noise_of(cell), cell.b, domain.low, domain.high, domain.start, plan.within
    )
    gamma = plan.rare.gamma
    if gamma is None and way is not None:
        gamma = GAMMA_PART * way.largest_gamma
    return RareCell(cell, steps_within(plan.within, cell.eta), way, gamma)


def rare_mistakes(plan: AnyPlan, cell_of: Callable[[Any, Cell], RareCell] = rare_cell) -> list[Mistake]:
    """Find what is wrong between [rare] and the rest of a sound plan; each mistake once, with its first cell.

    `cell_of` is `rare_cell`, or that of several dimensions.
    """
    found: dict[str, Mistake] = {}
    rare = plan.rare
    if rare is None:
        return []
    if plan.within is None:
        text = "is missing; [rare] is about exits within a time, for example within = 1.0"
        return [Mistake(("exit", "within"), text, is_about_key=True)]
    for cell in plan.cells():
        for key, mistake in _cell_mistakes(plan, cell, cell_of):
            found.setdefault(key, mistake)
    return list(found.values())


def _cell_mistakes(
    plan: AnyPlan, cell: Cell, cell_of: Callable[[Any, Cell], RareCell]
) -> Iterator[tuple[str, Mistake]]:
    rare, within, noise = plan.rare, plan.within, plan.noise_of(cell)
    assert rare is not None
    assert within is not None
    at = f"at eta = {cell.eta:g}, b = {cell.b:g}"
    if steps_within(within, cell.eta) < 1:
        text = f"is less than one step at eta = {cell.eta:g} ({within:g}); give {cell.eta:g} or more"
        yield "short", Mistake(("exit", "within"), text)
        return
    one = cell_of(plan, cell)
    has_jumps = set(rare.method) - {"crude"}
    if has_jumps - {"splitting"} and not noise.is_heavy:
        text = (
            f"needs heavy tails, whose large noises lead out of the domain ({noise.kind} noise has none); "
            'take method = "splitting" or "crude"'
        )
        yield "light", Mistake((TABLE, "method"), text, is_about_key=True)
    if one.way is None:
        if has_jumps:
            text = (
                "the gradient flow leaves the domain by itself, or no jump can lead out: nothing is rare here; "
                'take method = "crude", or another domain'
            )
            yield "flow", Mistake((TABLE, "method"), text, is_about_key=True)
        return
    if one.way.jumps > one.n_steps:
        text = f"the probability is 0 {at}: {one.n_steps} steps of at most b do not reach an end; give a longer time"
        yield "never", Mistake(("exit", "within"), text)
        return
    if has_jumps and one.way.jumps > MOST_JUMPS:
        text = f"it takes {one.way.jumps} jumps to leave {at}, more than {MOST_JUMPS}; take a larger b"
        yield f"jumps {cell.b}", Mistake((TABLE, "method"), text, is_about_key=True)
    elif rare.gamma is not None and not rare.gamma < one.way.largest_gamma:
        remedy = f"leave gamma out for {GAMMA_PART:g} of that" if one.has_default else "give less"
        text = (
            f"must be below {one.way.largest_gamma:.6g} at b = {cell.b:g} ({rare.gamma:g}), or walks that leave by "
            f"smaller jumps are missed; {remedy}"
        )
        yield f"gamma {cell.b}", Mistake((TABLE, "gamma"), text)
    if rare.trap_gamma is not None and rare.trap_gamma < one.way.largest_gamma:
        text = (
            f"is no trap at b = {cell.b:g}, where gamma may be up to {one.way.largest_gamma:.6g} "
            f"({rare.trap_gamma:g}); give more"
        )
        yield f"trap {cell.b}", Mistake((TABLE, "trap_gamma"), text)
