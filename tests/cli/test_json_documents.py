"""Tests that documents are written as json itself indents them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.cli.documents import indented

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


@given(VALUES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_text_is_that_of_json_with_an_indent(value):
    assert indented(value) == json.dumps(value, indent=1)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": [1, float("nan")]}])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        indented(value)
