"""Tail indices of numbers from anywhere: estimators, their intervals and a verdict."""

from hts.tails.analysis import tail_of, tails, to_document
from hts.tails.records import HillEstimate, IndexEstimate, TailEstimate

__all__ = ["HillEstimate", "IndexEstimate", "TailEstimate", "tail_of", "tails", "to_document"]
