"""Tests of `hts initialisation`."""

import json

import pytest


def test_the_command_prints_draws_and_lists_all_mistakes(hts, tmp_path):
    options = ("--width", "16", "--moment", "1", "--depth", "4", "--networks", "200", "-o", str(tmp_path), "--json")
    code, out, _ = hts("initialisation", "--activation", "relu", *options)
    document = json.loads(out)
    assert code == 0
    row = document["rows"][0]
    assert row["log_norm_mean"] == pytest.approx(-0.04759788, abs=5e-9)
    assert (row["sigma"], row["log_norm_variance"]) == (pytest.approx(0.36820332), pytest.approx(0.10489835))
    assert (tmp_path / "initialisation.csv").read_text().count("\n") == 1 + 1 + 3
    code, out, err = hts("initialisation", "--width", "0", "--width", "8", "--moment", "-1")
    assert (code, err.count("\n")) == (2, 2)
    assert "--width 0" in err
    assert "--moment -1" in err
