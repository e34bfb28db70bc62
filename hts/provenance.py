"""Versions that decide a number."""

import platform
from importlib.metadata import version

from hts.ensembles import STREAM_VERSION
from hts.version import __version__

LIBRARIES = ("numpy", "numba", "scipy", "pyarrow", "matplotlib")


def provenance() -> dict[str, str]:
    """Give name and version of hts, its random streams, Python and the libraries beneath."""
    own = {"hts": __version__, "streams": STREAM_VERSION, "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}
