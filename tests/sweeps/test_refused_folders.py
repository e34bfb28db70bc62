"""Tests of hts/sweeps/sweep: which folders a run goes on in, and which it refuses."""

import json

import pytest
from fake_exits import STREAMS, plan, sweep

from hts.errors import PlanError
from hts.plans import read_plan


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"overrides": ["noise.scale=2.0"]}, r"noise\.scale: 2\.0 here, 1\.0 there"),
        ({"overrides": ["landscape.curvature=3.0"]}, r"landscape\.curvature: 3\.0 here, 1\.0 there"),
        ({"overrides": ["exit.domain=[-1.0, 2.0]"]}, r"exit\.high: 2\.0 here, 1\.0 there"),
        ({"seed": 6}, r"seed: 6 here, 5 there"),
    ],
)
def test_a_folder_of_another_plan_is_refused_naming_what_differs(tmp_path, change, key):
    sweep(plan(), tmp_path)
    with pytest.raises(PlanError, match=key):
        sweep(plan(*change.get("overrides", ()), seed=change.get("seed")), tmp_path)


def test_another_title_or_figure_is_the_same_plan(tmp_path):
    sweep(plan(), tmp_path)
    assert sweep(plan('title="renamed"', 'figure.published="WOR"'), tmp_path).n_written == 0
    assert read_plan(tmp_path / "plan.toml").title == "renamed"


def test_other_random_streams_are_refused(tmp_path):
    sweep(plan(), tmp_path)
    with pytest.raises(PlanError, match=r"random streams fake/1, this hts has fake/2"):
        sweep(plan(), tmp_path, stream_version="fake/2")


def test_without_identity_the_shards_themselves_refuse_another_plan(tmp_path):
    sweep(plan(), tmp_path)
    (tmp_path / "identity.json").write_text('{"identity": "torn')
    with pytest.raises(PlanError, match="holds results of another plan"):
        sweep(plan("noise.scale=2.0"), tmp_path)
    with pytest.raises(PlanError, match="holds results of another plan"):
        sweep(plan(), tmp_path, stream_version="fake/2")
    report = sweep(plan(), tmp_path)
    assert (report.n_written, report.n_damaged) == (0, 0)
    assert json.loads((tmp_path / "identity.json").read_text())["stream_version"] == STREAMS


def test_a_folder_with_other_peoples_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(PlanError, match=r"thesis\.tex"):
        sweep(plan(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_wrong_number_of_threads_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(PlanError, match="threads"):
        sweep(plan(), tmp_path / "new", threads=0)
    assert not (tmp_path / "new").exists()
