"""What a report says of a study in words and tables, for every kind of study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hts.answers import ExitPrediction
from hts.answers.slowness import slow_cells
from hts.comparison import ExitComparison
from hts.comparison.levy_records import LevyExits, LevyShares
from hts.comparison.visit_records import ShareComparison
from hts.plans import Plan, SpacePlan
from hts.reports import levy_predictions, levy_tables, tables
from hts.reports.document import Part
from hts.reports.levy_documents import exit_row, levy_chains, share_row

if TYPE_CHECKING:
    from hts.answers import SharePrediction
    from hts.answers.discretisation import Discretisation
    from hts.plots.study import Study
    from hts.studies.fitting import StudyComparison
    from hts.studies.theory import Theory


def measured_part(comparison: StudyComparison, title: str) -> Part:
    """Lay a comparison out."""
    if isinstance(comparison, ExitComparison):
        return Part(tables.exit_tables(comparison, title), tables.exit_verdicts(comparison))
    if isinstance(comparison, ShareComparison):
        said = tables.share_verdicts(comparison), tables.share_warnings(comparison)
        return Part([tables.share_table(comparison, title)], *said)
    if isinstance(comparison, LevyExits):
        return Part(levy_tables.exit_tables(comparison, title), levy_tables.exit_verdicts(comparison))
    if isinstance(comparison, LevyShares):
        said = levy_tables.share_verdicts(comparison), levy_tables.share_warnings(comparison)
        return Part(levy_tables.share_tables(comparison, title), *said)
    from hts.comparison.space import SpaceComparison
    from hts.reports.space import space_exit_part, space_share_table

    if isinstance(comparison, SpaceComparison):
        return space_exit_part(comparison, title)
    return Part([space_share_table(comparison, title)])


def predicted_part(plan: Plan, study: Study, theory: Theory) -> Part:
    """Lay out what theory says of a plan; what its figures are made from holds some of it already."""
    if not theory.with_exact:
        return Part(()) if plan.levy is None else levy_part(plan, (), study.studies, study.shares)
    if plan.study.table == "visits":
        with theory.shares(None) as predict_shares:
            shares = predict_shares(plan, plan.cells())
        if plan.levy is not None:
            return levy_part(plan, (), (), shares)
        return Part([tables.share_prediction_table(shares, plan.title)], warnings=tables.prediction_warnings(shares))
    exits = study.predictions or predicted_exits(plan, theory)
    if plan.levy is not None:
        return levy_part(plan, exits, study.studies, study.shares)
    return prediction_part(exits, plan.title)


def predicted_exits(plan: Plan, theory: Theory) -> Sequence[ExitPrediction]:
    """Compute exact and limit exit times of every cell, said to be slow beforehand where they are."""
    if slow := slow_cells(plan, plan.cells()):
        theory.say(slow)
    with theory.exits(None) as predict:
        return predict(plan, plan.cells())


def predicted_space_part(plan: SpacePlan, theory: Theory) -> Part:
    """Lay out what theory says of a plan in several dimensions."""
    if plan.visits is not None:
        return Part((), warnings=["beyond one dimension no theory here tells shares of time"])
    if not theory.with_exact:
        return Part(())
    return prediction_part(theory.space(plan, None, with_exponent=True), plan.title)


def prediction_part(predictions: Sequence[ExitPrediction], title: str) -> Part:
    """Lay exact and limit exit times out."""
    return Part(
        [tables.prediction_table(predictions, title)], warnings=tables.prediction_warnings(predictions)
    )  # fmt: skip


def levy_part(
    plan: Plan,
    predictions: Sequence[ExitPrediction],
    studies: Sequence[Discretisation],
    shares: Sequence[SharePrediction],
) -> Part:
    """Lay out what theory says of a plan with [levy]: exits, the way to h = 0, the limit chain and shares of time."""
    chains = levy_chains(plan)
    exits = [exit_row(plan, cell, p, studies) for cell, p in zip(plan.cells(), predictions, strict=False)]
    times = [share_row(cell, share) for cell, share in zip(plan.cells(), shares, strict=False)]
    laid = [levy_predictions.exit_table(exits, plan.title)] if exits else []
    laid += [levy_predictions.study_table(studies)] if studies else []
    laid += [levy_predictions.chain_table(chains)] if chains else []
    laid += [levy_predictions.share_table(times, plan.title)] if times else []
    return Part(laid, levy_predictions.constant_lines(chains), levy_predictions.warnings([*exits, *times]))
