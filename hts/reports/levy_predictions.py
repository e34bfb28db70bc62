"""Tables of what theory says of a plan with [levy]: rates, equilibrium, and exits in time t = k h."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hts.reports.tables import TextTable, text_table
from hts.theory.limit.levy import printed_constant, simulated_constant
from hts.words import each_once, number

if TYPE_CHECKING:
    from hts.answers.discretisation import Discretisation
    from hts.answers.extrapolation import Approach
    from hts.theory.limit.levy import LevyChain

#: A cell as a document of `hts predict` has it (docs/interface.md).
Row = Mapping[str, Any]
HEADERS = ("epsilon", "alpha", "h")
#: What is followed to h = 0, in the words of a table.
WORDS = {
    "mean_exit_time": "mean exit time",
    "escape_rate": "escape rate per time",
    "probability_within": "P(exit within t)",
}


def chain_table(chains: Sequence[LevyChain]) -> TextTable:
    """Lay out rates, transition probabilities and equilibrium of the limit epsilon -> 0, with both constants."""
    rows = []
    for chain in chains:
        for start, row in enumerate(chain.rates):
            others = [to for to in range(len(row)) if to != start]
            where = ", ".join(f"{to}: {number(float(chain.probabilities[start, to]))}" for to in others)
            q, share = float(row.sum()), None if chain.stationary is None else float(chain.stationary[start])
            printed = q * chain.constant_ratio
            rows.append([number(chain.alpha), str(start), number(q), number(printed), where, number(share)])
    headers = ["alpha", "well", "q_i, c = C_alpha/2", "q_i, c = 1/alpha", "leads to, q_ij/q_i", "equilibrium pi"]
    title = "Limit epsilon -> 0: rates in units of epsilon^alpha per time"
    return text_table(title, headers, rows, drops=["q_i, c = 1/alpha"])


def constant_lines(chains: Sequence[LevyChain]) -> list[str]:
    """Say of each alpha both constants of (20), their ratio, and how fast the limit chain relaxes."""
    lines = []
    for chain in chains:
        c, printed = simulated_constant(chain.alpha), printed_constant(chain.alpha)
        relaxation = "" if chain.relaxation_time is None else f"; relaxes in {number(chain.relaxation_time)}/eps^alpha"
        lines.append(
            f"alpha = {number(chain.alpha)}: C_alpha/2 = {c:.6g} as simulated, 1/alpha = {printed:.6g} as [SSG] print, "
            f"ratio {chain.constant_ratio:.4g}{relaxation}"
        )
    return lines


def exit_table(cells: Sequence[Row], title: str) -> TextTable:
    """Lay out exit times of Euler's scheme, of the SDE and in the limit, and where walkers land."""
    rows = []
    for row in cells:
        exact, sde = row["mean_exit_time_exact"], row["mean_exit_time_sde"]
        bias = None if exact is None or sde is None else 100.0 * (exact / sde - 1.0)
        words = [*_name(row), number(exact, 7), number(sde, 7), number(row["relative_error_sde"], 1)]
        words.append("-" if bias is None else f"{bias:+.3g} %")
        words += [number(row["mean_exit_time_limit"], 5), number(row["mean_exit_time_limit_printed"], 5)]
        rows.append([*words, _where(row["destinations_exact"]), _where(row["destinations_limit"])])
    headers = [*HEADERS, "mean exit time\nexact at h", "SDE, h -> 0", "rel.\nerror", "bias"]
    headers += ["limit,\nc = C_alpha/2", "limit,\nc = 1/alpha", "lands in,\nexact at h", "in the\nlimit"]
    drops = ["limit,\nc = 1/alpha", "rel.\nerror", "in the\nlimit", "limit,\nc = C_alpha/2", "lands in,\nexact at h"]
    title = f"Exit times t = k h, exact, of the SDE and in the limit epsilon -> 0: {title}"
    return text_table(title, headers, rows, drops=drops)


def _where(destinations: Mapping[str, float] | None) -> str:
    return "-" if not destinations else ", ".join(f"{to}: {number(p)}" for to, p in destinations.items())


def study_table(studies: Sequence[Discretisation]) -> TextTable:
    """Lay out what the SDE's exits are, and the largest step at which the scheme's are near enough."""
    rows = []
    for study in studies:
        head = [number(study.epsilon), number(study.alpha)]
        for name, found in study.approaches.items():
            if found.values[-1] is None and found.limit is None:
                continue
            row = [*head, WORDS[name], number(found.limit, 6), number(found.relative_error, 1), _largest(found, study)]
            rows.append(row)
            head = ["", ""]
    steps = studies[0].steps
    headers = ["epsilon", "alpha", "of the SDE", "value", "rel. error"]
    headers.append(f"largest h\nwithin {100 * studies[0].tolerance:g} %")
    title = (
        f"Discretisation: exact at h = {number(steps[0])}, {number(steps[1])}, ..., {number(steps[-1], 2)}, and h -> 0"
    )
    return text_table(title, headers, rows, drops=["rel. error"])


def _largest(found: Approach, study: Discretisation) -> str:
    """Write the largest step that is good enough; beyond the steps looked at it is an estimate, or a bound."""
    if found.largest_step is None:
        return "-"
    if found.is_beyond:
        return f"about {number(found.largest_step, 2)}"
    return f"{'>= ' * (found.largest_step == study.steps[0])}{number(found.largest_step, 3)}"


def share_table(cells: Sequence[Row], title: str) -> TextTable:
    """Lay out stationary shares of time well by well."""
    rows = []
    for row in cells:
        head = [*_name(row), number(row["relaxation_time_exact"]), number(row["relaxation_time"])]
        for well in range(len(row["exact"] or row["limit"] or ())):
            exact, limit = (None if row[name] is None else row[name][well] for name in ("exact", "limit"))
            rows.append([*(head if well == 0 else [""] * len(head)), str(well), number(exact, 6), number(limit, 5)])
    headers = [*HEADERS, "relaxation time", "in the limit", "well", "exact share", "limit pi"]
    drops = ["in the limit", "relaxation time"]
    return text_table(f"Equilibrium, stationary shares of time: {title}", headers, rows, drops=drops)


def warnings(cells: Iterable[Row]) -> list[str]:
    """List each warning once, with the first cell it is about."""
    return each_once(
        (f"(epsilon {row['epsilon']:g}, alpha {row['alpha']:g}, h {row['step']:g})", warning)
        for row in cells
        for warning in row["warnings"]
    )


def _name(row: Row) -> list[str]:
    return [number(row["epsilon"]), number(row["alpha"]), number(row["step"])]
