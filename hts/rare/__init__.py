"""Probabilities of rare exits by sampling: crude, importance, splitting; durable, and laid beside the exact ones."""

from hts.rare.questions import Question, questions
from hts.rare.replay import replay_samples
from hts.rare.results import RareResult, rare_results, to_document
from hts.rare.running import RareProgress, RareStatus, rare_status, run_rare

__all__ = [
    "Question",
    "RareProgress",
    "RareResult",
    "RareStatus",
    "questions",
    "rare_results",
    "rare_status",
    "replay_samples",
    "run_rare",
    "to_document",
]
