"""Faults: a bit that flips in any file of a folder that decides a number is named by verify."""

import json
import os

import numpy as np
import pytest
from click.testing import CliRunner
from fake_exits import STREAMS, plan, shard_names, sweep

from hts.cli import export, fit, plot
from hts.cli.status import command
from hts.errors import IntegrityError, PlanError, StoppedError
from hts.storage import ResultsFolder
from hts.storage.checkpoints import write_checkpoint
from hts.storage.names import ShardName, digest_of
from hts.storage.tables import decode_columns, decode_footer, encode
from hts.storage.walkers import read_walkers
from hts.sweeps import repair_sweep, sweep_status, verify_sweep
from hts.sweeps.status import folder_status


@pytest.fixture
def folder(tmp_path):
    """All files that a folder can hold."""
    path = tmp_path / "results"
    sweep(plan(), path)
    results = ResultsFolder(path)
    for document in (results.walkers, results.predictions, results.predicted_shares):
        results.write_json(document, {"cells": [{"mean_exit_steps_exact": 59.194, "warnings": []}]})
    arrays = {"steps": np.arange(99)}
    write_checkpoint(results.checkpoints / "a-w0000000000-0000000098.checkpoint", results.scratch, {}, arrays)
    return path


def check_flips(folder, n):
    rng = np.random.default_rng(17)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert verify_sweep(folder).damaged == ()
    for k in range(n):
        path = files[-1 - k % len(files)]
        data = path.read_bytes()
        harmed = bytearray(data)
        harmed[rng.integers(len(data))] ^= 1 << rng.integers(8)
        path.write_bytes(harmed)
        assert verify_sweep(folder).damaged == (str(path.relative_to(folder)),)
        path.write_bytes(data)


def test_a_flipped_bit_of_any_file_is_named(folder):
    check_flips(folder, 24)


@pytest.mark.long
def test_hundreds_of_flipped_bits_are_named(folder):
    check_flips(folder, 300)


@pytest.mark.parametrize("name", ["identity.json", "plan.toml"])
def test_a_file_that_is_gone_is_named_and_comes_back(folder, name):
    text = (folder / name).read_bytes()
    (folder / name).unlink()
    assert verify_sweep(folder).damaged == (name,)
    sweep(plan(), folder)
    assert (folder / name).read_bytes() == text


def test_another_plan_in_the_folder_is_named(folder):
    text = (folder / "plan.toml").read_text()
    (folder / "plan.toml").write_text(text.replace("curvature = 1.0", "curvature = 2.0"))
    found = verify_sweep(folder)
    assert (found.damaged, "another plan" in found.reasons[0]) == (("plan.toml",), True)


def test_pipes_and_deep_json_are_damage(folder):
    os.mkfifo(folder / "shards" / "a.parquet")
    (folder / "predictions.json").write_text("[" * 100_000)
    assert verify_sweep(folder).damaged == ("shards/a.parquet", "predictions.json")


@pytest.mark.parametrize("with_identity", [True, False])
def test_a_pipe_in_place_of_the_plan_is_not_waited_for(folder, with_identity):
    (folder / "plan.toml").unlink()
    os.mkfifo(folder / "plan.toml")
    if not with_identity:
        (folder / "identity.json").unlink()
    with pytest.raises(PlanError, match=r"plan.toml: cannot be read \(it is no regular file\); write it anew"):
        sweep_status(folder)
    assert "plan.toml" in verify_sweep(folder).damaged


@pytest.mark.parametrize(
    ("column", "value"), [("exit_steps", 0), ("side", 7), ("landing", np.nan), ("is_censored", True)]
)
def test_walkers_that_cannot_be_are_damage_under_a_right_checksum(folder, column, value):
    old = folder / "shards" / shard_names(folder)[0]
    data = old.read_bytes()
    footer, columns = decode_footer(data), decode_columns(data)
    columns = {name: values.copy() for name, values in columns.items()}
    columns[column][3] = value
    data = encode(footer.cell, columns, footer.provenance)
    new = old.with_name(str(ShardName(footer.slug, footer.first_walker, footer.n_walkers, digest_of(data))))
    old.unlink()
    new.write_bytes(data)
    found = verify_sweep(folder)
    assert found.damaged == (f"shards/{new.name}",)
    assert "walker 3" in found.reasons[0]


def test_documents_say_their_digest(folder):
    assert len(json.loads((folder / "identity.json").read_bytes())["sha256"]) == 64


def test_harmed_predictions_are_set_aside_by_the_next_run(folder):
    (folder / "predictions.json").write_text("{}")
    sweep(plan(), folder)
    assert (folder / "damaged" / "predictions.json").read_text() == "{}"
    assert verify_sweep(folder).damaged == ()


def test_a_lost_identity_is_restored_from_plan_and_shards(folder):
    text = (folder / "identity.json").read_bytes()
    (folder / "identity.json").unlink()
    found = verify_sweep(folder)
    assert "--repair writes it anew" in found.reasons[0]
    repair_sweep(folder, found.damaged)
    assert (folder / "identity.json").read_bytes() == text
    assert verify_sweep(folder).damaged == ()


def test_a_lost_identity_without_a_plan_says_what_the_shards_know(folder):
    (folder / "identity.json").unlink()
    (folder / "plan.toml").unlink()
    found = verify_sweep(folder)
    assert found.damaged == ("identity.json", "plan.toml")
    said = f"seed 5, identity {plan().identity()[:16]}, random streams {STREAMS}"
    assert said in found.reasons[0]
    repair_sweep(folder, found.damaged)
    assert not (folder / "identity.json").exists()


def test_an_identity_is_not_made_up_for_shards_of_two_streams(folder):
    (folder / "identity.json").unlink()
    sweep(plan("grid.eta=[0.3]"), folder.with_name("other"), stream_version="other/1")
    for path in (folder.with_name("other") / "shards").iterdir():
        path.rename(folder / "shards" / path.name)
    found = verify_sweep(folder)
    assert "hts run PLAN" in found.reasons[0]
    repair_sweep(folder, found.damaged)
    assert not (folder / "identity.json").exists()


def test_an_edit_that_changes_no_walker_is_told_in_plain_words(folder):
    with (folder / "plan.toml").open("a") as file:
        file.write("# seen\n")
    [reason] = verify_sweep(folder).reasons
    assert "was edited since hts run wrote it; finished walkers do not depend on the edit" in reason


def test_walkers_without_a_digest_are_kept_by_the_remedy(folder):
    text = '{"cells": {"a": {"walkers": 3, "relative_error": 0.1}}}'
    (folder / "walkers.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"--repair, which keeps it in .*damaged"):
        read_walkers(ResultsFolder(folder))
    repair_sweep(folder, verify_sweep(folder).damaged)
    assert (folder / "damaged" / "walkers.json").read_text() == text
    assert read_walkers(ResultsFolder(folder)) == {}
    assert verify_sweep(folder).damaged == ()


def test_status_names_damage_of_no_cell_of_the_plan(folder):
    stray = folder / "shards" / "notes.parquet"
    stray.write_bytes(b"x")
    [message] = folder_status(folder).strays
    assert message.startswith("notes.parquet: ")
    assert {cell.state for cell in folder_status(folder).cells} == {"done"}
    (ended, out), (as_json, document) = status_in(folder), status_in(folder, "--json")
    assert (ended.exit_code, as_json.exit_code) == (4, 4)
    assert "1 damaged shard of no cell of the plan" in str(ended)
    assert "of no cell of the plan: notes.parquet" in out
    assert json.loads(document)["strays"] == [message]


def test_status_counts_one_damaged_cell_in_the_singular(folder):
    (folder / "shards" / shard_names(folder)[0]).write_bytes(b"x")
    assert str(status_in(folder)[0]).startswith("1 cell with damaged shards; ")


def status_in(folder, *options):
    """What `hts status` ends with, and what it prints."""
    ended = CliRunner().invoke(command, [str(folder), *options])
    return ended.exception, ended.stdout


@pytest.mark.parametrize("harm", ["gone", "a pipe", "changed"])
def test_fit_export_and_plot_go_on_without_the_identity_and_say_so(folder, tmp_path, harm):
    """They were silent, though shards are then compared with plan.toml alone."""
    identity = folder / "identity.json"
    text = identity.read_text()
    identity.unlink()
    if harm == "a pipe":
        os.mkfifo(identity)
    elif harm == "changed":
        identity.write_text(text.replace('"schema": 1', '"schema": 2'))
    words = {"gone": "is missing", "a pipe": "it is no regular file", "changed": "does not match its digest"}[harm]
    target = str(tmp_path / "cells.csv")
    for called in (
        [fit.command, str(folder), "--no-exact"],
        [export.command, str(folder), "--no-exact", "--to", target],
        [plot.command, str(folder), "--no-exact", "--figure", "landscape"],
    ):
        ended = CliRunner().invoke(called[0], called[1:])
        assert (ended.exit_code, ended.exception) == (0, None)
        assert ended.stderr.startswith(f"warning: {identity}: ")
        assert words in ended.stderr
        assert "--repair" in ended.stderr
    assert "warning" not in ended.stdout


def test_pipes_in_place_of_documents_are_set_aside_and_not_waited_for(folder):
    results = ResultsFolder(folder)
    for path in (results.predictions, results.predicted_shares):
        path.unlink()
        os.mkfifo(path)
    for called in ([fit.command, str(folder), "--no-exact"], [plot.command, str(folder), "--figure", "landscape"]):
        ended = CliRunner().invoke(called[0], called[1:])
        assert (ended.exit_code, ended.exception) == (0, None)
    assert {"predictions.json", "shares.json"} <= set(verify_sweep(folder).damaged)


def test_figures_that_are_a_link_go_where_it_leads_and_a_broken_link_is_told(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (folder / "figures").symlink_to(elsewhere)
    called = [str(folder), "--no-exact", "--figure", "landscape"]
    broken = CliRunner().invoke(plot.command, called)
    assert isinstance(broken.exception, StoppedError)
    assert "choose another folder with -o" in str(broken.exception)
    elsewhere.mkdir()
    assert CliRunner().invoke(plot.command, called).exit_code == 0
    assert sorted(path.name for path in elsewhere.iterdir()) == [f"landscape.{kind}" for kind in ("csv", "pdf", "png")]
    assert verify_sweep(folder).damaged == ()
