"""Tests of hts/sweeps/driver: as many shards are simulated at a time as there are cores, and writing needs none."""

import threading

import pytest
from fake_exits import fake_exits, plan, sweep
from stops import PATIENCE

from hts.sweeps import computer


@pytest.mark.parametrize("cores", [1, 2])
def test_no_more_shards_are_simulated_at_a_time_than_there_are_cores(tmp_path, cores):
    lock, running, most = threading.Lock(), set(), []
    full, looked_at = threading.Event(), threading.Event()
    looks = []

    def look(progress):
        looks.append(full.is_set())
        if looks.count(True) == 3:  # time enough for one shard too many to begin
            looked_at.set()

    def exits(cell, first_walker, *rest):
        with lock:
            running.add((cell, first_walker))
            most.append(len(running))
            if len(running) == cores:
                full.set()
        assert looked_at.wait(PATIENCE)
        sample = fake_exits(cell, first_walker, *rest)
        with lock:
            running.remove((cell, first_walker))
        return sample

    assert sweep(plan(), tmp_path, exits, threads=cores, on_progress=look).n_written == 12
    assert max(most) == cores


def test_a_core_simulates_the_next_shard_while_the_last_is_written(tmp_path, monkeypatch):
    begun = []
    second_has_begun = threading.Event()
    write_finished = computer.write_finished

    def exits(*arguments):
        begun.append(arguments)
        if len(begun) == 2:
            second_has_begun.set()
        return fake_exits(*arguments)

    def write_when_the_next_is_under_way(*arguments):
        assert second_has_begun.wait(PATIENCE)
        return write_finished(*arguments)

    monkeypatch.setattr(computer, "write_finished", write_when_the_next_is_under_way)
    assert sweep(plan(), tmp_path, exits, threads=1).n_written == 12
