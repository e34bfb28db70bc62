"""Cells computed side by side, and the wish to stop in the middle of one."""

from threading import Event

import pytest

from hts.answers.parallel import complete
from hts.errors import StoppedError


def test_a_wish_to_stop_is_heard_in_the_middle_of_a_cell_and_what_is_done_is_kept():
    done, kept, found = Event(), [], {}

    def compute(cell):
        if cell == "long":
            assert done.wait(60.0)
        return cell

    try:
        with pytest.raises(StoppedError, match="stopped; 1 of 2 cells"):
            complete(
                found,
                ["short", "long"],
                compute,
                threads=2,
                keep=kept.extend,
                on_cell=None,
                should_stop=lambda: "short" in found,
            )
        assert kept == ["short"]
    finally:
        done.set()
