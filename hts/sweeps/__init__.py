"""Public API of sweeps: run the whole grid of a plan, and report what is done."""

from hts.sweeps.cells import stored_counts
from hts.sweeps.failures import FailedSweepError, Failure, SweepReport
from hts.sweeps.progress import Progress
from hts.sweeps.records import Difference, Replay, Verification
from hts.sweeps.samples import CellSample, VisitCellSample, load_cells, load_pieces, load_visits
from hts.sweeps.status import CellStatus, CellWork, dry_run, sweep_status
from hts.sweeps.studies import EXIT_STUDY, VISIT_STUDY, Simulate, study_of
from hts.sweeps.summed import SummedCell, load_summaries
from hts.sweeps.sweep import run_sweep
from hts.sweeps.verification import repair_sweep, replay_sweep, verify_sweep
from hts.sweeps.work import Choices

__all__ = [
    "EXIT_STUDY",
    "VISIT_STUDY",
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
    "SummedCell",
    "SweepReport",
    "Verification",
    "VisitCellSample",
    "dry_run",
    "load_cells",
    "load_pieces",
    "load_summaries",
    "load_visits",
    "repair_sweep",
    "replay_sweep",
    "run_sweep",
    "stored_counts",
    "study_of",
    "sweep_status",
    "verify_sweep",
]
