"""Tests that the source of the GPUs gives the bits of the CPU's kernels, compiled here by g++."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import device_cells
import pytest

from hts.ensembles import simulate_exits, simulate_visits
from hts.ensembles.devices import Device, open_devices
from hts.ensembles.motions import motion_in
from hts.errors import PlanError
from hts.kernels.cuda import forms, host

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
needs_nvcc = pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")

WALKERS = (3, 60)  # not from the first, and fewer than the lanes
MAX_STEPS = 300


def quick(*changes):
    """Compile in half the time; the bits of a program do not depend on how it is optimised."""
    options = tuple("-O1" if option == "-O2" else option for option in host.OPTIONS)
    return Device("host", host.Host("g++", (*options, *changes)))


@pytest.fixture(scope="module")
def device():
    return quick()


@needs_compiler
@pytest.mark.parametrize("name", device_cells.EXITS)
def test_exits_are_those_of_the_cpu_to_the_bit(device, name):
    problem = device_cells.EXITS[name]
    sample = simulate_exits(problem, *WALKERS, MAX_STEPS)
    assert device_cells.differences(device.exits(problem, *WALKERS, MAX_STEPS), sample) == []
    assert not sample.is_censored.all()
    if name == "left beyond its table":
        assert sample.steps_beyond_domain > 0


@needs_compiler
@pytest.mark.parametrize("name", device_cells.VISITS)
def test_visits_are_those_of_the_cpu_to_the_bit(device, name):
    problem = device_cells.VISITS[name]
    sample = simulate_visits(problem, *WALKERS)
    assert device_cells.differences(device.visits(problem, *WALKERS), sample) == []
    if name == "table left":
        assert sample.steps_beyond_domain > 0
    if len(problem.minima) > 1:
        assert sample.transitions.sum() > 0


@needs_compiler
def test_cases_cover_every_macro():
    for study, cases in (("exits", device_cells.EXITS), ("visits", device_cells.VISITS)):
        seen = [forms.form_of(study, motion_in(problem)) for problem in cases.values()]
        assert {form.law for form in seen} == set(range(7))
        assert {form.n_hinges for form in seen} >= (
            {0, 1, 2, 6, forms.MOST_NEAR} if study == "exits" else {0, 2, 6, forms.MOST_NEAR}
        )
        for name in forms.Form._fields:
            is_asked = name.startswith(("is_", "has_")) and (study, name) != ("exits", "has_hinges")
            assert not is_asked or len({getattr(form, name) for form in seen}) == 2, name
        assert any(form.may_leave_table for form in seen) == (study == "exits")


@needs_compiler
def test_a_contracted_sum_would_be_seen():
    problem = device_cells.EXITS["pareto"]
    sample = simulate_exits(problem, *WALKERS, MAX_STEPS)
    if not host.for_this_cpu():
        pytest.skip("this CPU joins no product with a sum")
    wrong = Device("host", host.Host("g++", (*host.OPTIONS, "-ffp-contract=fast")))
    assert "landing" in device_cells.differences(wrong.exits(problem, *WALKERS, MAX_STEPS), sample)


@needs_compiler
def test_a_coefficient_wrong_in_its_last_bit_would_be_seen(monkeypatch):
    right = forms.source_of("exits")
    wrong = right.replace("-0.7213475248945522", "-0.7213475248945523")
    assert wrong != right
    monkeypatch.setattr(forms, "source_of", lambda study: wrong)
    problem = device_cells.EXITS["pareto"]
    sample = simulate_exits(problem, *WALKERS, MAX_STEPS)
    assert "landing" in device_cells.differences(quick().exits(problem, *WALKERS, MAX_STEPS), sample)


@needs_compiler
def test_a_source_that_does_not_compile_says_so(monkeypatch):
    monkeypatch.setattr(forms, "source_of", lambda study: "not C++")
    with pytest.raises(PlanError, match=r"cannot compile.*\n.*error"):
        quick().exits(device_cells.EXITS["pareto"], 0, 1, 1)


def test_without_a_compiler_there_is_no_host(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(PlanError, match=r"needs a C\+\+ compiler.*install g\+\+"):
        open_devices("host")


def test_without_cupy_there_is_no_cuda(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert open_devices("auto") == ()
    for text in ("cuda", "cuda:7", "cuda:all"):
        with pytest.raises(PlanError, match=r"needs CuPy.*pip install 'hts\[cuda\]'"):
            open_devices(text)


@pytest.mark.parametrize("text", ["gpu", "cuda:", "cuda:x", "cuda:-1", "", "CUDA"])
def test_other_names_are_no_devices(text):
    with pytest.raises(PlanError, match="no such device; give cpu, auto, cuda"):
        open_devices(text)


@needs_compiler
@pytest.mark.long
def test_the_benchmark_of_gpus_runs_on_this_machine():
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "benchmarks.gpu", "--host"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert "bits of the CPU in 17 problems" in done.stdout
    assert "| visits, four wells |" in done.stdout


@needs_nvcc
@pytest.mark.long
@pytest.mark.parametrize("study", ["exits", "visits"])
def test_a_card_holds_every_number_of_a_step_in_registers(study, tmp_path):
    problem = device_cells.EXITS["pareto"] if study == "exits" else device_cells.VISITS["pareto"]
    form = forms.form_of(study, motion_in(problem))
    source = tmp_path / "kernel.cu"
    source.write_text(form.source)
    command = ["nvcc", "-arch=sm_90", "-std=c++17", "-fmad=false", "-cubin", "-Xptxas", "-v", *form.macros]
    done = subprocess.run(
        [*command, "-o", tmp_path / "kernel.cubin", source], capture_output=True, text=True, check=True
    )
    registers = int(re.search(r"Used (\d+) registers", done.stderr)[1])
    assert registers <= 128
    if study == "exits":  # those of visits keep a few bytes aside, outside of the steps
        assert "0 bytes spill stores, 0 bytes spill loads" in done.stderr
