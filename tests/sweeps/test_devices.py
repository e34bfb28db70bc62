"""Tests of hts/sweeps/devices: a device leaves the files of the cores, stopped or not, and the folder says who ran."""

from pathlib import Path

import pytest
from fake_exits import plan, shard_names
from fake_visits import plan as plan_of_visits
from stand_in_device import LEVY, StandIn, devices
from stops import PATIENCE, stop_at_checkpoint, wait_until

from hts.engines import ThreadEngine
from hts.ensembles import driving, exits
from hts.errors import PlanError, StoppedError
from hts.plans import parse_plan
from hts.storage import ResultsFolder
from hts.sweeps import replay_sweep, run_sweep
from hts.sweeps.devices import MANY_WALKERS, Devices, devices_for, queue_sizes, worker_device
from hts.sweeps.runs import DeviceRun, added_up, runs_on_devices
from hts.sweeps.status import folder_status
from hts.sweeps.tasks import CORE_QUEUES, Queues, Task

STUDY = plan("grid.eta=[0.05]", "exit.walkers=1200")
VISITS = plan_of_visits("grid.eta=[0.02]", "grid.b=[0.7]", "visits.steps=500", "visits.walkers=200")


def names(folder, place):
    return sorted(path.name for path in (Path(folder) / place).glob("*"))


@pytest.mark.parametrize(
    ("study", "place"),
    [(STUDY, "shards"), (VISITS, "visits"), (parse_plan(LEVY, Path("levy.toml")), "shards")],
    ids=["exits", "visits", "levy"],
)
def test_a_device_leaves_the_files_of_the_cores(tmp_path, study, place):
    run_sweep(study, tmp_path / "cores", threads=1)
    run_sweep(study, tmp_path / "device", device=devices())
    assert names(tmp_path / "device", place) == names(tmp_path / "cores", place) != []
    assert replay_sweep(tmp_path / "device", 3).differences == ()
    assert not (tmp_path / "cores" / "runs.jsonl").exists()


def test_one_folder_holds_walkers_of_cores_and_of_a_device(tmp_path):
    half = plan("grid.eta=[0.05]", "exit.walkers=512")
    run_sweep(half, tmp_path, device=devices())
    report = run_sweep(STUDY, tmp_path, threads=1)
    assert (report.n_skipped, report.n_written) == (4, 6)
    run_sweep(STUDY, tmp_path / "cores", threads=1)
    assert shard_names(tmp_path) == shard_names(tmp_path / "cores")
    assert [(run.devices, run.shards) for run in folder_status(tmp_path).devices] == [(("cuda:0",), 4)]


def test_every_device_has_as_many_threads_as_it_wants_and_no_more(tmp_path):
    given = devices("cuda:0", "cuda:1", n_queues=2)
    run_sweep(plan("exit.walkers=4096"), tmp_path, device=given)
    for one in given.here:
        assert one.asked
        assert one.at_once <= 2


def test_queues_of_a_device_are_long_and_those_of_visits_bounded_by_their_rows():
    cell = STUDY.cells()[0]
    tasks = [Task(cell, 2**14 * k, 2**14) for k in range(64)]
    sizes = queue_sizes(STUDY, devices())
    assert queue_sizes(STUDY, Devices()) is CORE_QUEUES
    assert len(Queues(tasks, lambda _: 1e3, lambda _: True, sizes).take(1).shards) == 64
    assert len(Queues(tasks, lambda _: 1e6, lambda _: True, sizes).take(1).shards) == MANY_WALKERS // 2**14
    assert len(Queues(tasks, lambda _: 1e3, lambda _: True, CORE_QUEUES).take(1).shards) == 12
    assert queue_sizes(VISITS, devices()).most_walkers < sizes.most_walkers


def test_shards_of_visits_share_a_queue_on_a_device_alone(tmp_path):
    given = devices(n_queues=1)
    run_sweep(VISITS, tmp_path, device=given)
    assert given.here[0].asked == [(0, 200)]
    assert len(names(tmp_path, "visits")) == 3


def often(patch):
    for name in ("SECONDS_PER_CHECKPOINT", "SECONDS_NOT_WORTH_KEEPING"):
        patch.setattr(driving, name, 0.0)
    patch.setattr(driving, "SECONDS_PER_CALL", 1e-4)
    patch.setattr(driving, "FIRST_BUDGET", 10_000)


def test_walkers_stopped_on_a_core_go_on_on_a_device(tmp_path, monkeypatch):
    study = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=300", "exit.max_steps=50_000")
    run_sweep(study, tmp_path / "whole", threads=1)
    with monkeypatch.context() as patch:
        often(patch)
        stop_at_checkpoint(study, tmp_path / "stopped", exits, "advance_exits")
    report = run_sweep(study, tmp_path / "stopped", device=devices())
    assert report.steps_resumed > 0
    assert shard_names(tmp_path / "stopped") == shard_names(tmp_path / "whole")


class Stopping(StandIn):
    """A device that waits for the stop when it has kept its walkers once."""

    def __init__(self):
        super().__init__(n_queues=1)
        self.has_kept = False

    def exits(self, *given, on_checkpoint, should_stop, **more):
        def keep(state):
            on_checkpoint(state)
            self.has_kept = True
            wait_until(should_stop, patience=PATIENCE)

        return super().exits(*given, on_checkpoint=keep, should_stop=should_stop, **more)


def test_a_run_stopped_on_a_device_is_in_the_log_and_goes_on_on_a_core(tmp_path, monkeypatch):
    study = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=300", "exit.max_steps=50_000")
    run_sweep(study, tmp_path / "whole", threads=1)
    stopped = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        often(patch)
        device = Stopping()
        with pytest.raises(StoppedError):
            run_sweep(study, stopped, device=Devices((device,)), should_stop=lambda: device.has_kept)
    (run,) = runs_on_devices(ResultsFolder(stopped))
    assert run.devices == ("cuda:0",)
    assert run.walker_steps > 0
    assert run_sweep(study, stopped, threads=1).steps_resumed > 0
    assert shard_names(stopped) == shard_names(tmp_path / "whole")


class Lost(StandIn):
    """A card that is gone after its first queue."""

    def _note(self, *given, **more):
        if self.asked:
            raise StoppedError("cuda:0: the card is gone")
        return super()._note(*given, **more)


def test_a_card_lost_on_the_way_stops_the_run_which_goes_on_elsewhere(tmp_path):
    with pytest.raises(StoppedError, match="the card is gone"):
        run_sweep(STUDY, tmp_path, device=Devices((Lost(n_queues=1),)))
    run_sweep(STUDY, tmp_path, threads=1)
    run_sweep(STUDY, tmp_path / "cores", threads=1)
    assert shard_names(tmp_path) == shard_names(tmp_path / "cores")


class Full(StandIn):
    """A card without memory for the walkers."""

    def _note(self, *given, **more):
        raise MemoryError("out of memory allocating 2^31 bytes")


def test_a_card_without_memory_stops_the_run_with_the_way_on(tmp_path):
    with pytest.raises(StoppedError, match=r"cuda:0, the machine or a limit ran out of memory.*--device cpu"):
        run_sweep(STUDY, tmp_path, device=Devices((Full(),)))
    assert list((tmp_path / "failures").glob("*")) == []


class Broken(StandIn):
    """A card that fails otherwise."""

    def _note(self, *given, **more):
        raise PlanError("not enough memory for these walkers")


def test_a_card_that_fails_stops_the_run_and_blames_no_cell(tmp_path):
    with pytest.raises(StoppedError, match=r"cuda:0: not enough memory for these walkers.*--device cpu if that"):
        run_sweep(STUDY, tmp_path, device=Devices((Broken(),)))
    assert list((tmp_path / "failures").glob("*")) == []
    assert run_sweep(STUDY, tmp_path, threads=1).n_written > 0


class Elsewhere(ThreadEngine):
    """Threads that stand for workers on other machines."""

    is_here = False


@pytest.fixture
def opened(monkeypatch):
    """Have workers open a stand-in, and give what they asked for."""
    asked = {}

    def open_devices(text):
        asked[text] = StandIn(text)
        return (asked[text],)

    monkeypatch.setattr("hts.ensembles.devices.open_devices", open_devices)
    worker_device.cache_clear()
    yield asked
    worker_device.cache_clear()


def test_each_worker_elsewhere_opens_one_device_and_takes_whole_queues(tmp_path, opened):
    study = plan("grid.eta=[0.05]", "grid.b=[0.7]", "exit.walkers=1200")
    run_sweep(study, tmp_path / "workers", device="cuda", engine=lambda: Elsewhere(1))
    run_sweep(study, tmp_path / "cores", threads=1)
    assert list(opened) == ["cuda"]
    assert opened["cuda"].asked == [(0, 1200)]
    assert shard_names(tmp_path / "workers") == shard_names(tmp_path / "cores")
    assert [run.devices for run in runs_on_devices(ResultsFolder(tmp_path / "workers"))] == [("cuda of workers",)]


def test_workers_elsewhere_compute_on_cores_unless_a_device_is_named(tmp_path, opened):
    run_sweep(STUDY, tmp_path, device="auto", engine=lambda: Elsewhere(1))
    assert opened == {}
    assert "workers elsewhere" in devices_for(STUDY, "auto", is_here=False).note


def test_auto_never_fails(monkeypatch):
    def broken(text):
        raise PlanError("the driver is old")

    monkeypatch.setattr("hts.ensembles.devices.open_devices", broken)
    found = devices_for(STUDY, "auto")
    assert not found
    assert found.note == "--device auto: the driver is old; the CPU computes"
    monkeypatch.setattr("hts.ensembles.devices.open_devices", lambda text: ())
    assert "no GPU that hts can use" in devices_for(STUDY, "auto").note


def test_lines_of_the_log_that_are_none_of_ours_are_passed_over(tmp_path):
    (tmp_path / "runs.jsonl").write_text(
        '{"devices": ["cuda:0"], "shards": 2, "walker_steps": 10, "seconds": 1.5}\n[1]\n{"devices": 5}\n{"devi\n'
        '{"devices": ["cuda:0"], "shards": 1, "walker_steps": 5, "seconds": 0.5}\n'
    )
    runs = runs_on_devices(ResultsFolder(tmp_path))
    assert added_up(runs) == (DeviceRun(("cuda:0",), 3, 15, 2.0),)


@pytest.mark.parametrize("text", ["gpu", "cuda:", "cuda:-1", "cuda:x", "CUDA", ""])
def test_what_is_no_device_is_refused_with_those_there_are(text):
    with pytest.raises(PlanError, match=r"give auto, cpu, cuda, cuda:N"):
        devices_for(STUDY, text)


def test_another_simulator_and_an_engine_of_this_process_take_no_device(tmp_path):
    with pytest.raises(PlanError, match="another simulator"):
        run_sweep(STUDY, tmp_path, device=devices(), simulate=lambda *_: None)
    with pytest.raises(PlanError, match="engine of this process"):
        run_sweep(STUDY, tmp_path, device="host", engine=lambda: ThreadEngine(1))
    with pytest.raises(PlanError, match="CUDA_VISIBLE_DEVICES"):
        run_sweep(STUDY, tmp_path, device="cuda:1", engine=lambda: ThreadEngine(1))
