"""Tests of the printed graph and chain on the published function and on odd landscapes."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from hts.answers.chains import MOST_JUMPS, chain_warnings, predict_chains, predict_windows
from hts.cli.documents import plain
from hts.cli.graphs import graph_document, graph_rows, ranges, show_graphs, windows_document
from hts.noise import Noise
from hts.plans import parse_plan
from hts.theory.limit.limits import rate_scale

PUBLISHED = """
[landscape]
kind = "wang-oh-rhee"
[noise]
kind = "pareto"
scale = 0.1
[grid]
eta = [0.01, 0.001]
b = [0.28, 0.5, inf]
alpha = [1.2]
[exit]
well = 1
walkers = 10
max_steps = 1000
"""


def wells(n, b="[0.7, inf]", curvature=1.0, eta="[0.01, 0.001]", scale="0.1"):
    """Wells of unequal widths, none a multiple of another."""
    places = np.cumsum(0.5 + np.modf(np.sqrt(2.0) * np.arange(1, 2 * n))[0]).round(4).tolist()
    barriers = f"barriers = {places[1::2]}\n" if n > 1 else "barriers = []\n"
    return parse_plan(
        PUBLISHED.replace('"wang-oh-rhee"', f'"multi-well"\nminima = {places[::2]}\n{barriers}curvature = {curvature}')
        .replace("[0.28, 0.5, inf]", b)
        .replace("[0.01, 0.001]", eta)
        .replace("scale = 0.1", f"scale = {scale}")
        .replace("well = 1", f"domain = [{places[0] - 0.3}, inf]\nstart = {places[0]}"),
        Path("wells.toml"),
    )


def printed(plan, capsys):
    show_graphs(predict_chains(plan), predict_windows(plan.build_landscape(), plan.noise.p_plus))
    return capsys.readouterr().out


def document(plan):
    return json.loads(json.dumps(plain([graph_document(p) for p in predict_chains(plan)]), allow_nan=False))


def test_the_published_function_is_told_class_by_class(capsys):
    out = printed(parse_plan(PUBLISHED, Path("published.toml")), capsys)
    assert re.search(r"0\.28 .* 1 .* 3 .* 0 .* 3 \. 4 5 .* 0, 1 .* absorbing", out)
    assert re.search(r"0\.5 .* 3 .* 2 .* 2 .* 6 3 2 \. .* 0-3 .* irreducible", out)
    for share in ("0.1431", "0.4215", "0.05084", "0.3846"):
        assert share in out
    assert "irreducible for b in (0.2998, 0.3004), (0.4496, 0.6007), (0.8993, inf); sought for b > 0.05184" in out
    assert max(map(len, out.rstrip().splitlines())) <= 140


def test_tables_fit_a_hundred_columns(capsys, monkeypatch):
    monkeypatch.setattr("hts.cli.tables.WIDTH_OF_A_FILE", 100)
    for n in (2, 4, 8, 9):
        out = printed(wells(n), capsys)
        assert max(map(len, out.splitlines())) <= 100
        assert "…" not in out


def test_the_document_has_rates_shares_and_times_in_steps_at_every_eta():
    tight, half, free = document(parse_plan(PUBLISHED, Path("published.toml")))
    assert [c["wells"] for c in tight["classes"]] == [[0, 1], [2, 3]]
    assert half["irreducible"]
    assert half["classes"][0]["widest"] == [1, 3]
    assert free["b"] == "inf"
    (every,) = free["classes"]
    assert -np.diag(every["rates"]) == pytest.approx([3.22580, 1.48957, 5.52591, 0.88378], abs=6e-6)
    assert free["jumps"][0] == [None, 1, 1, 1]
    slowest = sorted(-np.linalg.eigvals(np.array(every["rates"])).real)[1]
    for entry, eta in zip(every["relaxation_steps"], (0.01, 0.001), strict=True):
        assert entry["eta"] == eta
        assert entry["steps"] == pytest.approx(1 / (slowest * (0.1 * eta) ** 1.2), rel=1e-9)
    assert tight["classes"][0]["relaxation_steps"] == [{"eta": 0.01, "steps": None}, {"eta": 0.001, "steps": None}]


def test_windows_in_a_document_have_words_for_infinity():
    plan = parse_plan(PUBLISHED, Path("published.toml"))
    found = windows_document(predict_windows(plan.build_landscape()))
    assert found["windows"][-1][1] == "inf"
    assert found["windows"][1] == pytest.approx([0.4496, 0.6007], abs=1e-4)
    assert found["above"] == pytest.approx(0.622094 / MOST_JUMPS, rel=1e-5)


def test_one_well_leads_nowhere_and_has_no_windows():
    plan = wells(1)
    assert predict_windows(plan.build_landscape()) is None
    assert windows_document(None) is None
    assert [c["wells"] for c in document(plan)[0]["classes"]] == [[0]]


def test_forty_wells_are_told_by_their_classes(capsys):
    plan = wells(40)
    out = printed(plan, capsys)
    assert "Classes of typical transitions" in out
    assert "... and" not in out
    assert sum(len(c["wells"]) for c in document(plan)[0]["classes"]) == 40


def test_a_clip_that_takes_very_many_jumps_is_answered_with_what_is_skipped():
    plan = wells(3, b="[0.0717, 0.00531, 0.7]")
    said = chain_warnings(plan, predict_chains(plan))
    (warning,) = said
    chains = {p.chain.b: p.chain for p in predict_chains(plan)}
    most = max(n for n in chains[0.0717].jump_numbers if n)
    rate = rate_scale(Noise("pareto", 1.2, 0.1), 0.01, most)
    assert f"b = 0.0717: l* = {most}, lambda = {rate:.1g} per step at eta = 0.01" in warning
    assert "windows of b in which the graph is irreducible are skipped" in warning
    assert any("computed for 100 at most" in reason for c in chains[0.00531].classes for reason in c.reasons)
    assert chain_warnings(wells(3), predict_chains(wells(3))) == ()


@pytest.mark.parametrize(
    ("scale", "eta", "said"), [("10", "0.01", "lambda = 2e+13"), ("1e90", "1e-30", "lambda > 1e308")]
)
def test_an_eta_so_large_that_the_time_scale_says_nothing_is_told(scale, eta, said):
    plan = wells(3, b="[0.0717]", eta=f"[{eta}]", scale=scale)
    (warning,) = chain_warnings(plan, predict_chains(plan))
    assert f"{said} per step at eta = {eta}, which is far from the limit" in warning


def test_light_tails_have_a_graph_and_the_reason_for_no_rates(capsys):
    text = PUBLISHED.replace('"pareto"', '"normal"').replace("alpha = [1.2]\n", "")
    out = printed(parse_plan(text, Path("light.toml")), capsys)
    assert "Reduced chain" not in out
    assert "b = inf, wells 0-3: no rates: light tails have no transition rates of this kind" in out


def test_stable_noise_with_alpha_2_has_no_rates_and_keeps_its_place_by_alpha(capsys):
    text = PUBLISHED.replace('"pareto"', '"stable"').replace("[1.2]", "[1.99, 2.0]").replace("0.28, 0.5, ", "0.0437, ")
    plan = parse_plan(text, Path("stable.toml"))
    heavy, light = (g for g in document(plan) if g["b"] == "inf")
    assert (heavy["alpha"], light["alpha"]) == (1.99, 2.0)
    assert heavy["classes"][0]["rates"] is not None
    assert light["classes"][0]["rates"] is light["classes"][0]["stationary"] is None
    assert [n["steps"] for n in light["classes"][0]["relaxation_steps"]] == [None, None]
    assert "b = inf, alpha = 2, wells 0-3: no rates: light tails have no transition rates" in printed(plan, capsys)
    light_alone = parse_plan(text, Path("stable.toml"), ["grid.alpha=[2.0]"])
    assert len(chain_warnings(plan, predict_chains(plan))) == 1  # of the time scale of many jumps, under heavy tails
    assert chain_warnings(light_alone, predict_chains(light_alone)) == ()


def test_numbers_in_a_row_become_ranges():
    assert ranges([0, 1, 2, 3, 5, 6, 9]) == "0-3, 5, 6, 9"
    assert ranges([]) == ""


def test_a_well_whose_minimum_the_projection_cuts_off_has_no_class():
    text = PUBLISHED.replace('"wang-oh-rhee"', '"wang-oh-rhee"\nL = 1.4')
    (row, *_) = graph_rows(predict_chains(parse_plan(text, Path("cut.toml")))[0].chain)
    assert row[-1] == "outside [-L, L]"
    assert not math.isnan(float(row[0]))
