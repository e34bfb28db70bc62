"""Reading what a command answers with --json."""

import json

import pytest


def document(answer):
    """Read what the `hts` fixture gave as one strict JSON document of a command that went well."""
    code, out, err = answer
    assert code == 0, err
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
