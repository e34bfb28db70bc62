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
OTHER = PLAN + "moment = 1.0\n"
NAMES = ("test_accuracy", "train_accuracy", "train_loss", "test_loss", "pac_bayes", "maximal")


def made_up(path, text, folder, shift=0.0):
    """Five networks of LB and three of SB, with measures made up: those of SB are 1 larger."""
    path.write_text(text)
    plan, results = read_training_plan(path), ResultsFolder(folder)
    document = {"identity": plan.identity(), "physics": plan.physics(), "stream_version": TRAINING_VERSION}
    results.write_json(results.identity, document)
    results.write_text(results.plan, plan.to_toml())
    for method, n, own in (("LB", 5, 0.0), ("SB", 3, 1.0)):
        values = np.arange(n) + own + shift
        arrays = dict.fromkeys(NAMES, values) | {"expected": np.ones((n, 2)), "eigenvalues": np.ones((n, 3))}
        arrays |= {"diverged": np.full(n, -1), "norm": np.zeros(n)}
        task = Task(method, range(n))
        write_checkpoint(results.training / task.name, results.scratch, task.key(plan), arrays)
    return results.path


@pytest.fixture
def folder(tmp_path):
    return made_up(tmp_path / "plan.toml", PLAN, tmp_path / "results")


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
    for name in ("run", "predict", "report", "paths", "rare"):
        said = hts(name, tmp_path / "plan.toml")
        assert said[0] == 2
        assert "plan.toml:1:1: training: is a study of its own; use it with `hts train`" in said[2]
        assert len(said[2].splitlines()) == 1
    assert hts("verify", folder, "--replay", 3)[0] == 2
    code, _, said = hts("compare", folder, tmp_path)
    assert (code, f"{tmp_path}: holds no trained networks, as others here do" in said) == (2, True)


def test_describe_says_what_is_left_what_it_takes_and_which_files_lack(hts, folder, tmp_path, monkeypatch):
    code, out, _ = hts("describe", tmp_path / "plan.toml", "-o", folder, "--json")
    found = json.loads(out)
    assert code == 0
    assert [(m["method"], m["iterations"], m["replications_left"]) for m in found["methods"]] == [
        ("LB", 15_000, 0), ("SB", 15_000, 2),
    ]  # fmt: skip
    assert (found["network"]["n_weights"], found["data"]["test_images"]) == (64 * 64 + 64 * 64 + 640 + 138, 1737)
    path = tmp_path / "files.toml"
    path.write_text('[training]\ndata = "cifar10"\nnetwork = "vgg11"\nfolder = "images"\n')
    code, out, _ = hts("describe", path)
    assert code == 0
    assert "9 750 922 weights" in out
    assert "lacks data_batch_1, data_batch_2" in out
    assert "cifar-10-python.tar.gz, unpacked, into" in out
    monkeypatch.setattr("hts.networks.running.machine_bytes", lambda: 10**12)
    said = hts("train", path, "-o", tmp_path / "out")
    assert (said[0], (tmp_path / "out").exists()) == (2, False)
    assert "lacks data_batch_1" in said[2]
    assert said[2].count("data_batch_1") == 1
    monkeypatch.setattr("hts.networks.running.machine_bytes", lambda: 2 * 10**9)
    said = hts("train", path, "-o", tmp_path / "out")
    assert (said[0], (tmp_path / "out").exists()) == (2, False)
    assert "one replication takes about" in said[2]
    assert "and there are 2 GB; make large_batch and small_batch smaller" in said[2]


def test_a_report_and_an_export_hold_what_fit_shows(hts, folder, tmp_path):
    told = hts("fit", folder)[1]
    assert hts("report", folder)[0] == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "hts train plan.toml" in page
    assert "2102.04297" in page
    assert 'id="figure-training"' in page
    assert "The interval of" in page
    assert "2 ± 0.71" in told
    assert "2 ± 0.71" in page
    assert hts("report", folder, "--set", "training.eta=1")[0] == 2
    code, out, _ = hts("export", folder, "--to", tmp_path / "table.csv")
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    assert (code, out) == (0, f"{tmp_path / 'table.csv'}: {len(rows)} rows\n")
    assert {row["kind"] for row in rows} == {"mean", "difference"}
    assert hts("export", folder, "--to", tmp_path / "table.parquet")[0] == 0
    assert hts("export", folder, "--to", folder / "training" / "table.csv")[0] == 2


def test_a_new_plan_of_training_names_the_next_command(hts, tmp_path):
    assert "next: hts train" in hts("new", "--kind", "training", tmp_path / "study.toml")[1]
    assert "next: hts regression" in hts("new", "--kind", "regression", tmp_path / "other.toml")[1]


def test_files_and_checkpoints_of_another_plan_are_refused_by_name(hts, folder, tmp_path):
    (tmp_path / "other.toml").write_text(PLAN + "eta = 0.1\n")
    other, results = read_training_plan(tmp_path / "other.toml"), ResultsFolder(folder)
    task = Task("SB", range(3, 5))
    arrays = {"theta": np.zeros((2, 3)), "step": np.array(4)}
    write_checkpoint(results.checkpoints / task.name, results.scratch, task.key(other), arrays)
    code, _, said = hts("verify", folder)
    assert (code, f"checkpoints/{task.name}: is of another plan" in said) == (4, True)
    (results.checkpoints / task.name).unlink()
    write_checkpoint(results.training / task.name, results.scratch, task.key(other), arrays)
    for name in ("fit", "report"):
        code, _, said = hts(name, folder)
        assert (code, f"{task.name}: is of another plan; remove it, run again" in said) == (2, True)
    said = hts("train", tmp_path / "other.toml", "-o", folder)
    assert (said[0], "training.eta: 0.1 here, 0.05 there" in said[2]) == (2, True)


def test_compare_pairs_the_networks_of_folders_and_names_what_their_plans_have_apart(hts, folder, tmp_path):
    wide = made_up(tmp_path / "other.toml", OTHER, tmp_path / "other", 2.0)
    code, out, _ = hts("compare", folder, wide, "--json")
    found = json.loads(out)
    assert (code, found["differences"]) == (0, [{"key": "training.moment", "values": [2.0, 1.0]}])
    pairs = {(one["method"], one["measure"]): one for one in found["pairs"]}
    assert {key[0] for key in pairs} == {"LB", "SB"}
    one = pairs["SB", "test_loss"]
    assert (one["mean"], one["n"], one["is_different"]) == (-2.0, 3, True)
    assert not pairs["SB", "expected 0.01"]["is_different"]
    code, out, _ = hts("compare", folder, wide)
    assert code == 0
    assert "training.moment: 2.0, 1.0" in out
    assert "LB, test_loss: results - other = -2" in out


def test_networks_that_are_no_pairs_are_not_compared(hts, folder, tmp_path):
    other = made_up(tmp_path / "other.toml", "seed = 3\n" + PLAN.replace("60", "61"), tmp_path / "other")
    code, _, said = hts("compare", folder, other)
    assert code == 2
    assert f"seed is 0 in {folder} and 3 in {other}" in said
    assert "images is 60" in said
    code, _, said = hts("compare", folder, folder)
    assert (code, "is given twice" in said) == (2, True)
