"""Settings of all tests: the plain-Python twin on the path, examples that repeat."""

import signal
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# in the background of a shell Ctrl-C is ignored, and commands that tests start would ignore it as well
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

sys.path.insert(0, str(Path(__file__).parent))

# no clock: a machine that is busy with something else is no fault; derandomized: the same examples every time
settings.register_profile("hts", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("hts")
