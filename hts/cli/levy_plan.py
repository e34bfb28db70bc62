"""What `hts describe` and `hts predict` say of a plan with [levy]: rates, equilibrium, and exits in time t = k h."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.documents import cell_document
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.answers.discretisation import Discretisation
    from hts.answers.extrapolation import Approach
    from hts.forecast import Description
    from hts.plans import Cell, Plan
    from hts.theory.limit.levy import LevyChain

#: What is followed to h = 0, in the words of a table.
WORDS = {
    "mean_exit_time": "mean exit time",
    "escape_rate": "escape rate per time",
    "probability_within": "P(exit within t)",
}


def levy_chains(plan: "Plan") -> "list[LevyChain]":
    """Compute the limit chain of each tail index of a plan."""
    from hts.theory.limit.levy import levy_chain

    alphas = sorted({cell.alpha or 0.0 for cell in plan.cells()})
    return [levy_chain(plan.build_landscape(), alpha) for alpha in alphas]


def chain_document(chain: "LevyChain") -> dict[str, Any]:
    """Give one entry of "levy" (docs/interface.md, "describe")."""
    from hts.theory.limit.levy import printed_constant, simulated_constant

    return {
        "alpha": chain.alpha,
        "constant_simulated": simulated_constant(chain.alpha),
        "constant_printed": printed_constant(chain.alpha),
        "rates": chain.rates,
        "rates_printed": chain.rates * chain.constant_ratio,
        "probabilities": chain.probabilities,
        "stationary": chain.stationary,
        "relaxation_time": chain.relaxation_time,
    }


def show_chains(chains: "Sequence[LevyChain]") -> None:
    """Print rates, transition probabilities and equilibrium of the limit epsilon -> 0, with both constants."""
    from hts.cli.tables import number, print_table
    from hts.theory.limit.levy import printed_constant, simulated_constant

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


def describe_document(d: "Description") -> dict[str, Any]:
    """Give the parts of the document of docs/interface.md, "describe", that a plan with [levy] has of its own."""
    return {
        "levy": [chain_document(chain) for chain in levy_chains(d.plan)] if d.landscape.n_wells > 1 else [],
        "cells": [
            {
                **cell_document(f.cell),
                "state": f.state,
                "walkers_wanted": f.walkers_wanted,
                "walkers_left": f.walkers_left,
                "shards": f.n_shards,
                "mean_steps": f.mean_steps,
                "mean_time": f.mean_steps * f.cell.eta,
                "source": f.source,
                "message": f.message,
            }
            for f in d.cells
        ],
    }


def show_description(d: "Description", folder: Path) -> None:
    """Print wells, limit chain and cells; the cost comes below, as of other plans."""
    from hts.cli.tables import CELLS_SHOWN, cell_headers, cell_words, number, print_table, say_more, whole
    from hts.forecast import state_counts

    headers = ["well", "minimum", "f''", "left", "right", "exit distance"]
    rows = [
        [str(w.well), number(w.minimum, 6), number(curvature), number(w.left, 6), number(w.right, 6),
         number(w.exit_distance, 6)]
        for w, curvature in zip(d.wells, d.landscape.curvatures.tolist(), strict=True)
    ]  # fmt: skip
    print_table(f"{d.plan.title}: {d.landscape.kind}, dW = -f' dt + epsilon dL", headers, rows)
    click.echo()
    if d.landscape.n_wells > 1:
        show_chains(levy_chains(d.plan))
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


def predict_document(
    plan: "Plan",
    predictions: "Sequence[ExitPrediction]",
    studies: "Sequence[Discretisation]",
    shares: "Sequence[SharePrediction]",
) -> dict[str, Any]:
    """Give the document of docs/interface.md, "predict", of a plan with [levy]."""
    return {
        "cells": [_exit_row(plan, cell, p, studies) for cell, p in zip(plan.cells(), predictions, strict=False)],
        "discretisation": [_study_row(study) for study in studies],
        "levy": [chain_document(chain) for chain in levy_chains(plan)] if plan.build_landscape().n_wells > 1 else [],
        "shares": [_share_row(cell, share) for cell, share in zip(plan.cells(), shares, strict=False)],
    }


def _exit_row(plan: "Plan", cell: "Cell", p: "ExitPrediction", studies: "Sequence[Discretisation]") -> dict[str, Any]:
    from hts.answers.discretisation import study_of_cell
    from hts.comparison.levy import constant_ratio

    h, study = cell.eta, study_of_cell(studies, cell)
    sde = None if study is None else study.mean_exit_time
    limit = _scaled(p.mean_exit_steps_limit, h)
    return {
        **cell_document(cell),
        "rate_constant": p.rate_constant,
        "mean_exit_time_limit": limit,
        "mean_exit_time_limit_printed": _scaled(limit, 1.0 / constant_ratio(plan, cell.alpha or 0.0)),
        "mean_exit_time_exact": _scaled(p.mean_exit_steps_exact, h),
        "relative_error_exact": p.relative_error_exact,
        "escape_rate_exact": _scaled(p.escape_rate_exact, 1.0 / h),
        "mean_exit_time_sde": None if sde is None else sde.limit,
        "relative_error_sde": None if sde is None else sde.relative_error,
        "destinations_exact": p.destinations_exact,
        "destinations_limit": p.destinations_limit,
        "probability_within_exact": p.probability_within_exact,
        "warnings": [in_levy_words(warning) for warning in p.warnings],
    }


def _study_row(study: "Discretisation") -> dict[str, Any]:
    row: dict[str, Any] = {
        "epsilon": study.epsilon,
        "alpha": study.alpha,
        "well": study.well,
        "tolerance": study.tolerance,
        "steps": study.steps,
    }
    for name, found in study.approaches.items():
        row[name] = {
            "values": found.values,
            "sde": found.limit,
            "relative_error_sde": found.relative_error,
            "largest_step": found.largest_step,
            "is_beyond_steps": found.is_beyond,
        }
    return row


def _share_row(cell: "Cell", share: "SharePrediction") -> dict[str, Any]:
    rates = share.rates_exact
    return {
        **cell_document(cell),
        "exact": share.exact,
        "relative_error": share.relative_error,
        "limit": share.limit,
        "relaxation_time": _scaled(share.relaxation_steps, cell.eta),
        "relaxation_time_exact": _scaled(share.relaxation_steps_exact, cell.eta),
        "rates_exact": None if rates is None else [[rate / cell.eta for rate in row] for row in rates],
        "warnings": [in_levy_words(warning) for warning in share.warnings],
    }


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def in_levy_words(text: str) -> str:
    """Write a message of the exact solver, which says eta, in the words of a plan with [levy], where it is h."""
    return text.replace("a larger eta", "a larger step").replace("another eta", "another h").replace("eta ", "h ")


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
    if plan.build_landscape().n_wells > 1:
        show_chains(levy_chains(plan))
        click.echo()
    if shares:
        _show_shares(plan, shares[:CELLS_SHOWN])
    _show_warnings(plan, [*predictions, *shares])


def _show_exits(plan: "Plan", predictions: "Sequence[ExitPrediction]", studies: "Sequence[Discretisation]") -> None:
    from hts.cli.tables import cell_headers, cell_words, number, print_table

    rows = []
    for cell, p in zip(plan.cells(), predictions, strict=False):
        row = _exit_row(plan, cell, p, studies)
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
    from hts.cli.tables import number, print_table

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
    from hts.cli.tables import number

    if found.largest_step is None:
        return "-"
    if found.is_beyond:
        return f"about {number(found.largest_step, 2)}"
    return f"{'>= ' * (found.largest_step == study.steps[0])}{number(found.largest_step, 3)}"


def _show_shares(plan: "Plan", shares: "Sequence[SharePrediction]") -> None:
    from hts.cli.tables import cell_headers, cell_words, number, print_table

    rows = []
    for cell, share in zip(plan.cells(), shares, strict=False):
        row = _share_row(cell, share)
        head = [*cell_words(cell), number(row["relaxation_time_exact"]), number(row["relaxation_time"])]
        for well in range(len(share.exact or share.limit or ())):
            exact = None if share.exact is None else share.exact[well]
            limit = None if share.limit is None else share.limit[well]
            rows.append([*(head if well == 0 else [""] * len(head)), str(well), number(exact, 6), number(limit, 5)])
    headers = [*cell_headers(plan.cells()[0]), "relaxation time", "in the limit", "well", "exact share", "limit pi"]
    print_table(f"Equilibrium, stationary shares of time: {plan.title}", headers, rows)


def _show_warnings(plan: "Plan", predictions: "Sequence[ExitPrediction | SharePrediction]") -> None:
    """Print each warning once, with the cells it is about."""
    warned: dict[str, list[str]] = {}
    for p in predictions:
        for warning in p.warnings:
            name = f"(epsilon {p.epsilon:g}, alpha {p.alpha:g}, h {p.eta:g})"
            warned.setdefault(in_levy_words(warning), []).append(name)
    for warning, cells in warned.items():
        more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        click.echo(f"warning: {cells[0]}{more}: {warning}")
