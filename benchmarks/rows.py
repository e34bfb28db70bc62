"""One row of the benchmark table: a measurement beside its target."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: float | None  #: None: not measured, `remark` says why
    unit: str  #: "x" for ratios, else s or MB
    bound: Literal["at least", "at most"]
    target: float
    remark: str = ""  #: what stands behind the number: rates in Msteps/s and the like

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None when nothing was measured."""
        if self.measured is None:
            return None
        return bool(self.measured >= self.target if self.bound == "at least" else self.measured <= self.target)

    def cells(self) -> tuple[str, str, str, str, str]:
        """Give the line's cells: what, measured, target, met, remark."""
        unit = self.unit if self.unit == "x" else f" {self.unit}"
        measured = "-" if self.measured is None else f"{self.measured:.3g}{unit}"
        met = {None: "skipped", True: "yes", False: "NO"}[self.is_met]
        return self.what, measured, f"{self.bound} {self.target:g}{unit}", met, self.remark

    def as_record(self) -> dict[str, Any]:
        """Give the line as JSON keeps it."""
        return asdict(self) | {"is_met": self.is_met}
