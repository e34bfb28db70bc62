"""Trained networks: their table, the differences that intervals allow to call so, and the report of a folder."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hts.reports.document import OWN, Part, Report, report_with
from hts.reports.figures import page_figure
from hts.reports.tables import TextTable, text_table
from hts.words import interval, number, plural, whole

if TYPE_CHECKING:
    from hts.plans.training import TrainingPlan

#: The document of `hts train` (docs/interface.md).
Document = Mapping[str, Any]
CITATIONS = (
    "X. Wang, S. Oh, C.-H. Rhee. Eliminating Sharp Minima from SGD with Truncated Heavy-tailed Noise. "
    "arXiv:2102.04297, 2021.",
    "Z. Zhu, J. Wu, B. Yu, L. Wu, J. Ma. The Anisotropic Noise in Stochastic Gradient Descent: Its Behavior of "
    "Escaping from Sharp Minima and Regularization Effects. arXiv:1803.00195, 2019.",
    "Y. Jiang, B. Neyshabur, H. Mobahi, D. Krishnan, S. Bengio. Fantastic Generalization Measures and Where to Find "
    "Them. arXiv:1912.02178, 2019.",
)
FINDING = "Methods side by side, and their paired differences from the first; filled where the interval leaves 0 out"


def measure_table(document: Document, title: str) -> TextTable:
    """Lay measures out, a column for each method."""
    methods = list(dict.fromkeys(one["method"] for one in document["measures"]))
    of = {(one["measure"], one["method"]): one for one in document["measures"]}
    rows = []
    for name in dict.fromkeys(one["measure"] for one in document["measures"]):
        cells = (of[name, method] for method in methods)
        rows.append([name, *(f"{number(cell['mean'])} ± {number(cell['error'], 2)}" for cell in cells)])
    return text_table(f"{title}: mean ± standard error over replications", ["", *methods], rows)


def folder_table(document: Document, method: str) -> TextTable:
    """Lay the measures of one method out, a column for each folder, as `hts compare` has them."""
    own = [one for one in document["measures"] if one["method"] == method]
    folders = list(dict.fromkeys(one["folder"] for one in own))
    of = {(one["measure"], one["folder"]): one for one in own}
    rows = [
        [name, *(f"{number(of[name, one]['mean'])} ± {number(of[name, one]['error'], 2)}" for one in folders)]
        for name in dict.fromkeys(one["measure"] for one in own)
    ]
    return text_table(f"{method}: mean ± standard error over replications", ["", *map(_last_part, folders)], rows)


def _last_part(folder: str) -> str:
    return folder.rstrip("/").rsplit("/", 1)[-1]


def difference_lines(differences: Sequence[Mapping[str, Any]]) -> list[str]:
    """List the differences whose interval leaves 0 out, of methods or of folders."""
    told = [one for one in differences if one["is_different"]]
    lines = [f"Differences whose interval leaves 0 out: {len(told)} of {len(differences)}"]
    for one in told:
        place = f"{one['method']}, " if "method" in one else ""
        pair = " - ".join(_last_part(one[name]) for name in ("one", "other"))
        size = f"{number(one['mean'])} [{number(one['low'])}, {number(one['high'])}], n = {one['n']}"
        lines.append(f"  {place}{one['measure']}: {pair} = {size}")
    return lines


def difference_table(document: Document) -> TextTable:
    """Lay out the differences whose interval leaves 0 out."""
    rows = [
        [
            one["measure"],
            f"{one['one']} - {one['other']}",
            interval(one["mean"], one["low"], one["high"]),
            str(one["n"]),
        ]
        for one in document["differences"]
        if one["is_different"]
    ]
    return text_table(
        "Differences whose interval leaves 0 out",
        ["measure", "methods", "paired difference [95 %, all pairs together]", "pairs"],
        rows,
    )


def training_verdicts(document: Document) -> list[str]:
    """Say how many differences may be called so, and what a flat minimum may owe to its loss."""
    told = [one for one in document["differences"] if one["is_different"]]
    said = [f"The interval of {len(told)} of {plural(len(document['differences']), 'paired difference')} leaves 0 out."]
    if any(one["measure"] == "train_loss" for one in told):
        said.append(
            "Training losses differ between methods: a minimum of higher loss may be flatter for that alone, and "
            "sharpness is not compared at equal loss."
        )
    return said


def training_warnings(document: Document) -> list[str]:
    """Name networks that diverged, which no mean holds, and methods with too few replications for an interval."""
    said = [f"{line}; it is left out" for line in document["diverged"]]
    few = [one for one in document["differences"] if one["low"] is None]
    if few:
        said.append(f"{plural(len(few), 'paired difference')} have no interval: fewer than 2 replications in common.")
    return said


def training_question(plan: TrainingPlan) -> str:
    """Say in two sentences what was trained on what."""
    table = plan.table
    layers = f" with hidden layers of {', '.join(map(whole, table.widths))}" if table.network == "dense" else ""
    wrong = f", {whole(table.corrupted)} of them with a random label" if table.corrupted else ""
    asked = "Does truncated heavy-tailed SGD find flatter minima than its rivals, and do they test better?"
    what = f"{table.network} networks{layers} on {whole(table.images)} images of {table.data}{wrong}"
    length = f"{whole(table.iterations)} and {whole(table.final)} last iterations"
    many = f"{plural(table.replications, 'replication')} of {', '.join(table.methods)}"
    return f"{asked} {what}; {length}; {many}."


def training_report(plan: TrainingPlan, document: Document) -> Report:
    """Put the report of a folder of trained networks together."""
    from hts.plots.training import rows_of, titled_training

    name, folder = shlex.quote(plan.path.name), f"results/{shlex.quote(plan.path.stem)}"
    tables = [measure_table(document, plan.title)]
    if any(one["is_different"] for one in document["differences"]):
        tables.append(difference_table(document))
    figure = page_figure("training", FINDING, lambda: (titled_training(document, plan.title), rows_of(document)))
    return report_with(
        Part(tables, training_verdicts(document), training_warnings(document)),
        [figure],
        title=plan.title,
        question=training_question(plan),
        plans=((plan.path.name, plan.to_toml()),),
        commands=(f"hts train {name}", f"hts fit {folder}"),
        citations=(*OWN, *CITATIONS),
    )
