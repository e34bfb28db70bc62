"""Tables of `hts describe` and `hts predict` for a plan with [levy]: rates, equilibrium, and exits in time t = k h."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.levy_documents import exit_row, in_levy_words, levy_chains, share_row
from hts.words import each_once, plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.answers.discretisation import Discretisation
    from hts.answers.extrapolation import Approach
    from hts.forecast import Description
    from hts.plans import Plan
    from hts.theory.limit.levy import LevyChain

#: What is followed to h = 0, in the words of a table.
WORDS = {
    "mean_exit_time": "mean exit time",
    "escape_rate": "escape rate per time",
    "probability_within": "P(exit within t)",
}


def show_chains(chains: "Sequence[LevyChain]") -> None:
    """Print rates, transition probabilities and equilibrium of the limit epsilon -> 0, with both constants."""
    from hts.cli.tables import print_table
    from hts.theory.limit.levy import printed_constant, simulated_constant
    from hts.words import number

    rows = []
    for chain in chains:
        for start, row in enumerate(chain.rates):
            others = [to for to in range(len(row)) if to != start]
            where = ", ".join(f"{to}: {number(float(chain.probabilities[start, to]))}" for to in others)
            q, share = float(row.sum()), None if chain.stationary is None else float(chain.stationary[start])
            printed = q * chain.constant_ratio
            rows.append([number(chain.alpha), str(start), number(q), number(printed), where, number(share)])
    headers = ["alpha", "well", "q_i, c = C_alpha/2", "q_i, c = 1/alpha", "leads to, q_ij/q_i", "equilibrium pi"]
    print_table("Limit epsilon -> 0: rates in units of epsilon^alpha per time", headers, rows)
    for chain in chains:
        c, printed = simulated_constant(chain.alpha), printed_constant(chain.alpha)
        relaxation = "" if chain.relaxation_time is None else f"; relaxes in {number(chain.relaxation_time)}/eps^alpha"
        click.echo(
            f"alpha = {number(chain.alpha)}: C_alpha/2 = {c:.6g} as simulated, 1/alpha = {printed:.6g} as [SSG] print, "
            f"ratio {chain.constant_ratio:.4g}{relaxation}"
        )


def show_description(d: "Description", folder: Path) -> None:
    """Print wells, limit chain and cells; the cost comes below, as of other plans."""
    from hts.cli.tables import CELLS_SHOWN, cell_headers, cell_words, print_table, say_more
    from hts.forecast import state_counts
    from hts.words import number, whole

    headers = ["well", "minimum", "f''", "left", "right", "exit distance"]
    rows = [
        [str(w.well), number(w.minimum, 6), number(curvature), number(w.left, 6), number(w.right, 6),
         number(w.exit_distance, 6)]
        for w, curvature in zip(d.wells, d.landscape.curvatures.tolist(), strict=True)
    ]  # fmt: skip
    print_table(f"{d.plan.title}: {d.landscape.kind}, dW = -f' dt + epsilon dL", headers, rows)
    click.echo()
    if chains := levy_chains(d.plan):
        show_chains(chains)
        click.echo()
    headers = [*cell_headers(d.cells[0].cell), "state", "walkers to run", "steps each", "time t each", "from", "why"]
    rows = [
        [*cell_words(f.cell), f.state, whole(f.walkers_left), number(f.mean_steps, 3),
         number(f.mean_steps * f.cell.eta, 3), f.source, f.message]
        for f in d.cells[:CELLS_SHOWN]
    ]  # fmt: skip
    counts = ", ".join(f"{n} {state}" for state, n in state_counts(d.cells).items())
    print_table(f"{folder}: {plural(len(d.cells), 'cell')}: {counts}", headers, rows)
    say_more(len(d.cells))


def show_predictions(
    plan: "Plan",
    predictions: "Sequence[ExitPrediction]",
    studies: "Sequence[Discretisation]",
    shares: "Sequence[SharePrediction]",
) -> None:
    """Print exits, transition probabilities, the discretisation study and shares of time."""
    from hts.cli.tables import CELLS_SHOWN, say_more

    if predictions:
        _show_exits(plan, predictions[:CELLS_SHOWN], studies)
        say_more(len(predictions))
        click.echo()
        _show_studies(studies[:CELLS_SHOWN])
        click.echo()
    if chains := levy_chains(plan):
        show_chains(chains)
        click.echo()
    if shares:
        _show_shares(plan, shares[:CELLS_SHOWN])
    everything: list[ExitPrediction | SharePrediction] = [*predictions, *shares]
    said = [(p, warning) for p in everything for warning in p.warnings]
    for warning in each_once((_prediction_name(p), in_levy_words(warning)) for p, warning in said):
        click.echo(f"warning: {warning}")


def _prediction_name(p: "ExitPrediction | SharePrediction") -> str:
    return f"(epsilon {p.epsilon:g}, alpha {p.alpha:g}, h {p.eta:g})"


def _show_exits(plan: "Plan", predictions: "Sequence[ExitPrediction]", studies: "Sequence[Discretisation]") -> None:
    from hts.cli.tables import cell_headers, cell_words, print_table
    from hts.words import number

    rows = []
    for cell, p in zip(plan.cells(), predictions, strict=False):
        row = exit_row(plan, cell, p, studies)
        exact, sde = row["mean_exit_time_exact"], row["mean_exit_time_sde"]
        bias = None if exact is None or sde is None else 100.0 * (exact / sde - 1.0)
        rows.append(
            [
                *cell_words(cell),
                number(exact, 7),
                number(sde, 7),
                number(row["relative_error_sde"], 1),
                "-" if bias is None else f"{bias:+.3g} %",
                number(row["mean_exit_time_limit"], 5),
                number(row["mean_exit_time_limit_printed"], 5),
                _where(p.destinations_exact, number),
                _where(p.destinations_limit, number),
            ]
        )
    headers = [*cell_headers(plan.cells()[0]), "mean exit time\nexact at h", "SDE, h -> 0", "rel.\nerror", "bias"]
    headers += ["limit,\nc = C_alpha/2", "limit,\nc = 1/alpha", "lands in,\nexact at h", "in the\nlimit"]
    print_table(f"Exit times t = k h, exact, of the SDE and in the limit epsilon -> 0: {plan.title}", headers, rows)


def _where(destinations: Any, number: Callable[[float], str]) -> str:
    return "-" if not destinations else ", ".join(f"{to}: {number(p)}" for to, p in destinations.items())


def _show_studies(studies: "Sequence[Discretisation]") -> None:
    from hts.cli.tables import print_table
    from hts.words import number

    rows = []
    for study in studies:
        head = [number(study.epsilon), number(study.alpha)]
        for name, found in study.approaches.items():
            if found.values[-1] is None and found.limit is None:
                continue
            rows.append(
                [*head, WORDS[name], number(found.limit, 6), number(found.relative_error, 1), _largest(found, study)]
            )
            head = ["", ""]
    if not studies:
        return
    steps = studies[0].steps
    headers = ["epsilon", "alpha", "of the SDE", "value", "rel. error"]
    headers.append(f"largest h\nwithin {100 * studies[0].tolerance:g} %")
    title = (
        f"Discretisation: exact at h = {number(steps[0])}, {number(steps[1])}, ..., {number(steps[-1], 2)}, and h -> 0"
    )
    print_table(title, headers, rows)


def _largest(found: "Approach", study: "Discretisation") -> str:
    """Write the largest step that is good enough; beyond the steps looked at it is an estimate, or a bound."""
    from hts.words import number

    if found.largest_step is None:
        return "-"
    if found.is_beyond:
        return f"about {number(found.largest_step, 2)}"
    return f"{'>= ' * (found.largest_step == study.steps[0])}{number(found.largest_step, 3)}"


def _show_shares(plan: "Plan", shares: "Sequence[SharePrediction]") -> None:
    from hts.cli.tables import cell_headers, cell_words, print_table
    from hts.words import number

    rows = []
    for cell, share in zip(plan.cells(), shares, strict=False):
        row = share_row(cell, share)
        head = [*cell_words(cell), number(row["relaxation_time_exact"]), number(row["relaxation_time"])]
        for well in range(len(share.exact or share.limit or ())):
            exact = None if share.exact is None else share.exact[well]
            limit = None if share.limit is None else share.limit[well]
            rows.append([*(head if well == 0 else [""] * len(head)), str(well), number(exact, 6), number(limit, 5)])
    headers = [*cell_headers(plan.cells()[0]), "relaxation time", "in the limit", "well", "exact share", "limit pi"]
    print_table(f"Equilibrium, stationary shares of time: {plan.title}", headers, rows)
