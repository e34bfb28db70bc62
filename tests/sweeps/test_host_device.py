"""Tests of --device host: the source of the GPUs, compiled here, leaves the shards of the CPU's kernels to the byte."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_exits import plan, shard_names
from fake_visits import plan as plan_of_visits
from stand_in_device import LEVY
from stops import PATIENCE, stop_at_checkpoint, wait_until

from hts.ensembles import driving, exits
from hts.ensembles.devices import open_devices
from hts.errors import PlanError, StoppedError
from hts.plans import parse_plan
from hts.storage import ResultsFolder
from hts.sweeps import replay_sweep, run_sweep
from hts.sweeps.devices import Devices
from hts.sweeps.runs import runs_on_devices

STUDY = plan("grid.eta=[0.05]", "exit.walkers=600", "exit.max_steps=20_000")
VISITS = plan_of_visits("grid.eta=[0.02]", "grid.b=[0.7]", "visits.steps=500", "visits.walkers=130")
LONG = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=300", "exit.max_steps=50_000")


@pytest.fixture(scope="module")
def host():
    """The device of this machine."""
    try:
        return Devices(open_devices("host"))
    except PlanError as lack:
        pytest.skip(str(lack))


@contextmanager
def often():
    """Keep the walkers after every call of a kernel, and make calls short."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECONDS_PER_CHECKPOINT", "SECONDS_NOT_WORTH_KEEPING"):
            patch.setattr(driving, name, 0.0)
        patch.setattr(driving, "SECONDS_PER_CALL", 1e-4)
        patch.setattr(driving, "FIRST_BUDGET", 10_000)
        yield


@pytest.mark.parametrize(
    ("study", "place"),
    [(STUDY, "shards"), (VISITS, "visits"), (parse_plan(LEVY, Path("levy.toml")), "shards")],
    ids=["exits", "visits", "levy"],
)
def test_host_leaves_the_files_of_the_cores(host, tmp_path, study, place):
    run_sweep(study, tmp_path / "cores", threads=1)
    run_sweep(study, tmp_path / "host", device=host)
    files = [sorted(path.name for path in (tmp_path / who / place).glob("*")) for who in ("cores", "host")]
    assert files[0] == files[1] != []
    assert replay_sweep(tmp_path / "host", 3).differences == ()
    assert [run.devices for run in runs_on_devices(ResultsFolder(tmp_path / "host"))] == [("host",)]


def test_half_on_host_and_half_on_cores_is_one_folder(host, tmp_path):
    run_sweep(plan("grid.eta=[0.05]", "exit.walkers=256", "exit.max_steps=20_000"), tmp_path / "both", device=host)
    assert run_sweep(STUDY, tmp_path / "both", threads=1).n_skipped == 2
    run_sweep(STUDY, tmp_path / "cores", threads=1)
    assert shard_names(tmp_path / "both") == shard_names(tmp_path / "cores")


def test_walkers_stopped_on_a_core_go_on_on_host(host, tmp_path):
    run_sweep(LONG, tmp_path / "whole", threads=1)
    with often():
        stop_at_checkpoint(LONG, tmp_path / "stopped", exits, "advance_exits")
    assert run_sweep(LONG, tmp_path / "stopped", device=host).steps_resumed > 0
    assert shard_names(tmp_path / "stopped") == shard_names(tmp_path / "whole")


class Stopping:
    """A device that waits for the stop when it has kept its walkers once."""

    name, n_queues = "host", 1

    def __init__(self, device):
        self.device, self.has_kept = device, False

    def exits(self, *given, on_checkpoint, should_stop, **more):
        def keep(state):
            on_checkpoint(state)
            self.has_kept = True
            wait_until(should_stop, patience=PATIENCE)

        return self.device.exits(*given, on_checkpoint=keep, should_stop=should_stop, **more)


def test_walkers_stopped_on_host_go_on_on_a_core(host, tmp_path):
    run_sweep(LONG, tmp_path / "whole", threads=1)
    device = Stopping(host.here[0])
    with often(), pytest.raises(StoppedError):
        run_sweep(LONG, tmp_path / "stopped", device=Devices((device,)), should_stop=lambda: device.has_kept)
    assert run_sweep(LONG, tmp_path / "stopped", threads=1).steps_resumed > 0
    assert shard_names(tmp_path / "stopped") == shard_names(tmp_path / "whole")


@pytest.mark.parametrize("text", ["cuda", "cuda:7", "cuda:all"])
def test_a_gpu_without_cupy_is_refused_with_the_remedy(tmp_path, monkeypatch, text):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(PlanError, match=r"pip install 'hts\[cuda\]'"):
        run_sweep(STUDY, tmp_path, device=text)
