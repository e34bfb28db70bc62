"""What `hts describe` says of a plan with [rare]: what would be sampled, cell by cell and method by method."""

from typing import TYPE_CHECKING, Any

from hts.cli.tables import CELLS_SHOWN, cell_headers, cell_words, print_table, say_more
from hts.words import number, whole

if TYPE_CHECKING:
    from hts.plans import AnyPlan


def rare_document(plan: "AnyPlan") -> list[dict[str, Any]]:
    """Give the list `rare` of the document; empty for a plan without [rare]."""
    from hts.rare import questions

    return [
        {
            "eta": one.cell.eta,
            "b": one.cell.b,
            "alpha": one.cell.alpha,
            "well": one.cell.well,
            "method": one.method,
            "n_steps": one.base.n_steps,
            "jump_number": None if one.base.way is None else one.base.way.jumps,
            "gamma": None if one.mixture is None else one.base.gamma,
            "largest_gamma": one.largest_gamma,
            "event_probability": None if one.mixture is None else one.mixture.chance,
            "most_steps_per_sample": one.steps_per_sample,
        }
        for one in questions(plan)
    ]


def show_rare(plan: "AnyPlan") -> None:
    """Print what `hts rare` would sample, and until when."""
    from hts.rare import questions

    assert plan.rare is not None
    asked, rare = questions(plan), plan.rare
    rows = [
        [*cell_words(one.cell), one.method, number(None if one.base.way is None else one.base.way.jumps),
         number(None if one.mixture is None else one.base.gamma, 3),
         number(None if one.mixture is None else one.mixture.chance, 3), whole(one.steps_per_sample)]
        for one in asked
    ]  # fmt: skip
    until = f"until the relative error is {rare.target:g}"
    if rare.samples is not None:
        until = f"{whole(rare.samples)} samples each"
    elif rare.positives is not None:
        until = f"until {rare.positives} are positive"
    headers = [*cell_headers(asked[0].cell), "method", "J", "gamma", "P(B)", "steps a sample"]
    title = f"hts rare samples exits within {plan.within:g}: {until}, {whole(rare.max_samples)} at most"
    print_table(title, headers, rows[:CELLS_SHOWN])
    say_more(len(rows))
