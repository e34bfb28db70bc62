"""A report as one HTML file that holds all it shows: it needs no network, and works without JavaScript."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hts.reports.document import Report
from hts.words import plural

#: Near the beginning of every page: by it an earlier report is known, which a new one may replace.
MARK = '<meta name="generator" content="hts report">'

_environment = Environment(
    loader=PackageLoader("hts.reports", "page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def is_report(path: Path) -> bool:
    """Tell whether a file is an earlier report, which a new one may replace."""
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(1000)
    except OSError:
        return False


def page_of(report: Report) -> str:
    """Write a report as HTML; equal reports give equal pages."""
    return _environment.get_template("report.html").render(report=report, mark=MARK)


def _file(text: str) -> str:
    """Give the address of a text file that lies within the page."""
    return "data:text/plain;base64," + base64.b64encode(text.encode()).decode()


_environment.filters |= {"plural": plural, "file": _file}
