"""A study laid out for a page: question, verdicts, tables, figures, plan, versions, how to repeat and cite it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hts.plans import AnyPlan, Plan, SpacePlan
from hts.provenance import provenance
from hts.reports.figures import PageFigure
from hts.reports.tables import TextTable
from hts.words import number, plural, span

#: What every report cites, from CITATION.cff.
OWN = ("The hts developers. hts: metastability of heavy-tailed SGD. Version {version}.",)
CITATIONS = (
    *OWN,
    "X. Wang, S. Oh, C.-H. Rhee. Eliminating Sharp Minima from SGD with Truncated Heavy-tailed Noise. "
    "arXiv:2102.04297, 2021.",
    "X. Wang, C.-H. Rhee. Large deviations and metastability analysis for heavy-tailed dynamical systems. "
    "arXiv:2307.03479, 2023.",
)


#: Those that plans with [levy] are about.
LEVY_CITATIONS = (
    "U. Simsekli, L. Sagun, M. Gürbüzbalaban. A Tail-Index Analysis of Stochastic Gradient Noise in Deep Neural "
    "Networks. arXiv:1901.06053, 2019.",
    "T. H. Nguyen, U. Simsekli, M. Gürbüzbalaban, G. Richard. First Exit Time Analysis of Stochastic Gradient Descent "
    "Under Heavy-Tailed Gradient Noise. arXiv:1906.09069, 2019.",
)


@dataclass(frozen=True)
class Part:
    """What a report says in words and tables."""

    tables: Sequence[TextTable]
    verdicts: Sequence[str] = ()
    warnings: Sequence[str] = ()

    def __add__(self, other: Part) -> Part:
        """Give what this part says, then what another one does."""
        return Part([*self.tables, *other.tables], [*self.verdicts, *other.verdicts], [*self.warnings, *other.warnings])


@dataclass(frozen=True)
class Report:
    """All that a report page shows.

    Attributes
    ----------
    title, question
        What the study is about.
    verdicts, warnings
        Sentences: what the numbers allow to be said, and what a reader should know.
    tables, figures
        In reading order.
    plans : tuple of (str, str)
        Name and text of each plan, as TOML; none of numbers.
    versions : dict of str to str
        What decides a number.
    commands : tuple of str
        How to repeat the study from the plan.
    citations : tuple of str
        What to cite.
    """

    title: str
    question: str
    verdicts: tuple[str, ...]
    warnings: tuple[str, ...]
    tables: tuple[TextTable, ...]
    figures: tuple[PageFigure, ...]
    plans: tuple[tuple[str, str], ...]
    versions: dict[str, str]
    commands: tuple[str, ...]
    citations: tuple[str, ...]


def report_of(
    plan: AnyPlan, part: Part, figures: Iterable[PageFigure], done: Sequence[str], devices: Sequence[str] = ()
) -> Report:
    """Put a report together from what was computed of a plan.

    Parameters
    ----------
    plan : Plan or SpacePlan
    part : Part
    figures : iterable of PageFigure
    done : sequence of str
        What was simulated of it: "run", "rare", or nothing yet.
    devices : sequence of str
        Devices that simulated some of it, and how much each.
    """
    name = shlex.quote(plan.path.name)
    folder = f"results/{shlex.quote(plan.path.stem)}"
    repeat = [f"hts run {name}", f"hts fit {folder}"] if "run" in done else []
    repeat += [f"hts rare {name}"] if "rare" in done else []
    return report_with(
        part,
        figures,
        title=plan.title,
        question=question(plan),
        plans=((plan.path.name, plan.to_toml()),),
        commands=tuple(repeat or [f"hts predict {name}"]),
        citations=CITATIONS if plan.levy is None else (*CITATIONS, *LEVY_CITATIONS),
        devices=devices,
    )


def report_with(
    part: Part,
    figures: Iterable[PageFigure],
    *,
    title: str,
    question: str,
    plans: tuple[tuple[str, str], ...],
    commands: tuple[str, ...],
    citations: tuple[str, ...],
    devices: Sequence[str] = (),
) -> Report:
    """Put a report together; `{version}` in a citation stands for that of hts."""
    versions = provenance()
    return Report(
        title=title,
        question=question,
        verdicts=tuple(part.verdicts),
        warnings=tuple(part.warnings),
        tables=tuple(part.tables),
        figures=tuple(figures),
        plans=plans,
        versions=versions | ({"walkers of": "; ".join(devices)} if devices else {}),
        commands=commands,
        citations=tuple(citation.format(version=versions["hts"]) for citation in citations),
    )


def question(plan: AnyPlan) -> str:
    """Say in a sentence or two what a plan asks."""
    if plan.levy is not None:
        return _levy_question(plan)
    rest = _grid_of(plan)
    if plan.rare is not None:
        rest = f"And how likely is it to leave within t = {number(plan.within)}, however rarely it does? {rest}"
    if isinstance(plan, SpacePlan):
        return f"{_space_question(plan)} {rest}"
    where = f"on a landscape of kind {plan.landscape.kind} under {_noise_of(plan)}"
    return f"{plan.setting.question('clipped SGD')} {where}? {rest}"


def _noise_of(plan: AnyPlan) -> str:
    alphas = sorted({cell.alpha for cell in plan.cells() if cell.alpha is not None})
    return f"{plan.noise.kind} noise" + (f" of tail index {span(alphas)}" if alphas else "")


def _grid_of(plan: AnyPlan) -> str:
    cells = plan.cells()
    etas, clips = sorted({cell.eta for cell in cells}), sorted({cell.b for cell in cells})
    return f"Learning rates eta {span(etas)}, clips b {span(clips)}: {plural(len(cells), 'cell')}."


def _space_question(plan: SpacePlan) -> str:
    """Ask in several dimensions: which domain is left, or near which minima time is spent."""
    noise = f"isotropic {_noise_of(plan)}" if plan.is_isotropic else f"{_noise_of(plan)} by coordinate"
    where = f"on a landscape of kind {plan.landscape.kind} in {plural(plan.dimension, 'dimension')} under {noise}"
    if plan.visits is not None:
        return f"How much time does clipped SGD spend within {number(plan.visits.radius)} of each minimum {where}?"
    assert plan.exit is not None, "a plan has [exit] or [visits]"
    domain = plan.exit.domain
    left = f"well {plan.well}" if domain is None else f"a domain of kind {domain.kind}"
    return f"How long does clipped SGD stay in {left} {where}?"


def _levy_question(plan: Plan) -> str:
    """Ask in the words of the SDE."""
    cells = plan.cells()
    sde = f"dW = -f'(W) dt + epsilon dL on a landscape of kind {plan.landscape.kind}"
    strengths = sorted({cell.epsilon for cell in cells if cell.epsilon is not None})
    alphas = sorted({cell.alpha for cell in cells if cell.alpha is not None})
    steps = sorted({cell.eta for cell in cells})
    grid = f"Noise strengths epsilon {span(strengths)}, tail indices alpha {span(alphas)}, steps h {span(steps)}"
    asked = plan.setting.question(f"Euler's scheme of {sde}")
    return f"{asked}? {grid}: {plural(len(cells), 'cell')}. Times are t = k h."
