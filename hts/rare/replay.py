"""Stored samples of rare exits computed again, one by one, and compared to the bit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import as_completed
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.engines import ThreadEngine
from hts.ensembles import Interrupted
from hts.errors import StoppedError
from hts.plans import AnyPlan
from hts.rare.questions import Question, questions
from hts.storage import ResultsFolder, ShardName, list_shards
from hts.storage.samples import StoredSamples, read_samples
from hts.sweeps.records import Difference, Replay

#: What is compared of a sample, and shown where it differs.
COLUMNS = ("value", "right", "plain", "steps", "big")


def replay_samples(
    plan: AnyPlan,
    folder: str | PathLike[str],
    n_samples: int,
    *,
    seed: int = 0,
    threads: int | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replay:
    """Compute random samples of a folder again, and compare all that is stored of them to the bit.

    Half of them, as far as there are so many, are positive ones: of the others only the absence is stored.

    Parameters
    ----------
    plan : Plan
        Of the folder. Files of other plans or versions are passed over.
    folder : path
        As `run_rare` leaves it.
    n_samples : int
        How many, without repetition; all where there are fewer.
    seed : int
        Of the choice.
    threads : int, optional
        One for each core by default.
    should_stop : callable, optional
        Asked all the time.

    Raises
    ------
    IntegrityError
        Where a file is not what was written.
    StoppedError
        Where `should_stop` said so.
    """
    by_slug = {question.slug: question for question in questions(plan)}
    files = []
    for path in list_shards(ResultsFolder(Path(folder)).rare):
        name = ShardName.parse(path.name)
        question = None if name is None else by_slug.get(name.slug)
        if question is not None:
            files.append((f"{path.parent.name}/{path.name}", question, read_samples(path, question.stated(plan))))
    chosen = _chosen([stored for _, _, stored in files], n_samples, seed)
    with ThreadEngine(threads) as engine:
        running = [engine.submit(_replay, *files[k], number, should_stop) for k, number in chosen]
        try:
            for future in as_completed(running):
                future.result()  # raises what stopped it
        finally:
            engine.shutdown(cancel_futures=True)
    differences = (future.result() for future in running)
    return Replay(len(chosen), tuple(one for one in differences if one is not None))


def _chosen(parts: list[StoredSamples], n: int, seed: int) -> list[tuple[int, int]]:
    """Pick samples as (file, number): half of them positive, the rest any."""
    random = np.random.default_rng(seed)
    positive = [(k, int(number)) for k, part in enumerate(parts) for number in part.columns["sample"]]
    picked = random.permutation(len(positive))[: n // 2]
    found = {positive[place] for place in picked}
    ends = np.cumsum([part.n for part in parts], dtype=np.int64)
    total = int(ends[-1]) if parts else 0
    wanted = min(n, total)
    while len(found) < wanted:
        place = int(random.integers(total))
        k = int(np.searchsorted(ends, place, side="right"))
        found.add((k, parts[k].first + place - int(ends[k]) + parts[k].n))
    return sorted(found)


def _replay(
    place: str, question: Question, stored: StoredSamples, number: int, should_stop: Callable[[], bool] | None
) -> Difference | None:
    """Compute one sample again."""
    try:
        sample = question.sampler(number, 1, should_stop=should_stop)
    except Interrupted as stop:
        raise StoppedError("stopped while samples were compared; nothing was changed") from stop
    is_it = stored.columns["sample"] == number
    theirs = tuple(stored.columns[name][is_it] for name in COLUMNS)
    ours = tuple(np.asarray(getattr(sample, name)) for name in COLUMNS)
    differ = tuple(name for name, a, b in zip(COLUMNS, theirs, ours, strict=True) if a.tobytes() != b.tobytes())
    if not differ:
        return None
    return Difference(place, question.cell, number, differ, _shown(theirs), _shown(ours), what="sample")


def _shown(columns: tuple[npt.NDArray[Any], ...]) -> tuple[float, ...]:
    """List the numbers of a sample; none of one that is 0."""
    return tuple(float(one) for column in columns for one in column)
