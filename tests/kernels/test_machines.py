"""Tests that the same bits come out compiled and interpreted, on a generic CPU, and wherever the cache may lie."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def small_exits(n_walkers, max_steps, script="small_exits.py", **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    command = [sys.executable, "-W", "error", str(Path(__file__).with_name(script)), str(n_walkers), str(max_steps)]
    done = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def compiled():
    return small_exits(100, 60)


def test_interpreted_kernels_give_the_same_bits_as_compiled_ones(compiled):
    """NUMBA_DISABLE_JIT=1: steps, sides and positions, to the last bit."""
    interpreted = small_exits(8, 20, NUMBA_DISABLE_JIT="1")
    assert interpreted == small_exits(8, 20)
    assert any(any(sample["side"]) for sample in interpreted)


@pytest.fixture(scope="module")
def compiled_visits():
    return small_exits(9, 40, "small_visits.py")


def test_interpreted_code_gives_the_same_visits_as_compiled_code(compiled_visits):
    assert small_exits(9, 40, "small_visits.py", NUMBA_DISABLE_JIT="1") == compiled_visits
    assert any(any(map(any, sample["transitions"][0])) for sample in compiled_visits)


@pytest.mark.long
def test_a_generic_cpu_gives_the_same_visits(compiled_visits, tmp_path):
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert small_exits(9, 40, "small_visits.py", **generic) == compiled_visits


@pytest.fixture(scope="module")
def compiled_regressions():
    return small_exits(3, 0, "small_regressions.py")


def test_interpreted_code_gives_the_same_regressions_as_compiled_code(compiled_regressions):
    assert small_exits(3, 0, "small_regressions.py", NUMBA_DISABLE_JIT="1") == compiled_regressions


@pytest.mark.long
def test_a_generic_cpu_gives_the_same_regressions(compiled_regressions, tmp_path):
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert small_exits(3, 0, "small_regressions.py", **generic) == compiled_regressions


@pytest.fixture(scope="module")
def compiled_space():
    return small_exits(5, 20, "small_space.py")


def test_interpreted_code_gives_the_same_walkers_in_several_dimensions(compiled_space):
    assert small_exits(5, 20, "small_space.py", NUMBA_DISABLE_JIT="1") == compiled_space


@pytest.mark.long
def test_a_generic_cpu_gives_the_same_walkers_in_several_dimensions(compiled_space, tmp_path):
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert small_exits(5, 20, "small_space.py", **generic) == compiled_space


def test_a_generic_cpu_gives_the_same_bits(compiled, tmp_path):
    """NUMBA_CPU_NAME=generic: no AVX, no fused multiply-add in hardware."""
    assert small_exits(100, 60, NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path)) == compiled


@pytest.mark.long
def test_a_cache_folder_that_cannot_be_written_costs_time_only(compiled, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert small_exits(100, 60, NUMBA_CACHE_DIR=str(blocked)) == compiled


#: sha256 of the ensembles of small_exits.py. A change here is a new STREAM_VERSION (hts/ensembles/motions.py).
GOLDEN = "dbb44c62af4c287a878ad059f8b8a3c558b8654badba3c6f29a8bd8ffb85e2ad"


#: The same of small_regressions.py, whose change is a new RUN_VERSION (hts/ensembles/regression.py).
GOLDEN_REGRESSIONS = "bc3ae1581ed55ba0e1cc44132479830c0a5aee34fa8fdfffedd2554a3a56dc86"

#: The same of small_visits.py, counts, histograms and positions alike.
GOLDEN_VISITS = "84ec1d1e2dcae0c41ea3d3cee8bfbbfc2ace13774c1bc8c4a5e9a1009cdecc81"

#: The same of small_space.py, whose change is a new SPACE_VERSION (hts/ensembles/space.py).
GOLDEN_SPACE = "9033da01e833140b088ef7bbff85817710024d11ec209c85e1cb51b7738fdaaf"


def test_a_small_plan_has_its_golden_hash(compiled):
    assert hashlib.sha256(json.dumps(compiled).encode()).hexdigest() == GOLDEN


def test_a_small_plan_of_visits_has_its_golden_hash(compiled_visits):
    assert hashlib.sha256(json.dumps(compiled_visits).encode()).hexdigest() == GOLDEN_VISITS


def test_small_regressions_have_their_golden_hash(compiled_regressions):
    assert hashlib.sha256(json.dumps(compiled_regressions).encode()).hexdigest() == GOLDEN_REGRESSIONS


def test_small_ensembles_in_several_dimensions_have_their_golden_hash(compiled_space):
    assert hashlib.sha256(json.dumps(compiled_space).encode()).hexdigest() == GOLDEN_SPACE
