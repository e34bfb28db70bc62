"""JSON of `hts describe` and `hts predict` for a plan with [levy]: rates, equilibrium, and exits in time t = k h."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.answers.discretisation import Discretisation
    from hts.forecast import Description
    from hts.plans import Cell, Plan
    from hts.theory.limit.levy import LevyChain


def levy_cell(cell: "Cell") -> dict[str, Any]:
    """Name a cell of a plan with [levy]."""
    return {"epsilon": cell.epsilon, "step": cell.eta, "alpha": cell.alpha, "well": cell.well}


def levy_chains(plan: "Plan") -> "list[LevyChain]":
    """Compute the limit chain of each tail index of a plan; none where there is one well."""
    from hts.theory.limit.levy import levy_chain

    landscape = plan.build_landscape()
    if landscape.n_wells < 2:
        return []
    alphas = sorted({cell.alpha or 0.0 for cell in plan.cells()})
    return [levy_chain(landscape, alpha) for alpha in alphas]


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


def describe_document(d: "Description") -> dict[str, Any]:
    """Give the parts of the document of docs/interface.md, "describe", that a plan with [levy] has of its own."""
    return {
        "levy": [chain_document(chain) for chain in levy_chains(d.plan)],
        "cells": [
            {
                **levy_cell(f.cell),
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


def predict_document(
    plan: "Plan",
    predictions: "Sequence[ExitPrediction]",
    studies: "Sequence[Discretisation]",
    shares: "Sequence[SharePrediction]",
) -> dict[str, Any]:
    """Give the document of docs/interface.md, "predict", of a plan with [levy]."""
    return {
        "cells": [exit_row(plan, cell, p, studies) for cell, p in zip(plan.cells(), predictions, strict=False)],
        "discretisation": [_study_row(study) for study in studies],
        "levy": [chain_document(chain) for chain in levy_chains(plan)],
        "shares": [share_row(cell, share) for cell, share in zip(plan.cells(), shares, strict=False)],
    }


def exit_row(plan: "Plan", cell: "Cell", p: "ExitPrediction", studies: "Sequence[Discretisation]") -> dict[str, Any]:
    """Give one entry of "cells" (docs/interface.md, "predict")."""
    from hts.answers.discretisation import study_of_cell
    from hts.answers.records import times
    from hts.comparison.levy import constant_ratio

    h, study = cell.eta, study_of_cell(studies, cell)
    sde = None if study is None else study.mean_exit_time
    limit = times(p.mean_exit_steps_limit, h)
    return {
        **levy_cell(cell),
        "rate_constant": p.rate_constant,
        "mean_exit_time_limit": limit,
        "mean_exit_time_limit_printed": times(limit, 1.0 / constant_ratio(plan, cell.alpha or 0.0)),
        "mean_exit_time_exact": times(p.mean_exit_steps_exact, h),
        "relative_error_exact": p.relative_error_exact,
        "escape_rate_exact": times(p.escape_rate_exact, 1.0 / h),
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


def share_row(cell: "Cell", share: "SharePrediction") -> dict[str, Any]:
    """Give one entry of "shares" (docs/interface.md, "predict")."""
    from hts.answers.records import times

    rates = share.rates_exact
    return {
        **levy_cell(cell),
        "exact": share.exact,
        "relative_error": share.relative_error,
        "limit": share.limit,
        "relaxation_time": times(share.relaxation_steps, cell.eta),
        "relaxation_time_exact": times(share.relaxation_steps_exact, cell.eta),
        "rates_exact": None if rates is None else [[rate / cell.eta for rate in row] for row in rates],
        "moves_exact": share.moves_exact,
        "moves_error": share.moves_error,
        "warnings": [in_levy_words(warning) for warning in share.warnings],
    }


def in_levy_words(text: str) -> str:
    """Write a message of the exact solver, which says eta, in the words of a plan with [levy], where it is h."""
    return text.replace("a larger eta", "a larger step").replace("another eta", "another h").replace("eta ", "h ")
