"""One cell, simulated: a landscape, a law, eta and b become exits, visits or paths of many walkers."""

from hts.ensembles.driving import STATE_VERSION, Interrupted, steps_in
from hts.ensembles.exits import ExitProblem, ExitSample, advance_exits, simulate_exits
from hts.ensembles.lanes import State
from hts.ensembles.motions import STREAM_VERSION, law_numbers
from hts.ensembles.visits import VisitProblem, VisitSample, advance_visits, simulate_visits

__all__ = [
    "STATE_VERSION",
    "STREAM_VERSION",
    "ExitProblem",
    "ExitSample",
    "Interrupted",
    "State",
    "VisitProblem",
    "VisitSample",
    "advance_exits",
    "advance_visits",
    "law_numbers",
    "simulate_exits",
    "simulate_visits",
    "steps_in",
]
