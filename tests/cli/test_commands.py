"""Tests of the commands as a user and a script meet them: output, exit codes, JSON, mistakes, Ctrl-C."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from answers import document

from hts import ensembles
from hts.cli.main import COMMANDS, SUMMARIES


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_each_example_on_a_line_of_its_own(command, hts):
    code, out, _ = hts(command, "--help")
    lines = [line.strip() for line in out.splitlines()]
    examples = [line for line in lines if line.startswith(f"hts {command} ")]
    assert code == 0
    assert examples
    assert "\\b" not in out
    assert all(line.count(f"hts {command} ") == 1 for line in examples)


def test_a_newcomer_s_road_from_a_starter_plan_to_figures(hts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hts("new", "first.toml")[0] == 0
    assert hts("describe", "first.toml")[0] == 0
    few = (
        "--set",
        "exit.walkers=100",
        "--set",
        "grid.eta=[0.1, 0.05, 0.03]",
        "--set",
        "grid.b=[0.7]",
        "--set",
        "grid.alpha=[1.5]",
    )
    assert hts("run", "first.toml", *few)[0] == 0
    code, out, _ = hts("fit", "results/first")
    assert code == 0
    assert "exponent" in out
    assert hts("plot", "results/first")[0] == 0
    assert list((tmp_path / "results/first/figures").glob("*.pdf"))


def test_new_does_not_overwrite(hts, plan, plan_text):
    code, _, err = hts("new", plan)
    assert code == 2
    assert "left alone" in err
    assert plan.read_text() == plan_text


def test_describe_writes_nothing_and_says_what_run_will_do(hts, plan, tmp_path):
    before = document(hts("describe", plan, "--json"))
    assert before["schema"] == 1
    assert [cell["state"] for cell in before["cells"]] == ["missing", "missing"]
    assert before["wells"][0]["jump_numbers"] == [{"b": 0.7, "jump_number": 2}]
    assert before["wells"][0]["left"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    assert hts("run", plan)[0] == 0
    after = document(hts("describe", plan, "--json"))
    assert [cell["state"] for cell in after["cells"]] == ["done", "done"]
    assert after["cost"]["expected_steps"] == 0


def test_a_second_run_computes_nothing(hts, plan):
    assert "shards written" in hts("run", plan)[1]
    code, out, _ = hts("run", plan)
    assert code == 0
    assert "nothing to do" in out


def test_a_relative_error_chooses_walkers_once(hts, plan, tmp_path):
    wanted = ("--set", "exit.walkers={ relative_error = 0.1 }")
    said = document(hts("describe", plan, *wanted, "--json"))
    assert [cell["walkers_wanted"] for cell in said["cells"]] == [100, 100]
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    code, out, _ = hts("run", plan, *wanted)
    assert code == 0
    assert "walkers for a relative error of 0.1, from exact means: 100 in 2 cells" in out
    assert "from exact means" not in hts("run", plan, *wanted)[1]
    assert "100 in 2 cells; now 157" in hts("run", plan, "--set", "exit.walkers={ relative_error = 0.08 }")[1]
    cells = document(hts("status", "results/study", "--json"))["cells"]
    assert [(cell["state"], cell["walkers_wanted"]) for cell in cells] == [("done", 157)] * 2
    fit = document(hts("fit", "results/study", "--json"))
    assert [cell["n_walkers"] for cell in fit["cells"]] == [157, 157]
    code, _, err = hts(
        "describe", plan, "--set", "exit.walkers={ relative_error = 0.0001 }", "--set", "exit.max_steps=1"
    )
    assert code == 2
    assert "exit.walkers.relative_error: would take" in err


def test_fit_status_and_verify_answer_in_json(hts, plan):
    assert hts("run", plan, "-o", "out", "--threads", "1")[0] == 0
    fit = document(hts("fit", "out", "--json"))
    assert [cell["n_exits"] for cell in fit["cells"]] == [300, 300]
    assert fit["fits"][0]["exit_exponent_limit"] == pytest.approx(2.0)
    assert [cell["state"] for cell in document(hts("status", "out", "--json"))["cells"]] == ["done", "done"]
    assert document(hts("verify", "out", "--json"))["damaged"] == []


def test_infinite_b_is_a_string_in_json(hts, plan):
    found = document(hts("describe", plan, "--json", "--set", "grid.b=[inf]"))
    assert found["graphs"][0]["b"] == "inf"
    assert found["cells"][0]["b"] == "inf"


def test_a_damaged_shard_is_named_with_exit_code_4_and_healed_by_the_next_run(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out")[0] == 0
    shard = sorted((tmp_path / "out/shards").iterdir())[0]
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    code, _, err = hts("verify", "out")
    assert code == 4
    assert shard.name in err
    assert hts("fit", "out")[0] == 4
    assert hts("run", plan, "-o", "out")[0] == 0
    assert hts("verify", "out")[0] == 0


def test_verify_computes_walkers_again_and_sets_aside_what_is_wrong(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out")[0] == 0
    found = document(hts("verify", "out", "--replay", "20", "--json"))
    assert (found["n_replayed"], found["different"], found["damaged"]) == (20, [], [])
    shard = sorted((tmp_path / "out/shards").iterdir())[0]
    shard.write_bytes(shard.read_bytes()[:-1])
    code, _, err = hts("verify", "out", "--repair")
    assert code == 4
    assert "set aside in out/damaged" in err
    assert [path.name for path in (tmp_path / "out/damaged").iterdir()] == [shard.name]
    assert document(hts("verify", "out", "--json"))["damaged"] == []
    assert "1 shards written" in hts("run", plan, "-o", "out")[1]


def test_shares_are_told_what_is_left_to_others(hts, plan):
    assert "2 missing ones belong to other shares" in hts("run", plan, "-o", "out", "--share", "1/2")[1]
    assert [cell["state"] for cell in document(hts("status", "out", "--json"))["cells"]] != ["done", "done"]
    assert "2 shards written, 2 were there;" in hts("run", plan, "-o", "out", "--share", "2/2")[1]
    for wrong in ("3/2", "x", "1/0"):
        code, _, err = hts("run", plan, "-o", "out", "--share", wrong)
        assert code == 2
        assert "share" in err


def test_describe_says_why_and_measures_when_asked(hts, plan):
    assert hts("run", plan, "-o", "out")[0] == 0
    grown = ("-o", "out", "--set", "exit.walkers=400", "--threads", "1")
    said = document(hts("describe", plan, *grown, "--calibrate", "--json"))
    assert [(c["state"], c["walkers_left"], c["shards"], c["message"]) for c in said["cells"]] == [
        ("partial", 100, 1, "300 walkers are there")
    ] * 2
    assert (said["cost"]["basis"], said["cost"]["threads"]) == ("calibrated", 1)
    assert said["cost"]["core_seconds"] * said["cost"]["steps_per_second"] == pytest.approx(
        said["cost"]["expected_steps"]
    )
    assert "300 walkers are there" in hts("describe", plan, *grown)[1]
    refused = document(hts("describe", plan, "-o", "out", "--seed", "6", "--json"))
    assert any("would refuse" in warning and "seed: 6 here, 5 there" in warning for warning in refused["warnings"])


def test_a_failed_cell_is_recorded_left_alone_and_tried_again_when_asked(hts, plan, monkeypatch):
    honest = ensembles.simulate_exits

    def fails(problem, *rest, **more):
        if problem.eta == 0.05:
            raise FloatingPointError("no such luck")
        return honest(problem, *rest, **more)

    monkeypatch.setattr(ensembles, "simulate_exits", fails)
    for _ in range(2):
        code, _, err = hts("run", plan, "-o", "out")
        assert code == 1
        assert "no such luck" in err
        assert "--retry-failed" in err
    monkeypatch.setattr(ensembles, "simulate_exits", honest)
    assert hts("run", plan, "-o", "out")[0] == 1
    assert "left alone" in document(hts("describe", plan, "-o", "out", "--json"))["cells"][1]["message"]
    assert hts("run", plan, "-o", "out", "--retry-failed")[0] == 0
    assert hts("run", plan, "-o", "out")[0] == 0


def test_every_mistake_of_a_plan_is_told_at_its_place_with_exit_code_2(hts, plan, plan_text):
    plan.write_text(
        plan_text.replace("max_steps", "max_step").replace("0.05]", "-0.05]").replace('"pareto"', '"paretto"')
    )
    code, out, err = hts("run", plan)
    assert code == 2
    assert "Traceback" not in out + err
    for place in ("study.toml:11:", "study.toml:9:", "study.toml:17:1: exit.max_step: "):
        assert place in err


def test_a_folder_of_another_plan_is_refused_naming_the_key(hts, plan):
    assert hts("run", plan, "-o", "out")[0] == 0
    code, _, err = hts("run", plan, "-o", "out", "--seed", "6")
    assert code == 2
    assert "seed" in err
    assert "5" in err
    assert "6" in err


@pytest.mark.parametrize(
    "words", [("fit", "nowhere"), ("status", "nowhere"), ("verify", "nowhere"), ("run", "no.toml")]
)
def test_what_does_not_exist_is_a_usage_error(hts, plan, words):
    code, out, err = hts(*words)
    assert code == 2
    assert "Traceback" not in out + err
    assert words[1] in err


def test_an_unknown_command_or_option_is_a_usage_error(hts, plan):
    assert hts("simulate", plan)[0] == 2
    assert hts("run", plan, "--thread", "2")[0] == 2


def test_a_bug_is_one_line_that_says_where_the_traceback_is(hts, plan, monkeypatch):
    monkeypatch.setattr("hts.plans.read_plan", lambda *_: 1 / 0)
    code, _, err = hts("describe", plan)
    assert code == 70
    assert len(err.splitlines()) == 1
    kept = Path(err.rsplit(" ", 1)[1].strip())
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    kept.unlink()


def test_every_command_has_a_summary_and_an_example_in_its_help(hts):
    assert list(COMMANDS) == list(SUMMARIES)
    for name in COMMANDS:
        code, out, _ = hts(name, "--help")
        assert code == 0
        assert f"hts {name}" in out.split("Example", 1)[1]


def test_version_tells_what_decides_a_number(hts):
    code, out, _ = hts("--version")
    assert code == 0
    assert {"hts", "streams", "numba", "numpy"} <= {line.split()[0] for line in out.splitlines()}


def test_help_imports_nothing_heavy():
    """0.3 s is a matter of what is imported, which can be tested; clocks are for `make bench`."""
    script = "import sys\nfrom hts.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
    script += "print([m for m in ('numpy', 'numba', 'scipy', 'pyarrow', 'matplotlib', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


LONG = [
    "--set",
    "exit.walkers=20000",
    "--set",
    "grid.eta=[0.001]",
    "--set",
    "grid.b=[0.4]",
    "--set",
    "exit.max_steps=100000000",
]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 3)])
def test_a_signal_stops_a_run_and_keeps_what_is_done(plan, tmp_path, number, code, hts):
    words = [sys.executable, "-m", "hts", "run", str(plan), "-o", "out", "--threads", "2", *LONG]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out/shards").glob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Run it again to go on" in err
    assert "Traceback" not in err
    assert hts("verify", "out")[0] == 0
    status = document(hts("status", "out", "--json"))["cells"][0]
    assert status["state"] == "partial"
    assert 0 < status["walkers_done"] < 20000
