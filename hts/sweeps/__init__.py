"""Public API of sweeps: run the whole grid of a plan, and report what is done."""

from hts.sweeps.choosing import Choices
from hts.sweeps.counts import stored_counts
from hts.sweeps.dry_run import CellWork, dry_run
from hts.sweeps.failures import Failure
from hts.sweeps.progress import Progress
from hts.sweeps.replay import Difference, Replay, replay_sweep
from hts.sweeps.reports import FailedSweepError, SweepReport
from hts.sweeps.running import run_sweep
from hts.sweeps.samples import CellSample, load_cells, load_pieces
from hts.sweeps.simulation import Simulate, exit_problem, visit_problem
from hts.sweeps.status import CellStatus, Verification, repair_sweep, sweep_status, verify_sweep
from hts.sweeps.visit_samples import VisitCellSample, load_visits

__all__ = [
    "CellSample",
    "CellStatus",
    "CellWork",
    "Choices",
    "Difference",
    "FailedSweepError",
    "Failure",
    "Progress",
    "Replay",
    "Simulate",
    "SweepReport",
    "Verification",
    "VisitCellSample",
    "dry_run",
    "exit_problem",
    "load_cells",
    "load_pieces",
    "load_visits",
    "repair_sweep",
    "replay_sweep",
    "run_sweep",
    "stored_counts",
    "sweep_status",
    "verify_sweep",
    "visit_problem",
]
