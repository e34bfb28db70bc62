"""Reading a plan: a TOML text becomes a Plan, or all its mistakes are reported at once."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from operator import itemgetter
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from hts.errors import PlanError
from hts.plans.checks import cross_mistakes, grid_mistakes, keep_mistakes, landscape_mistakes, within_mistakes
from hts.plans.domains import exit_mistakes
from hts.plans.inputs import with_numbers, with_slice, with_tail_index
from hts.plans.landscapes import LANDSCAPE_PLANS, LandscapePlan, SamplesPlan
from hts.plans.levy import REPLACED, LevyPlan, levy_mistakes, stability_mistakes
from hts.plans.mistakes import MAX_TOLD, Mistake, did_you_mean, first_in_words, key_name
from hts.plans.models import ExitPlan, FigurePlan, GridPlan, HeadPlan, NoisePlan, VisitsPlan
from hts.plans.overrides import Settings, apply_overrides
from hts.plans.plan import Plan, built
from hts.plans.positions import KeyPath, Positions
from hts.plans.rare import RarePlan, rare_mistakes, rare_table_mistakes, with_exit_defaults
from hts.plans.space_landscapes import SPACE_LANDSCAPES
from hts.plans.tables import grids_of, no_table, table_of, validated
from hts.plans.texts import read_text, syntax_mistake
from hts.plans.toml import TooLargeError, read_toml
from hts.plans.values import shown
from hts.plans.visits import visits_mistakes

TABLES = ("landscape", "noise", "grid", "levy", "exit", "visits", "rare", "figure")
#: Keys of plans that other readers take.
OTHER_STUDIES = {
    "dimension": "is that of a study in several dimensions, which this command does not take; "
    "leave it out for one dimension",
    "regression": "is a study of its own; use it with `hts regression`",
    "training": "is a study of its own; use it with `hts train` and `hts describe`, its folder with `hts status`, "
    "`verify`, `fit`, `plot`, `report` or `export`",
}
Checked = TypeVar("Checked")
#: Checks all tables of a plan, and adds to the mistakes; gives nothing where there are some.
Check: TypeAlias = Callable[[dict[str, Any], Path, list[Mistake]], Checked | None]


def read_plan(path: str | PathLike[str], overrides: Sequence[str] = (), seed: int | None = None) -> Plan:
    """Read a plan and check all of it before anything is computed.

    Parameters
    ----------
    path : path
        A TOML file, keys as in docs/interface.md, "Plan keys".
    overrides : sequence of str
        KEY=VALUE each, applied before the check: `grid.eta=[0.1, 0.05]`, `grid[1].b=[inf]`, `exit.walkers=100`.
    seed : int, optional
        Replaces the plan's own.

    Raises
    ------
    hts.errors.PlanError
        The message holds every mistake, a line each: `path:line:column: key: what is wrong (the value); remedy`.
    """
    return read_checked(path, overrides, seed, check_plan)


def read_checked(
    path: str | PathLike[str], overrides: Sequence[str], seed: int | None, check: Check[Checked]
) -> Checked:
    """Read a plan of any kind, which `check` makes of its tables; see `read_plan`."""
    file = Path(path)
    return parse_checked(read_text(file), file, overrides, seed, check)


def parse_plan(text: str, path: Path, overrides: Sequence[str] = (), seed: int | None = None) -> Plan:
    """Read a plan from text; `path` is what messages call it. See `read_plan`."""
    return parse_checked(text, path, overrides, seed, check_plan)


def make_plan(tables: Mapping[str, Any], folder: str | PathLike[str] = ".") -> Plan:
    """Make a plan of Python values instead of a file.

    Parameters
    ----------
    tables : mapping
        What a plan's file would hold: `title`, `seed`, and a mapping for each table (a list of them for [[grid]]).
        Tuples and arrays may stand for lists.
    folder : path
        Where files that the plan names are looked for.

    Raises
    ------
    hts.errors.PlanError
        The message holds every mistake, a line each.
    """
    mistakes: list[Mistake] = []
    plan = check_plan(_plain(tables), Path(folder) / "plan", mistakes)
    if plan is None:
        raise PlanError("\n".join(f"{key_name(mistake.path)}: {mistake.text}" for mistake in mistakes[:MAX_TOLD]))
    return plan


def _plain(value: Any) -> Any:
    """Turn mappings, tuples and arrays into what a TOML file gives."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return _plain(value.tolist()) if hasattr(value, "tolist") else value


def parse_checked(text: str, path: Path, overrides: Sequence[str], seed: int | None, check: Check[Checked]) -> Checked:
    """Read a plan of any kind from text; see `read_checked`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")  # as tomllib counts lines
    try:
        return _parse(text, Path(path), overrides, seed, check)
    except RecursionError:
        raise PlanError(f"{path}:1:1: brackets are nested too deeply; a plan needs three levels at most") from None


def _parse(text: str, path: Path, overrides: Sequence[str], seed: int | None, check: Check[Checked]) -> Checked:
    try:
        tables = read_toml(text)
    except TooLargeError as problem:
        raise PlanError(f"{path}:{problem.line}:{problem.column}: {problem}") from None
    except ValueError as problem:  # integers of thousands of digits raise no TOMLDecodeError
        raise PlanError(syntax_mistake(path, text, problem)) from None
    settings, mistakes = apply_overrides(tables, overrides)
    if seed is not None:
        tables["seed"] = seed
        settings[("seed",)] = "--seed"
    plan = check(tables, path, mistakes)
    if plan is None:
        raise PlanError(_report(path, text, settings, mistakes))
    return plan


def mistake_in(plan: Plan, mistake: Mistake) -> PlanError:
    """Tell a mistake that shows only when a plan is used, at its place in the plan's file if that can still be read."""
    try:
        return PlanError(_report(plan.path, read_text(plan.path), {}, [mistake]))
    except (PlanError, ValueError):  # a plan made in memory, or a file that has changed since
        return PlanError(_report(plan.path, "", {}, [mistake]))


def check_plan(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> Plan | None:
    """Check every table, then what holds between the sound ones; a plan if nothing was found."""
    for key, text in OTHER_STUDIES.items():
        if key in tables:
            mistakes.append(Mistake((key,), text, is_about_key=True))
            return None
    head = _head(tables, mistakes)
    landscape = _landscape(tables, path.parent, mistakes)
    levy = _levy(tables, mistakes)
    noise: NoisePlan | None = None
    grids: list[tuple[KeyPath, GridPlan]] = []
    if levy is not None:
        noise, grids = levy.noise(), [(("levy",), levy.grid())]
    elif "levy" not in tables:
        noise = table_of(tables, "noise", NoisePlan, mistakes)
        noise = None if noise is None else with_numbers(noise, path.parent, mistakes)
        grids = grids_of(tables, mistakes)
        noise, grids = with_tail_index(noise, grids, path.parent, mistakes)
    tables = with_exit_defaults(tables, [eta for _, grid in grids for eta in grid.eta])
    study, rare = _study(tables, mistakes), _rare(tables, mistakes)
    figure = table_of({"figure": {}} | tables, "figure", FigurePlan, mistakes)
    mistakes += grid_mistakes(noise, grids) if levy is None else []
    mistakes += within_mistakes(study, grids)
    mistakes += [] if levy is None else keep_mistakes(study)
    mistakes += cross_mistakes(landscape, study)
    if levy is not None and landscape is not None and study is not None:
        mistakes += stability_mistakes(built(landscape), levy, is_whole=isinstance(study, VisitsPlan))
    if mistakes or not (head and landscape and noise and study and figure):
        return None
    products = tuple(grid for _, grid in grids)
    title = path.stem if head.title is None else head.title
    exits, visits = (study, None) if isinstance(study, ExitPlan) else (None, study)
    plan = Plan(title, head.seed, landscape, noise, products, exits, visits, figure, path, levy=levy, rare=rare)
    mistakes += rare_mistakes(plan)
    return None if mistakes else plan


def _levy(tables: dict[str, Any], mistakes: list[Mistake]) -> LevyPlan | None:
    """Read [levy], where there is one; it stands for [noise] and [grid]."""
    if "levy" not in tables:
        return None
    for name in REPLACED:
        if name in tables:
            text = "cannot stand beside [levy], which says what the noise and the steps are; remove one of the two"
            mistakes.append(Mistake((name,), text, is_about_key=True))
    levy = table_of(tables, "levy", LevyPlan, mistakes)
    wrong = [] if levy is None else levy_mistakes(levy)
    mistakes += wrong
    return None if wrong else levy


def _rare(tables: dict[str, Any], mistakes: list[Mistake]) -> RarePlan | None:
    """Read [rare], where there is one; it stands beside [exit]."""
    if "rare" not in tables:
        return None
    for name in ("visits", "levy"):
        if name in tables:
            text = f"cannot stand beside [{name}]: rare exits are those of [exit], with [noise] and [grid]"
            mistakes.append(Mistake(("rare",), text, is_about_key=True))
            return None
    rare = table_of(tables, "rare", RarePlan, mistakes)
    mistakes += [] if rare is None else rare_table_mistakes(rare)
    return rare


def _study(tables: dict[str, Any], mistakes: list[Mistake]) -> ExitPlan | VisitsPlan | None:
    """Read [exit] or [visits]; a plan has one of them."""
    if "exit" in tables and "visits" in tables:
        text = "cannot stand beside [exit]: a folder of results holds one kind of study; write two plans"
        mistakes.append(Mistake(("visits",), text, is_about_key=True))
        return None
    study: ExitPlan | VisitsPlan | None
    if "visits" in tables:
        study = table_of(tables, "visits", VisitsPlan, mistakes)
        wrong = visits_mistakes(study) if study is not None else []
    else:
        study = table_of(tables, "exit", ExitPlan, mistakes)
        wrong = exit_mistakes(study) if study is not None else []
    mistakes += wrong
    return None if wrong else study


def _head(tables: dict[str, Any], mistakes: list[Mistake]) -> HeadPlan | None:
    known = [*HeadPlan.model_fields, *TABLES]
    near = [*known, *OTHER_STUDIES]
    models = (
        ("rare", RarePlan), ("levy", LevyPlan), ("noise", NoisePlan), ("visits", VisitsPlan), ("exit", ExitPlan),
        ("grid", GridPlan),
    )  # fmt: skip
    homes = {field: f"[{name}]" for name, model in models for field in model.model_fields if field != "kind"}

    def unknown(key: str) -> Mistake:
        hint = f"it belongs in {homes[key]}" if key in homes else did_you_mean(key, near)
        return Mistake((key,), f"unknown key ({hint})", is_about_key=True)

    mistakes += first_in_words([key for key in tables if key not in known], unknown)
    head = {key: tables[key] for key in HeadPlan.model_fields if key in tables}
    return validated(HeadPlan, head, (), mistakes)


def _landscape(tables: dict[str, Any], folder: Path, mistakes: list[Mistake]) -> LandscapePlan | None:
    table = tables.get("landscape")
    kinds = list(LANDSCAPE_PLANS)
    if not isinstance(table, dict):
        mistakes.append(no_table(tables, "landscape", 'a table [landscape] with kind = "double-well"'))
        return None
    kind = table.get("kind")
    if kind is None:
        text = f'is missing; add kind = "double-well" or another of {", ".join(kinds)}'
        mistakes.append(Mistake(("landscape", "kind"), text, is_about_key=True))
        return None
    if kind in SPACE_LANDSCAPES and kind not in kinds:
        text = f"is a landscape in several dimensions ({shown(kind)}); write dimension = 2, or more, above the tables"
        mistakes.append(Mistake(("landscape", "kind"), text))
        return None
    if not isinstance(kind, str) or kind not in kinds:
        text = f"no such landscape ({shown(kind)}); {did_you_mean(kind if isinstance(kind, str) else '', kinds)}"
        mistakes.append(Mistake(("landscape", "kind"), text))
        return None
    plan = validated(LANDSCAPE_PLANS[kind], table, ("landscape",), mistakes)
    if isinstance(plan, SamplesPlan):
        plan = with_slice(plan, folder, mistakes)
    if plan is not None and (wrong := landscape_mistakes(plan)):
        mistakes += wrong
        return None
    return plan


def _report(path: Path, text: str, settings: Settings, mistakes: Sequence[Mistake]) -> str:
    """Write a line for each mistake, in the order of the file, those of settings last; beyond `MAX_TOLD`, count."""
    positions = Positions(text, [mistake.path for mistake in mistakes])
    lines: list[tuple[float, int, str]] = []
    for mistake in mistakes:
        name = key_name(mistake.path)
        key = next((key for key in settings if mistake.path[: len(key)] == key), None)
        if key is not None:
            about = "" if key == mistake.path else f"{name}: "
            lines.append((inf, 0, f"{settings[key]}: {about}{mistake.text}"))
            continue
        if mistake.is_about_key:
            line, column = positions.of_key(mistake.path)
        else:
            line, column = positions.of_value(mistake.path, *mistake.within)
        lines.append((line, column, f"{path}:{line}:{column}: {name}: {mistake.text}"))
    told = [text for _, _, text in sorted(lines, key=itemgetter(0, 1))[:MAX_TOLD]]
    n_more = sum(1 + mistake.n_more for mistake in mistakes) - len(told)
    return "\n".join([*told, *([f"{path}: {n_more} more mistakes; mend these first"] if n_more else [])])
