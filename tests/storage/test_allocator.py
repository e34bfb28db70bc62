"""Tests of the allocator that Arrow gets."""

import os
import resource
import subprocess
import sys

import pytest

from hts.storage.allocator import SETTING, choose_allocator


def test_arrow_works_under_a_limit_that_its_own_allocator_breaks():
    """`hts fit` ended at 1.5 GB of addresses, of which it used a third."""
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000,) * 2); import hts.storage; "
    code += "import pyarrow; print(pyarrow.default_memory_pool().backend_name, len(pyarrow.array([1, 2])))"
    environment = {name: value for name, value in os.environ.items() if name != SETTING} | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["system", "2"]


@pytest.mark.parametrize(
    ("limit", "said", "chosen"),
    [(10**9, None, "system"), (10**9, "mimalloc", "mimalloc"), (resource.RLIM_INFINITY, None, None)],
)
def test_the_system_s_is_chosen_under_a_limit_only_and_not_against_the_user(monkeypatch, limit, said, chosen):
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    if said is not None:
        monkeypatch.setenv(SETTING, said)
    choose_allocator()
    assert os.environ.get(SETTING) == chosen
