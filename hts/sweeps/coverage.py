"""A cell's walkers cut into shards, and the shards that are missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ShardSizes:
    """Bounds of the walkers of one shard."""

    smallest: int
    largest: int
    are_equal: bool = False  #: of one cell, as nearly as can be: all its walkers take the same time


# fewer walkers of exits than this leave the vector lanes of the kernels idle at the end of a shard; more than so many
# are about 2.5 MB on disk, and the most a stopped run loses of one cell
EXIT_SHARDS = ShardSizes(256, 2**18)
# walkers of visits end together: 64 lanes run at full speed, 32 at 0.8 and 16 at 0.7 of it; each leaves some kB
VISIT_SHARDS = ShardSizes(64, 2**12, are_equal=True)
# a cell's work then spreads over any machine, and a cell of any size stays below a hundred files or so
SHARDS_PER_CELL = 64

Range = tuple[int, int]  # first walker, one past the last


def walkers_per_shard(walkers: int, sizes: ShardSizes = EXIT_SHARDS) -> int:
    """Size a shard by the plan alone, so that the number of threads changes no file."""
    size = min(max(sizes.smallest, -(-walkers // SHARDS_PER_CELL)), sizes.largest)
    return -(-walkers // max(walkers // size, 1)) if sizes.are_equal else size


def gaps(covered: Iterable[Range], walkers: int) -> list[Range]:
    """List the ranges of 0, ..., walkers - 1 that nothing covers.

    What is covered counts, and not how it was cut: shards of a smaller plan stay good when `walkers` grows.
    """
    missing, free = [], 0
    for first, end in sorted(covered):
        if first > free:
            missing.append((free, min(first, walkers)))
        free = max(free, end)
        if free >= walkers:
            return missing
    return [*missing, (free, walkers)]


def shards_for(missing: Iterable[Range], walkers: int, sizes: ShardSizes = EXIT_SHARDS) -> Iterator[Range]:
    """Cut missing ranges at multiples of the shard size, so that runs which stop and go on cut alike."""
    size = walkers_per_shard(walkers, sizes)
    for first, end in missing:
        while first < end:
            cut = min((first // size + 1) * size, end)
            yield first, cut
            first = cut
