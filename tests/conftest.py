"""This file is where all tests meet: the plain-Python twin is importable from every folder, and examples repeat."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# no deadline: a machine that is busy with something else is no fault; derandomized: the same examples every time
settings.register_profile("hts", deadline=None, derandomize=True)
settings.load_profile("hts")
