"""Public API of plans: TOML in, a checked, frozen Plan out."""

from hts.plans.counts import MAX_WALKERS, Count, WalkersByError
from hts.plans.domains import ExitDomain
from hts.plans.identity import differences
from hts.plans.landscapes import LandscapePlan
from hts.plans.levy import LevyPlan
from hts.plans.mistakes import Mistake
from hts.plans.models import ExitPlan, FigurePlan, GridPlan, NoisePlan, VisitsPlan
from hts.plans.plan import Cell, Plan
from hts.plans.reading import make_plan, mistake_in, parse_plan, read_plan
from hts.plans.space import AnyPlan, SpacePlan
from hts.plans.starter import starter
from hts.plans.studies import parse_study, read_space_plan, read_study
from hts.plans.visits import VisitRecord

__all__ = [
    "MAX_WALKERS",
    "AnyPlan",
    "Cell",
    "Count",
    "ExitDomain",
    "ExitPlan",
    "FigurePlan",
    "GridPlan",
    "LandscapePlan",
    "LevyPlan",
    "Mistake",
    "NoisePlan",
    "Plan",
    "SpacePlan",
    "VisitRecord",
    "VisitsPlan",
    "WalkersByError",
    "differences",
    "make_plan",
    "mistake_in",
    "parse_plan",
    "parse_study",
    "read_plan",
    "read_space_plan",
    "read_study",
    "starter",
]
