"""Tests of hts/sweeps/tasks: small shards are computed several at a time, and no file shows it."""

from dataclasses import replace

import pytest
from fake_exits import plan, shard_names
from hypothesis import given
from hypothesis import strategies as st
from stops import stop_at_checkpoint

from hts.ensembles import driving, exits
from hts.storage import ResultsFolder, inspect_shard, list_shards
from hts.sweeps import EXIT_STUDY, run_sweep
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.tasks import CORE_QUEUES, Queues, Task, cut

LONG, SHORT = plan().cells()[:2]
STUDY = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=4200", "exit.max_steps=50_000")
CELL = STUDY.cells()[0]


def shards(cell, walkers, size=256):
    return [Task(cell, first, min(size, walkers - first)) for first in range(0, walkers, size)]


def test_shards_share_a_queue_as_long_as_every_core_has_its_part_and_are_alone_at_the_end():
    waiting = Queues(shards(LONG, 4096), lambda cell: 10.0, lambda cell: True)
    taken = []
    while waiting:
        taken.append(len(waiting.take(2).shards))
    assert taken == [8, 4, 2, 1, 1]  # the half of what is left, or one


@given(
    sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=4),
    n_cores=st.integers(1, 5),
    steps=st.floats(0.1, 1e6),
)
def test_every_shard_is_taken_once_in_order_and_no_queue_is_longer_than_its_part(sizes, n_cores, steps):
    cells = plan("grid.eta=[0.1, 0.05, 0.02, 0.01]", "grid.b=[0.7]").cells()
    tasks = [task for cell, walkers in zip(cells, sizes, strict=False) for task in shards(cell, walkers)]
    waiting = Queues(tasks, lambda cell: steps, lambda cell: True)
    left, seen = sum(task.n_walkers for task in tasks), []
    while waiting:
        task = waiting.take(n_cores)
        assert len(task.shards) == 1 or task.n_walkers <= left / n_cores
        assert task.n_missing == task.n_walkers
        assert task.n_walkers <= CORE_QUEUES.many_walkers or task.n_walkers * steps <= CORE_QUEUES.many_steps
        left -= task.n_walkers
        seen += cut(task)
    assert seen == tasks


def test_nothing_is_joined_across_cells_and_gaps_or_where_it_may_not_be():
    apart = [Task(LONG, 0, 256), Task(LONG, 512, 256), Task(SHORT, 768, 256), Task(SHORT, 1024, 256)]
    many = shards(SHORT, 2**16, 2**10)
    waiting = Queues([*apart, *many], lambda cell: 1e6, lambda cell: cell == LONG)
    assert [waiting.take(1) for _ in range(6)] == [*apart, *many[:2]]
    waiting = Queues([*apart, *many], lambda cell: 1e6, lambda cell: True)
    assert [len(waiting.take(1).shards) for _ in range(4)] == [1, 1, 2, 8]  # 8 of 1,024 are as many as may be


def test_shards_of_few_steps_share_a_queue_of_many_walkers():
    def taken(steps, size):
        return [len(Queues(shards(LONG, 2**20, size), lambda cell: steps, lambda cell: True).take(1).shards)]

    assert taken(1e4, 2**13) == [2]  # 16,384 walkers of 10,000 steps: 1.6e8
    assert taken(1e5, 2**13) == [1]
    assert taken(1.0, 2**13) == [32]  # no more than wait in memory


def test_what_is_put_back_is_the_next_one_taken():
    waiting = Queues(shards(LONG, 2**14), lambda cell: 1e6, lambda cell: True)
    task = waiting.take(1)
    assert len(task.shards) == 32
    waiting.put_back(task)
    assert waiting.take(1) == task
    assert waiting.take(1).first_walker == task.n_walkers


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory):
    """Shards that were computed each for itself."""
    folder = tmp_path_factory.mktemp("one-by-one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hts.sweeps.devices.CORE_QUEUES", replace(CORE_QUEUES, most_walkers=1))  # no shard is that small
        patch.setattr(Checkpoints, "forget", remember := Remember())
        run_sweep(STUDY, folder, threads=1)
    assert {len(task.shards) for task in remember.tasks} == {1}
    return folder


class Remember:
    """Stands for `Checkpoints.forget`, which is told of every task that is done."""

    def __init__(self):
        self.tasks = []

    def __call__(self, task):
        self.tasks.append(task)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_files_are_the_same_to_the_byte_whatever_shares_a_queue(one_by_one, tmp_path, monkeypatch, threads):
    monkeypatch.setattr(Checkpoints, "forget", remember := Remember())
    report = run_sweep(STUDY, tmp_path, threads=threads)
    assert report.n_written == 17
    assert max(len(task.shards) for task in remember.tasks) == {1: 17, 2: 8, 3: 5}[threads]
    assert shard_names(tmp_path) == shard_names(one_by_one)  # names hold the hash of the bytes


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """Leave a folder whose one queue, of 17 shards, was stopped under way."""
    with monkeypatch.context() as patch:
        for name, value in (("SECONDS_PER_CHECKPOINT", 0.0), ("SECONDS_NOT_WORTH_KEEPING", 0.0)):
            patch.setattr(driving, name, value)
        patch.setattr(driving, "SECONDS_PER_CALL", 1e-4)
        patch.setattr(driving, "FIRST_BUDGET", 10_000)
        (kept,) = stop_at_checkpoint(STUDY, tmp_path, exits, "advance_exits")
    assert kept.name == "eta0.02_b0.7_alpha1.5_well0-w0000000000-0000004199.checkpoint"
    return tmp_path


@pytest.mark.parametrize("threads", [1, 3])
def test_a_queue_of_several_shards_goes_on_where_it_was_stopped(one_by_one, stopped, threads):
    report = run_sweep(STUDY, stopped, threads=threads)
    assert report.steps_resumed > 0
    assert report.n_written == 17
    assert shard_names(stopped) == shard_names(one_by_one)
    assert list((stopped / "checkpoints").iterdir()) == []


def test_a_run_killed_between_two_files_of_a_queue_loses_neither_the_files_nor_the_walkers(one_by_one, stopped):
    (stopped / "shards").mkdir(exist_ok=True)
    for name in shard_names(one_by_one)[:2]:
        (stopped / "shards" / name).write_bytes((one_by_one / "shards" / name).read_bytes())
    report = run_sweep(STUDY, stopped, threads=1)
    assert report.steps_resumed > 0
    assert (report.n_skipped, report.n_written) == (2, 15)
    assert shard_names(stopped) == shard_names(one_by_one)


def test_shards_are_joined_again_by_the_largest_checkpoint_that_holds_them(tmp_path):
    folder = ResultsFolder(tmp_path)
    checkpoints = Checkpoints.of(STUDY, folder, "fake/1")
    folder.checkpoints.mkdir(parents=True)
    tasks = shards(CELL, 2048)
    for first, n in ((256, 512), (256, 256), (1024, 256), (1100, 300)):
        (folder.checkpoints / checkpoints.name(Task(CELL, first, n))).write_bytes(b"")
    together = Task(CELL, 256, 512, ((256, 256), (512, 256)))
    assert checkpoints.rejoin(tasks) == [tasks[0], together, *tasks[3:]]
    assert checkpoints.among(tasks) == {tasks[1], tasks[2], tasks[4]}
    checkpoints.clear_all_but(tasks)
    assert checkpoints.names() == {checkpoints.name(together), checkpoints.name(tasks[4])}


def test_shards_stay_apart_where_steps_beyond_the_table_are_told_of_each(tmp_path, monkeypatch):
    open_end = "exit={domain=[-inf, 0.0], start=-1.0, walkers=1024, max_steps=2000}"
    study = plan("landscape={kind='quartic'}", open_end, "grid.eta=[0.01]", "grid.b=[inf]")
    assert EXIT_STUDY.problem(study, study.cells()[0]).may_leave_table
    assert not EXIT_STUDY.problem(STUDY, CELL).may_leave_table
    monkeypatch.setattr(Checkpoints, "forget", remember := Remember())
    run_sweep(study, tmp_path, threads=1)
    assert {len(task.shards) for task in remember.tasks} == {1}
    stored = [inspect_shard(path).provenance.steps_beyond_domain for path in list_shards(tmp_path / "shards")]
    assert len(set(stored)) > 1
