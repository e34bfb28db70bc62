"""This file is where the rest of hts finds what it may ask of plans: TOML in, a checked, frozen Plan out."""

from hts.plans.domains import ExitDomain
from hts.plans.identity import differences
from hts.plans.models import ExitPlan, FigurePlan, GridPlan, LandscapePlan, NoisePlan
from hts.plans.plan import Cell, Plan
from hts.plans.reading import parse_plan, read_plan
from hts.plans.starter import STARTER

__all__ = [
    "STARTER",
    "Cell",
    "ExitDomain",
    "ExitPlan",
    "FigurePlan",
    "GridPlan",
    "LandscapePlan",
    "NoisePlan",
    "Plan",
    "differences",
    "parse_plan",
    "read_plan",
]
