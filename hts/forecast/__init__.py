"""Public API of forecast: what a plan asks for and what it costs, before anything runs."""

from hts.forecast.costs import CellForecast, Cost, expected_steps, state_counts
from hts.forecast.description import Description, WellDescription, describe
from hts.forecast.devices import DeviceCost, remember_device_speed
from hts.forecast.speeds import remember_speed

__all__ = [
    "CellForecast",
    "Cost",
    "Description",
    "DeviceCost",
    "WellDescription",
    "describe",
    "expected_steps",
    "remember_device_speed",
    "remember_speed",
    "state_counts",
]
