"""Tests of predicted shares of time: exact beside limit, remembered, printed or refused."""

import json
from math import inf, nan
from pathlib import Path

import pytest

from hts.answers import predict_shares
from hts.answers import shares as module
from hts.answers.memory import ShareMemory
from hts.cli.main import main
from hts.errors import StoppedError
from hts.plans import parse_plan
from hts.storage import ResultsFolder
from hts.theory.exact import shares
from hts.theory.exact.shares import stationary_shares

PLAN = """seed = 1
[landscape]
kind = "double-well"
minima = [-1.0, 1.2]
barriers = [0.0]
curvature = 1.0
L = 1.6
[noise]
kind = "pareto"
scale = 0.3
[grid]
eta = [0.1, 0.05]
b = [0.8, inf]
alpha = [1.5]
[exit]
well = 0
walkers = 100
max_steps = 100000
"""
VISITS = PLAN.replace("[exit]", "[visits]").replace("max_steps", "steps")


def study(text=PLAN):
    return parse_plan(text, Path("study.toml"))


@pytest.fixture
def hts(tmp_path, capsys):
    """Have `hts predict` print what it finds for a plan."""

    def call(text, *words):
        path = tmp_path / "study.toml"
        path.write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["predict", str(path), *words])
        assert not ended.value.code
        return capsys.readouterr().out

    return call


def test_exact_shares_stand_beside_the_limit_and_both_relaxation_times():
    plan = study()
    found = predict_shares(plan, threads=2)
    assert [(p.eta, p.b) for p in found] == [(cell.eta, cell.b) for cell in plan.cells()]
    unclipped = found[-1]
    assert (unclipped.eta, unclipped.b) == (0.05, inf)
    assert unclipped.limit == pytest.approx([1 / (1 + 1.2**1.5), 1 / (1 + 1.2**-1.5)], rel=1e-9)  # (1.2/1)^alpha
    exact = stationary_shares(plan.build_landscape(), plan.noise_of(plan.cells()[-1]), 0.05, inf)
    assert unclipped.exact == pytest.approx(exact.shares, rel=1e-5)
    assert unclipped.relaxation_steps_exact == pytest.approx(exact.chain.relaxation_steps, rel=1e-4)
    assert unclipped.relaxation_steps == pytest.approx(unclipped.relaxation_steps_exact, rel=0.3)
    assert unclipped.occupation(0, [10**12])[0] == pytest.approx(exact.shares, rel=1e-5)
    assert all(0 < p.relative_error <= 1e-5 and p.warnings == () for p in found)


@pytest.mark.parametrize(
    ("error", "said"),
    [(0.034, "known to 3.4% only"), (9.9e11, "no digit of the shares is known"), (nan, "no digit of the shares")],
)
def test_shares_that_are_not_known_are_not_given_and_words_say_how_little(monkeypatch, error, said):
    monkeypatch.setattr(shares, "_settle", lambda *arguments: (None, error))
    found = predict_shares(study())
    for p in found:
        assert p.exact is p.rates_exact is p.relative_error is None
        assert len(p.warnings) == 1
        assert said in p.warnings[0]


def test_shares_are_remembered_for_the_same_plan_only(tmp_path, monkeypatch):
    plan, cells = study(), study().cells()[:2]
    memory = ShareMemory(plan, ResultsFolder(tmp_path))
    fresh = predict_shares(plan, cells, threads=1, memory=memory)
    monkeypatch.setattr(module, "predict_cell_shares", None)  # nothing is computed again
    assert predict_shares(plan, cells, threads=1, memory=memory) == fresh
    assert ShareMemory(study(PLAN.replace("seed = 1", "seed = 2")), ResultsFolder(tmp_path)).recall(cells) == {}
    (tmp_path / "shares.json").write_text("{")
    assert memory.recall(cells) == {}


def test_what_was_computed_before_a_stop_is_kept(tmp_path):
    plan = study()
    memory = ShareMemory(plan, ResultsFolder(tmp_path))
    done: list[int] = []
    with pytest.raises(StoppedError, match=r"of 4 cells (was|were) predicted"):
        predict_shares(
            plan, threads=1, memory=memory, on_cell=lambda n, _: done.append(n), should_stop=lambda: done[-1] > 0
        )
    assert len(memory.recall(plan.cells())) >= 1


def test_one_well_has_no_shares_to_tell():
    start, end = PLAN.index("[landscape]"), PLAN.index("[noise]")
    basin = PLAN[:start] + '[landscape]\nkind = "basin"\nminimum = 0.0\ncurvature = 1.0\n' + PLAN[end:]
    basin = basin.replace("well = 0", "domain = [-1.0, 1.0]\nstart = 0.0")
    assert predict_shares(study(basin)) == ()


def test_classes_that_typical_jumps_do_not_join_have_exact_shares_and_no_limit():
    apart = PLAN.replace(
        "minima = [-1.0, 1.2]\nbarriers = [0.0]", "minima = [-2.0, -1.0, 1.0, 2.0]\nbarriers = [-1.5, 0.0, 1.5]"
    )
    text = apart.replace("double-well", "multi-well").replace("L = 1.6", "L = 2.5").replace("0.8, inf", "0.6")
    found = predict_shares(study(text.replace("0.1, 0.05", "0.02")), threads=1)[0]
    assert found.limit is None
    assert found.relaxation_steps is None
    assert "2 classes that typical jumps do not join, {0, 1}, {2, 3}" in found.warnings[0]
    assert found.exact == pytest.approx(found.exact[::-1], rel=1e-4)
    assert found.relaxation_steps_exact > 0


def test_stable_noise_with_alpha_2_has_exact_shares_and_no_limit():
    stable = PLAN.replace('"pareto"', '"stable"').replace("0.1, 0.05", "0.1").replace("0.8, inf", "inf")
    found = predict_shares(study(stable.replace("[1.5]", "[1.99, 2.0]")), threads=1)
    heavy, light = sorted(found, key=lambda p: p.alpha)
    assert (light.alpha, light.limit, light.relaxation_steps) == (2.0, None, None)
    assert "no limit of the shares: light tails have no transition rates of this kind" in light.warnings
    assert sum(light.exact) == pytest.approx(1.0)
    assert heavy.limit == pytest.approx([1 / (1 + 1.2**1.99), 1 / (1 + 1.2**-1.99)], rel=1e-9)
    assert heavy.relaxation_steps > 0


def test_too_many_jumps_are_skipped_with_the_reason():
    found = predict_shares(study(PLAN.replace("0.8, inf", "0.09")), threads=1)[0]
    assert found.exact is None
    assert found.rates_exact is None
    assert found.occupation(0, [10]) is None
    assert found.limit == (0.0, 1.0)
    assert found.warnings == (
        "no exact shares: leaving the widest well takes 14 clipped jumps, over 12: choose a larger b",
    )


@pytest.mark.parametrize(("text", "n_cells"), [(PLAN, 4), (VISITS, 0)])
def test_the_document_holds_cells_for_exits_and_shares_for_both(hts, text, n_cells):
    document = json.loads(hts(text, "--json", "--threads", "2"))
    assert len(document["cells"]) == n_cells
    assert [(row["eta"], row["b"]) for row in document["shares"]] == [
        (0.1, 0.8),
        (0.05, 0.8),
        (0.1, "inf"),
        (0.05, "inf"),
    ]
    first = document["shares"][0]
    assert sum(first["exact"]) == pytest.approx(1.0)
    assert first["relative_error"] <= 1e-5
    assert len(first["limit"]) == 2


def test_shares_can_be_left_out(hts):
    assert json.loads(hts(VISITS, "--json", "--no-shares"))["shares"] == []


def test_the_table_shows_each_well_and_each_warning_once(hts):
    answer = hts(VISITS.replace("0.8, inf", "0.8, 0.09"))
    assert "exact share" in answer
    assert answer.count("no exact shares: leaving the widest well takes 14") == 1
    assert "(eta 0.1, b 0.09, alpha 1.5) and 1 more" in answer


BETWEEN = """seed = 1
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
scale = 0.3
[grid]
eta = [0.01]
b = [inf]
alpha = [1.5]
[visits]
start = 0.001
walkers = 400
steps = 10000
"""


def test_visits_from_between_two_minima_settle_in_both_of_them(tmp_path):
    """400 walkers of 10,000 steps from .001 spent .508 and .492 of their time (standard error .025), not .264/.736."""
    plan = parse_plan(BETWEEN, Path("study.toml"))
    memory = ShareMemory(plan, ResultsFolder(tmp_path))
    (prediction,) = predict_shares(plan, threads=1, memory=memory)
    assert prediction.occupation(1, [10_000])[0] == pytest.approx([0.508, 0.492], abs=0.05)
    assert memory.recall(plan.cells())[plan.cells()[0]] == prediction
    (settled,) = predict_shares(parse_plan(BETWEEN.replace("0.001", "1.0"), Path("study.toml")), threads=1)
    assert settled.first_wells is None
    assert settled.occupation(1, [10_000])[0] == pytest.approx([0.264, 0.736], abs=0.01)
