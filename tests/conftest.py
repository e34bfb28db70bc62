"""This file is where all tests meet: the plain-Python twin is importable from every folder, and examples repeat."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

# no clock: a machine that is busy with something else is no fault; derandomized: the same examples every time
settings.register_profile("hts", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("hts")
