"""Settings of all tests: the plain-Python twin on the path, examples that repeat."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

# no clock: a machine that is busy with something else is no fault; derandomized: the same examples every time
settings.register_profile("hts", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("hts")
