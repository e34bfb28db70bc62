"""A shard to write, for tests of storage: made-up exits of one cell."""

import numpy as np

from hts.storage import Provenance, ShardName, cell_slug, write_shard
from hts.storage.names import digest_of

CELL = {"eta": 0.001, "b": 0.7, "alpha": 1.5, "well": 0}
PROVENANCE = Provenance(seed=7, stream_version="s/1", identity="f" * 64, max_steps=900, steps_beyond_domain=3)


def some_columns(n=256, first=0, seed=1):
    """Make the columns of n walkers, numbered from `first`."""
    rng = np.random.default_rng(seed)
    steps = np.minimum(rng.geometric(0.005, n), 900)
    is_censored = steps == 900
    return {
        "walker": np.arange(first, first + n, dtype=np.uint32),
        "exit_steps": steps.astype(np.int64),
        "is_censored": is_censored,
        "side": np.where(is_censored, 0, rng.choice([-1, 1], n)).astype(np.int8),
        "landing": rng.normal(size=n),
    }


def written(folder, cell=CELL, **kwargs):
    """Write one shard under a folder; gives its path."""
    return write_shard(folder / "shards", folder / "tmp", cell, some_columns(**kwargs), PROVENANCE)


def sealed(folder, data, n=256):
    """Lay bytes under the name that would be theirs, as a malicious or a buggy writer might."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(ShardName(cell_slug(CELL), 0, n, digest_of(data)))
    path.write_bytes(data)
    return path
