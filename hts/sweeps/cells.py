"""A cell's name and its number of walkers, as a results folder keeps them."""

from hts.plans import AnyPlan, Cell, Count
from hts.storage import Parameters, ResultsFolder, cell_slug
from hts.storage.walkers import read_walkers, write_walkers


def parameters_of(cell: Cell) -> Parameters:
    """Give eta, b, alpha and well of a cell, and epsilon where it has one."""
    parameters = {"eta": cell.eta, "b": cell.b, "alpha": cell.alpha, "well": cell.well}
    return parameters if cell.epsilon is None else {**parameters, "epsilon": cell.epsilon}


def slug_of(cell: Cell) -> str:
    """Write a cell as names of files do."""
    return cell_slug(parameters_of(cell))


def stored_counts(plan: AnyPlan, folder: ResultsFolder) -> dict[Cell, Count]:
    """Read what was chosen for the cells of a plan; those that are new are not among them.

    Raises
    ------
    IntegrityError
        Where the file is not what was written.
    """
    known = read_walkers(folder)
    slugs = {cell: slug_of(cell) for cell in plan.cells()} if known else {}
    return {cell: Count(*known[slug]) for cell, slug in slugs.items() if slug in known}


def counted(plan: AnyPlan, folder: ResultsFolder) -> AnyPlan:
    """Give the plan with the walkers that were chosen in a folder, unless it brings its own or needs none."""
    if isinstance(plan.study.walkers, int) or plan.counts:
        return plan
    return plan.with_counts(stored_counts(plan, folder))


def keep_counts(plan: AnyPlan, folder: ResultsFolder) -> None:
    """Write down what was chosen for a plan, before the first walker moves.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    if plan.counts:
        write_walkers(folder, {slug_of(cell): count for cell, count in plan.counts.items()})
