"""Tests of `status`, `verify`, `fit` and others on plans and folders of `hts train`, without training anything."""

import csv
import json

import numpy as np
import pytest

from hts.networks.folders import TRAINING_VERSION, Task
from hts.plans.training import read_training_plan
from hts.storage import ResultsFolder
from hts.storage.checkpoints import write_checkpoint

PLAN = '[training]\nimages = 60\ncorrupted = 0\nsmall_batch = 8\nlarge_batch = 16\nmethods = ["LB", "SB"]\n'
NAMES = ("test_accuracy", "train_accuracy", "train_loss", "test_loss", "pac_bayes", "maximal")


@pytest.fixture
def folder(tmp_path):
    """Five networks of LB and three of SB, with measures made up: those of SB are 1 larger."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    plan, results = read_training_plan(path), ResultsFolder(tmp_path / "results")
    document = {"identity": plan.identity(), "physics": plan.physics(), "stream_version": TRAINING_VERSION}
    results.write_json(results.identity, document)
    results.write_text(results.plan, plan.to_toml())
    for method, n, shift in (("LB", 5, 0.0), ("SB", 3, 1.0)):
        values = np.arange(n) + shift
        arrays = dict.fromkeys(NAMES, values) | {"expected": np.ones((n, 2)), "eigenvalues": np.ones((n, 3))}
        arrays |= {"diverged": np.full(n, -1), "norm": np.zeros(n)}
        task = Task(method, range(n))
        write_checkpoint(results.training / task.name, results.scratch, task.key(plan), arrays)
    return results.path


def test_status_and_fit_of_a_sound_folder(hts, folder):
    code, out, _ = hts("status", folder, "--json")
    cells = [(c["method"], c["state"], c["replications_done"]) for c in json.loads(out)["cells"]]
    assert (code, cells) == (0, [("LB", "done", 5), ("SB", "partial", 3)])
    assert "1 of 2 methods done" in hts("status", folder)[1]
    assert hts("verify", folder)[1].endswith("2 files, 0 damaged\n")
    differences = json.loads(hts("fit", folder, "--json")[1])["differences"]
    assert {d["mean"] for d in differences if d["measure"] in NAMES} == {-1.0}


def test_the_figure_has_a_row_for_each_mean_and_difference(hts, folder, tmp_path):
    code, out, _ = hts("plot", folder, "-o", tmp_path / "figures")
    assert (code, len(out.splitlines())) == (0, 3)
    rows = list(csv.DictReader((tmp_path / "figures" / "training.csv").read_text().splitlines()))
    assert [r["mean"] for r in rows if r["kind"] == "difference" and r["measure"] == "maximal"] == ["-1.0"]
    assert hts("plot", folder, "--figure", "exits")[0] == 2


def test_damage_is_named_with_exit_code_4_and_set_aside(hts, folder):
    path = next((folder / "training").glob("SB-*"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert [hts(name, folder)[0] for name in ("status", "fit")] == [4, 4]
    found = hts("verify", folder, "--repair")
    assert found[0] == 4
    assert f"training/{path.name}: is not what was written" in found[2]
    assert "`hts train` computes them anew" in found[2]
    assert not path.exists()
    assert hts("verify", folder)[0] == 0
    (folder / "plan.toml").write_text(PLAN + "eta = 0.1\n")
    found = hts("verify", folder)
    assert found[0] == 4
    assert "plan.toml: is not the plan" in found[2]


def test_other_commands_say_which_one_takes_the_plan(hts, folder, tmp_path):
    for name in ("describe", "run", "predict", "report"):
        said = hts(name, tmp_path / "plan.toml")
        assert said[0] == 2
        assert "plan.toml:1:1: training: is a study of its own; use it with `hts train`" in said[2]
        assert len(said[2].splitlines()) == 1
    assert hts("verify", folder, "--replay", 3)[0] == 2


def test_a_new_plan_of_training_names_the_next_command(hts, tmp_path):
    assert "next: hts train" in hts("new", "--kind", "training", tmp_path / "study.toml")[1]
    assert "next: hts regression" in hts("new", "--kind", "regression", tmp_path / "other.toml")[1]
