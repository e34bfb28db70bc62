"""Tests of hts/engines: threads behind the protocol of concurrent.futures."""

import os
import threading
from concurrent.futures import wait

import pytest

from hts.engines import ThreadEngine, available_cores
from hts.errors import PlanError


def test_work_is_done_by_as_many_threads_as_were_asked_for():
    meeting = threading.Barrier(3)
    with ThreadEngine(3) as engine:
        futures = [engine.submit(meeting.wait, 60) for _ in range(3)]  # passes only if three are there at once
        assert not wait(futures).not_done
        assert sorted(future.result() for future in futures) == [0, 1, 2]


def test_by_default_there_is_a_thread_for_each_core_this_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 5, 7}, raising=False)
    with ThreadEngine() as engine:
        assert engine.n_workers == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cores() == 1


@pytest.mark.parametrize("threads", [0, -2])
def test_no_threads_are_refused_in_words(threads):
    with pytest.raises(PlanError, match=rf"threads: must be at least 1 \({threads}\)"):
        ThreadEngine(threads)


def test_the_exception_of_a_task_comes_back_with_its_future():
    with ThreadEngine(1) as engine, pytest.raises(ZeroDivisionError):
        engine.submit(lambda: 1 / 0).result()
