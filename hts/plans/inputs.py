"""The files of numbers that a plan names, read where they lie beside it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from hts.errors import PlanError
from hts.noise import LAWS, Body
from hts.noise.laws.empirical import Empirical
from hts.plans.landscapes import SamplesPlan
from hts.plans.mistakes import Mistake
from hts.plans.models import GridPlan, NoisePlan
from hts.plans.positions import KeyPath
from hts.plans.sources import OwnNumbers, Slice, SourceFile

#: Most bytes of a file that a plan may name: a results folder keeps a copy.
MOST_BYTES = 2**30
#: Most numbers of a law; of more, every second, third, ... is taken.
MOST_NUMBERS = 10_000_000
AnyNoise = TypeVar("AnyNoise", bound=NoisePlan)
#: Keys of [noise] that belong to a law of numbers alone.
OWN_KEYS = ("file", "column", "quantile", "sha256")


def with_slice(plan: SamplesPlan, folder: Path, mistakes: list[Mistake]) -> SamplesPlan | None:
    """Read the samples of a landscape.

    Parameters
    ----------
    plan : SamplesPlan
    folder : pathlib.Path
        Of the plan: what `file` is relative to.
    mistakes : list of Mistake
        Added to where the file cannot be used; then None is returned.
    """
    from hts.storage.slices import read_slice  # pyarrow, which few plans need, takes a while to import

    place = ("landscape", "file")
    try:
        source = source_of(folder / plan.file)
        columns = read_slice(source.path)
    except PlanError as error:
        mistakes.append(Mistake(place, f"{error} (a path relative to the plan)"))
        return None
    if (found := _changed(plan.sha256, source, "landscape")) is not None:
        mistakes.append(found)
        return None
    return plan.with_slice(Slice(source, *columns))


def with_numbers(noise: AnyNoise, folder: Path, mistakes: list[Mistake]) -> AnyNoise | None:
    """Read the numbers of a law that is made of them; other laws are returned as they are.

    Takes what `with_slice` takes.
    """
    if not LAWS[noise.kind].is_of_numbers:
        given = [key for key in OWN_KEYS if getattr(noise, key) is not None]
        mistakes += [
            Mistake(("noise", key), f'belongs to kind = "empirical", not {noise.kind}; leave it out', is_about_key=True)
            for key in given
        ]
        return None if given else noise
    if noise.file is None:
        text = 'is missing; empirical noise is made of numbers, for example file = "noise.parquet"'
        mistakes.append(Mistake(("noise", "file"), text, is_about_key=True))
        return None
    for key, meant in (("p_plus", 0.5), ("normal_scale", 0.0)):
        if getattr(noise, key) != meant:
            text = "belongs to other laws: empirical noise has the sides and the body of its numbers; leave it out"
            mistakes.append(Mistake(("noise", key), text, is_about_key=True))
            return None
    try:
        source = source_of(folder / noise.file)
        read = _numbers(source, noise)
    except PlanError as error:
        mistakes.append(Mistake(("noise", "file"), f"{error} (a path relative to the plan)"))
        return None
    if (found := _changed(noise.sha256, source, "noise")) is not None:
        mistakes.append(found)
        return None
    return noise.with_numbers(read)


def with_tail_index(
    noise: NoisePlan | None, grids: Sequence[tuple[KeyPath, GridPlan]], folder: Path, mistakes: list[Mistake]
) -> tuple[NoisePlan | None, list[tuple[KeyPath, GridPlan]]]:
    """Estimate the tail index of a law of numbers where a grid gives none, and put it there.

    Parameters
    ----------
    noise : NoisePlan or None
        As `with_numbers` returns it.
    grids : sequence of (key path, GridPlan)
        The sound ones.
    folder : pathlib.Path
        Of the plan.
    mistakes : list of Mistake
        Added to where the numbers have no power tail, as far as they tell; the law is None then.
    """
    if noise is None or noise.source is None or all(grid.alpha is not None for _, grid in grids):
        return noise, list(grids)
    from hts.storage.numbers import read_numbers
    from hts.tails import tail_of

    assert noise._numbers is not None
    estimate = tail_of(read_numbers(noise.source.path, noise.column, MOST_NUMBERS).values)
    hill = estimate.hill
    if not estimate.is_heavy or hill is None:
        guess = "" if hill is None or estimate.is_heavy is False else f" (Hill's estimate is {hill.alpha:.3g})"
        text = (
            f"{noise.file}: {estimate.verdict} If you know better give alpha in [grid]{guess}; else take "
            f'kind = "normal" or "stretched-exponential" with the scale of the numbers, {noise._numbers.body.unit:.3g}'
        )
        mistakes.append(Mistake(("noise", "file"), text))
        return None, list(grids)
    fits = {"stable": (estimate.stable, "the stable fit"), "student": (estimate.student, "the fit of Student's law")}
    fitting = [(fit, name) for fit, name in map(fits.__getitem__, estimate.laws) if fit is not None]
    index, how = fitting[0] if fitting else (hill, f"Hill's estimate of the {hill.k} largest")
    alpha, low, high = index.alpha, index.low, index.high
    if len(fitting) == 2:  # the interval holds both, as nothing tells them apart
        other, name = fitting[1]
        low, high, how = min(low, other.low), max(high, other.high), f"{how}, while {name} says {other.alpha:.3g}"
    alpha = min(max(float(f"{alpha:.4g}"), 0.1), 100.0)
    said = f"alpha = {alpha:g} [{low:.3g}, {high:.3g}] by {how}; give alpha in [grid] for another"
    read = noise._numbers
    noise = noise.with_numbers(OwnNumbers(read.source, read.body, (*read.said, *_sides(read.body, alpha), said)))
    return noise, [
        (place, grid if grid.alpha is not None else grid.model_copy(update={"alpha": (alpha,)}))
        for place, grid in grids
    ]


def _numbers(source: SourceFile, noise: NoisePlan) -> OwnNumbers:
    """Read numbers and their quantiles.

    Raises
    ------
    PlanError
        Where they make no law.
    """
    from hts.storage.numbers import read_numbers

    read = read_numbers(source.path, noise.column, MOST_NUMBERS)
    if read.values.ndim != 1:
        raise PlanError(f"{source.path}: has several columns; give column and the name of one")
    if read.n_not_finite:
        rows = ", ".join(map(str, read.rows_not_finite))
        raise PlanError(
            f"{source.path}: {read.n_not_finite} of {read.n_rows} numbers are not finite (row {rows}); leave them out"
        )
    try:
        body = noise.body_of(read.values)
    except ValueError as error:
        raise PlanError(f"{source.path}: {error}") from error
    said = f"{read.values.size} numbers, median {body.median:.4g}, half of them within {body.unit:.4g} of it"
    if read.stride > 1:
        said += f"; one of {read.stride} rows was taken"
    return OwnNumbers(source, body, (said,))


def _sides(body: Body, alpha: float) -> tuple[str, ...]:
    """Say where the tails begin, and which is the heavier."""
    law = Empirical(body, alpha)
    left, right = (body.unit * start for start in law.thresholds)
    return (
        f"tails: {100 * body.outside:.3g} % beyond {left:.4g} below the median, as many beyond {right:.4g} above it; "
        f"of the large ones {100 * law.p_plus:.3g} % are positive",
    )


def source_of(path: Path) -> SourceFile:
    """Hash a file.

    Raises
    ------
    PlanError
        Where there is none, or none that a plan may name.
    """
    try:
        if not path.is_file():
            what = "is no regular file" if path.exists() else "there is no such file"
            raise PlanError(f"{path}: {what}; a results folder that has a copy goes on with its own plan.toml")
        if (size := path.stat().st_size) > MOST_BYTES:
            raise PlanError(f"{path}: has {size / 1e9:.3g} GB, more than 1; keep every tenth row, or one column of it")
        with path.open("rb") as file:
            return SourceFile(path, hashlib.file_digest(file, "sha256").hexdigest())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PlanError(f"{path}: cannot be read ({reason}); check its name and permissions") from error


def _changed(stated: str | None, source: SourceFile, table: str) -> Mistake | None:
    if stated is None or stated == source.sha256:
        return None
    text = f"{source.path} is another file than the plan states (its sha256 is {source.sha256}); put the old one back"
    return Mistake((table, "sha256"), f"{text}, or leave sha256 out for new results in another folder")
