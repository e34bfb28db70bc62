"""Tests of commands on a folder of summaries beside the same walkers kept one by one."""

from dataclasses import replace

import pytest
from answers import document

from hts.errors import PlanError
from hts.storage.summaries import read_summary, write_summary
from hts.sweeps import load_cells


@pytest.fixture
def both(hts, plan):
    """The same plan run with walkers kept and with summaries."""
    assert hts("run", plan, "-o", "walkers")[0] == 0
    assert hts("run", plan, "--set", 'exit.keep="summary"', "-o", "summaries")[0] == 0
    return plan.parent


SAME = ("n_walkers", "n_exits", "n_censored", "exposure_steps", "mean_exit_steps", "exits", "destinations")


def test_commands_answer_alike(hts, both):
    (one, other) = (document(hts("fit", name, "--no-exact", "--json")) for name in ("walkers", "summaries"))
    for mine, theirs in zip(one["cells"], other["cells"], strict=True):
        for key in SAME:
            assert mine[key] == theirs[key]
        for key in ("mean_low", "mean_high"):
            assert mine[key] == pytest.approx(theirs[key], rel=1e-12)
        assert mine["exponentiality_p"] == pytest.approx(theirs["exponentiality_p"], abs=0.1)
    for words in (
        ("status",),
        ("verify",),
        ("plot", "--no-exact", "--figure", "survival"),
        ("fit", "--no-exact"),
        ("report", "--no-exact"),
    ):
        codes = {hts(words[0], name, *words[1:])[0] for name in ("walkers", "summaries")}
        assert codes == {0}, words
    for name in ("walkers", "summaries"):
        assert hts("export", name, "--no-exact", "--to", f"{name}.csv")[0] == 0
    assert (both / "summaries" / "figures" / "survival.csv").is_file()
    rows = [len((both / f"{name}.csv").read_text().splitlines()) for name in ("walkers", "summaries")]
    assert rows[0] == rows[1]


def test_summaries_are_computed_again_and_a_wrong_one_is_found(hts, both):
    code, said, _ = hts("verify", "summaries", "--replay", "1")
    assert code == 0
    assert "1 summary shard computed again, 0 came out otherwise" in said
    first = min((both / "summaries" / "summaries").iterdir())
    shard, summary = read_summary(first)
    wrong = replace(summary, n_left=summary.n_right, n_right=summary.n_left)
    write_summary(first.parent, both / "tmp", shard.cell, shard.first_walker, wrong, shard.provenance)
    first.unlink()
    code, said, told = hts("verify", "summaries", "--replay", "100")
    assert code == 4
    assert "1 came out otherwise" in said
    assert "summary from walker 0 is stored as" in told


def test_what_needs_single_walkers_says_so(hts, both):
    with pytest.raises(PlanError, match="needs single walkers"):
        load_cells("summaries")
    code, _, told = hts("run", both / "study.toml", "-o", "summaries")
    assert code == 2
    assert "choose another folder with -o" in told
