"""Names of shards: the cell, the walkers and the checksum of the bytes."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

#: Of a cell: eta, b, alpha (None for normal noise) and well; epsilon too, where the plan has [levy].
Parameters: TypeAlias = Mapping[str, float | int | None]

SUFFIX = ".parquet"
# 64 of the 256 bits of SHA-256: an accident passes unseen once in 2e19 times, and the name stays readable
DIGEST_LENGTH = 16
PATTERN = re.compile(
    rf"(?P<slug>.+)-w(?P<first>\d{{10}})-(?P<last>\d{{10}})-(?P<digest>[0-9a-f]{{{DIGEST_LENGTH}}})\.parquet"
)


@dataclass(frozen=True)
class ShardName:
    """What the name of a shard says.

    Attributes
    ----------
    slug : str
        The cell, as `cell_slug` writes it.
    first_walker, n_walkers : int
        Its walkers are first_walker, ..., first_walker + n_walkers - 1.
    digest : str
        The first hexadecimal digits of the SHA-256 of the file's bytes.
    """

    slug: str
    first_walker: int
    n_walkers: int
    digest: str

    def __str__(self) -> str:
        last = self.first_walker + self.n_walkers - 1
        return f"{self.slug}-w{self.first_walker:010d}-{last:010d}-{self.digest}{SUFFIX}"

    @classmethod
    def parse(cls, name: str) -> "ShardName | None":
        """Take a file name apart; None where it is no shard's."""
        match = PATTERN.fullmatch(name)
        if match is None:
            return None
        first, last = int(match["first"]), int(match["last"])
        return cls(match["slug"], first, last - first + 1, match["digest"]) if first <= last else None


def digest_of(data: bytes) -> str:
    """Sum bytes up as a shard's name does."""
    return hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]


def cell_slug(cell: Parameters) -> str:
    """Write a cell's parameters so that they can stand in a file name; floats by `repr`, which loses nothing."""
    parts = [f"eta{_float(cell['eta'])}", f"b{_float(cell['b'])}"]
    if cell["alpha"] is not None:
        parts.append(f"alpha{_float(cell['alpha'])}")
    if "epsilon" in cell:
        parts.append(f"epsilon{_float(cell['epsilon'])}")
    return "_".join([*parts, f"well{cell['well']}"])


def _float(value: float | int | None) -> str:
    return repr(float(value if value is not None else math.nan))


def cell_to_json(cell: Parameters) -> str:
    """Write a cell as JSON; infinite b is the string "inf", for JSON has no infinity."""
    plain = {key: str(value) if value == math.inf else value for key, value in cell.items()}
    return json.dumps(plain, sort_keys=True, allow_nan=False)


def cell_from_json(text: str) -> dict[str, float | int | None]:
    """Read what `cell_to_json` wrote."""
    plain = json.loads(text)
    return {key: math.inf if value == "inf" else value for key, value in plain.items()}
