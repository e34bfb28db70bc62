"""Check of the numbers behind the figures against the committed ones.

`make check-figures` calls it: python tests/figures/check_numbers.py RESULTS [--keep]. Each CSV under `quick/` here was
written beside a figure of `make figures QUICK=1`; the same file under RESULTS must have the same rows, the same words,
and numbers that differ by at most TOLERANCE of themselves. Simulated numbers are the same to the bit, so that is the
room left to exact ones, whose stated error is 1e-6, and to other versions of the libraries beneath. Trained networks
are another matter: another processor sums in another order, and hundreds of steps make more of it. Of `training`
and `gradient_noise` the means are compared, to MEANS_TOLERANCE: with narrower vectors (AVX for AVX2) those of
`training` moved by at most .031.
"""

import csv
import math
import shutil
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

#: Largest relative difference between a number and the committed one.
TOLERANCE = 1e-5
#: The same of means over trained networks.
MEANS_TOLERANCE = 0.1
#: Tables of which means over trained networks are compared.
TRAINED = ("training.csv", "gradient_noise.csv")
#: Numbers below this are told apart by nothing but rounding (densities and shares far outside every well).
NEGLIGIBLE = 1e-9

KEPT = Path(__file__).parent / "quick"

Row = dict[str, str]


def agree(mine: str, kept: str, tolerance: float = TOLERANCE) -> bool:
    """Tell whether two entries of a table say the same."""
    try:
        a, b = float(mine), float(kept)
    except ValueError:
        return mine == kept
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=NEGLIGIBLE) or (math.isnan(a) and math.isnan(b))


def differences(mine: list[Row], kept: list[Row], tolerance: float = TOLERANCE) -> Iterator[str]:
    """Say where two tables differ, a line for each row."""
    if len(mine) != len(kept):
        yield f"{len(mine)} rows, {len(kept)} were committed"
        return
    for line, (row, other) in enumerate(zip_longest(mine, kept, fillvalue=Row()), start=2):
        if row.keys() != other.keys():
            yield f"columns {', '.join(row)}; committed were {', '.join(other)}"
            return
        wrong = [
            f"{name} {row[name]}, not {other[name]}" for name in row if not agree(row[name], other[name], tolerance)
        ]
        if wrong:
            yield f"line {line}: {'; '.join(wrong)}"


def read(path: Path) -> list[Row]:
    """Read a table as text."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def means(rows: list[Row]) -> list[Row]:
    """Take what a table of trained networks says alike on every processor."""
    names = ("kind", "method", "measure", "varied", "value", "estimator", "n", "mean")
    rows = [row for row in rows if row.get("kind", "mean") == "mean"]
    return [{name: row[name] for name in names if name in row} for row in rows]


def check(results: Path, kept: Path = KEPT) -> Iterator[str]:
    """Compare every committed table with the one of the same plan and figure; say what differs."""
    for path in sorted(kept.rglob("*.csv")):
        mine = results / path.relative_to(kept)
        if not mine.exists():
            yield f"{mine}: is missing; make figures QUICK=1 draws it"
            continue
        tables, tolerance = (read(mine), read(path)), TOLERANCE
        if path.name in TRAINED:
            tables, tolerance = (means(tables[0]), means(tables[1])), MEANS_TOLERANCE
        for found in differences(*tables, tolerance):
            yield f"{mine}: {found}"


def keep(results: Path, kept: Path = KEPT) -> None:
    """Commit to the numbers as they are now, in place of those kept before."""
    for path in sorted(kept.rglob("*.csv")):
        shutil.copyfile(results / path.relative_to(kept), path)


def main(arguments: list[str]) -> int:
    """Print every difference; the number of tables checked goes to the last line."""
    results = Path(arguments[0])
    if "--keep" in arguments:
        keep(results)
    found = list(check(results))
    print("\n".join(found[:50]))
    n_tables = len(list(KEPT.rglob("*.csv")))
    print(f"{n_tables} tables, {len(found)} differences beyond a relative {TOLERANCE:g}")
    return 1 if found or not n_tables else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
