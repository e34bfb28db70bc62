"""Moves from well to well of plans with [levy]: counted, exact at h and in the limit."""

from collections.abc import Iterator, Mapping, Sequence

from hts.comparison.levy_records import TransitionComparison
from hts.estimation.within import binomial_interval
from hts.theory.limit.levy import LevyChain


def landings(
    start: int,
    counts: Mapping[str, int],
    exact: Mapping[str, float] | None,
    limit: Mapping[str, float] | None,
) -> tuple[TransitionComparison, ...]:
    """Lay out where walkers land that leave one well."""
    total = sum(counts.values())
    names = sorted({*counts, *(exact or {}), *(limit or {})}, key=lambda name: (len(name), name))
    return tuple(
        transition(
            start,
            name,
            counts.get(name, 0),
            total,
            None if exact is None else exact.get(name, 0.0),
            None if limit is None else limit.get(name, 0.0),
        )
        for name in names
    )


def transition(
    start: int, to: str, n: int, total: int, exact: float | None, limit: float | None
) -> TransitionComparison:
    """Lay out one move: counted n times among all that leave `start`."""
    if not total:
        return TransitionComparison(start, to, n, None, None, None, exact, limit)
    return TransitionComparison(start, to, n, n / total, *binomial_interval(n, total), exact, limit)


def moves(
    counts: Sequence[Sequence[int]], exact: Sequence[Sequence[float]] | None, chain: LevyChain
) -> Iterator[TransitionComparison]:
    """Lay out the moves from near one minimum to near another.

    Landings of first exits are other events, tens of per cent away at a large epsilon: a walker need not settle in the
    well where it lands.
    """
    for start, row in enumerate(counts):
        for to in range(len(row)):
            if to != start:
                value = None if exact is None else exact[start][to]
                yield transition(start, str(to), row[to], sum(row), value, float(chain.probabilities[start, to]))
