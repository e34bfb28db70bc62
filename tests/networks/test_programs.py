"""Test of compiled programs that threads share."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np

from hts.networks.programs import Programs


def test_two_threads_that_ask_for_a_program_compile_it_once():
    """A function is called while it is compiled: the first one waits there for a second, which must not come."""
    programs, compiled, both = Programs(), [], threading.Barrier(2)

    def double(x):
        compiled.append(x.shape)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)
        return 2.0 * x

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda n: programs.run("double", double, np.full(2, n)), (1.0, 2.0)))
    assert np.array_equal(found, [[2.0, 2.0], [4.0, 4.0]])
    assert compiled == [(2,)]
    assert programs.run("double", double, np.ones(3)).shape == (3,)
    assert compiled == [(2,), (3,)]
