"""Settings of Sphinx for the site: `make docs` writes it to build/site."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hts.version import __version__

project = "hts"
author = "The hts developers"
project_copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generate.mathml", "generate.pages"]
exclude_patterns = ["generate"]
highlight_language = "none"  # formulas and commands stand in blocks without a name

# MyST: pages stay plain Markdown, read on a forge as well
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_dmath_allow_space = False
myst_dmath_allow_digits = False

# the Python reference
default_role = "code"
autodoc_typehints = "none"  # the docstrings give types, shapes and units
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 80
suppress_warnings = ["ref.python"]  # types of NumPy docstrings are words, and words may be names of attributes
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

# the page: nothing is fetched from elsewhere, so that it reads from a disk without a network
html_theme = "furo"
html_title = f"hts {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
smartquotes = False  # options and code keep their hyphens and quotes
html_copy_source = False
html_show_sourcelink = False
