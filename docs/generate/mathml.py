"""Formulas as MathML, which browsers draw by themselves: no script, no font and no network."""

import re
import unicodedata

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

#: A number of a formula: MathJax, which forges use, writes it itself.
TAG = re.compile(r"\\tag\{(.+?)\}")
LETTER = re.compile(r"<mi>&#x([0-9A-F]+);</mi>")


def mathml(tex: str, display: str = "inline") -> str:
    """Convert a formula; relations and brackets that latex2mathml takes for letters get the spacing of operators."""
    return LETTER.sub(_operator, convert(tex, display=display))


def _operator(letter: re.Match[str]) -> str:
    character = chr(int(letter[1], 16))
    if character == "~":
        return "<mo>∼</mo>"
    if character != "∞" and unicodedata.category(character) in ("Sm", "Ps", "Pe"):
        return f'<mo stretchy="false">{character}</mo>'
    return letter[0]


def visit_inline(writer: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    writer.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def visit_block(writer: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number where it has one."""
    tex, number = node.astext(), TAG.search(node.astext())
    label = "" if number is None else f'<span class="eqno">({number[1]})</span>'
    formula = mathml(TAG.sub("", tex), display="block")
    writer.body.append(f'<div class="math"><div class="formula">{formula}</div>{label}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make `html_math_renderer = "mathml"` known."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
