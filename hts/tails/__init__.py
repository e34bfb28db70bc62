"""Tail indices of numbers from anywhere: estimators, their intervals and a verdict."""

from hts.tails.analysis import estimate_tails, tail_of
from hts.tails.documents import to_document
from hts.tails.records import HillEstimate, IndexEstimate, TailEstimate

__all__ = ["HillEstimate", "IndexEstimate", "TailEstimate", "estimate_tails", "tail_of", "to_document"]
