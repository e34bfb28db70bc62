"""Saved states fitted to other lanes: walkers under way are a list, and go on in whatever lanes there are.

A CPU's block has 64 lanes and a GPU's tens of thousands. So a state may hold more walkers under way than there are
lanes: those wait, and take the lanes when the walkers in them have finished.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.kernels import blocks

#: Walkers on their way: all that a run of the kernel leaves behind, by name.
State: TypeAlias = dict[str, npt.NDArray[Any]]

#: Arrays of a state whose last axis is the lane; the last two are a watch's, of walkers that all take the same steps.
LANES: Final = ("streams", "x", "exit_steps", "walker", "floats", "integers")
#: Starts of the queue's next streams: computed anew.
STARTS: Final = "starts"


def lanes_of(state: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """Name the arrays of a state that are over lanes."""
    return [name for name in LANES if name in state]


def fits(state: State, kept: Mapping[str, npt.NDArray[Any]] | None) -> bool:
    """Tell whether a saved state is of the same walkers; its lanes may be others."""
    if kept is None or not state.keys() <= kept.keys():
        return False
    lanes = lanes_of(state)
    widths = {kept[name].shape[-1:] for name in lanes}
    for name, array in state.items():
        found = kept[name]
        is_alike = found.shape[:-1] == array.shape[:-1] if name in lanes else found.shape == array.shape
        if found.dtype != array.dtype or not (is_alike or name == STARTS):
            return False
    return len(widths) == 1 and bool(kept["counters"][blocks.END] == state["counters"][blocks.END])


def under_way(state: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.intp]:
    """Find the lanes that hold walkers under way, in the order of their steps and numbers."""
    walker, live = state["walker"], int(state["counters"][blocks.LIVE])
    lanes = np.flatnonzero(walker[:live] != blocks.EMPTY)
    return lanes[np.lexsort((walker[lanes], state["exit_steps"][lanes]))]


def pack(state: State) -> None:
    """Bring a device's state into the form of a CPU's block: walkers under way in the first lanes, and counted."""
    counters = state["counters"]
    counters[blocks.NEXT] = min(counters[blocks.NEXT], counters[blocks.END])
    counters[blocks.FIRST_START] = counters[blocks.STARTED] = counters[blocks.NEXT]
    counters[blocks.LIVE] = len(state["walker"])
    taken = under_way(state)
    for name in lanes_of(state):
        state[name][..., : len(taken)] = state[name][..., taken]
    state["walker"][len(taken) :] = blocks.EMPTY
    counters[blocks.LIVE] = len(taken)


class Waiting:
    """Walkers of a saved state that wait for lanes.

    Parameters
    ----------
    state : State
        A block's, fresh; updated with what was saved.
    kept : mapping of str to array, optional
        A saved state; one that does not fit is left aside.
    in_step : bool
        All lanes take the same steps, so that only walkers in step, in their order, share them.
    """

    def __init__(self, state: State, kept: Mapping[str, npt.NDArray[Any]] | None, in_step: bool) -> None:
        self.in_step = in_step
        self.state = state
        self.lanes: State = {}  # those that wait, as arrays over lanes
        self.n = 0  # how many they are
        self.next = 0  # of the queue, which is kept closed while they wait
        if kept is None or not fits(state, kept):
            return
        lanes = lanes_of(state)
        taken = under_way(kept)
        self.lanes = {name: kept[name][..., taken] for name in lanes}
        self.n = len(taken)
        for name, array in state.items():
            if name not in lanes and name != STARTS:
                array[...] = kept[name]
        counters = state["counters"]
        self.next = int(counters[blocks.NEXT])
        counters[blocks.LIVE] = 0
        if self.n == 0:
            self._open_queue()

    def refill(self) -> None:
        """Let walkers that wait take the lanes, where the last ones have finished."""
        counters = self.state["counters"]
        if self.n == 0 or counters[blocks.LIVE] > 0:
            return
        n = min(self.n, len(self.state["walker"]))
        if self.in_step:
            walker, steps = self.lanes["walker"][:n], self.lanes["exit_steps"][:n]
            breaks = np.flatnonzero((np.diff(walker) != 1) | (np.diff(steps) != 0))
            n = int(breaks[0]) + 1 if len(breaks) else n
        for name, waiting in self.lanes.items():
            self.state[name][..., :n] = waiting[..., :n]
            self.lanes[name] = waiting[..., n:]
        self.state["walker"][n:] = blocks.EMPTY
        self.n -= n
        counters[blocks.LIVE] = n
        if self.n == 0:
            self._open_queue()
        else:
            counters[blocks.NEXT] = counters[blocks.END]

    def _open_queue(self) -> None:
        """Go on with the walkers that have not started; lanes that are left begin with them."""
        counters, width = self.state["counters"], len(self.state["walker"])
        live = int(counters[blocks.LIVE])
        counters[blocks.NEXT] = counters[blocks.STARTED] = counters[blocks.FIRST_START] = self.next
        self.state["walker"][live:] = blocks.EMPTY
        if not self.in_step:
            counters[blocks.LIVE] = min(width, live + int(counters[blocks.END]) - self.next)

    def whole(self) -> State:
        """Give the state with the walkers that wait, as a block of more lanes."""
        if self.n == 0:
            return self.state
        taken = under_way(self.state)
        counters = self.state["counters"].copy()
        counters[blocks.NEXT] = counters[blocks.STARTED] = counters[blocks.FIRST_START] = self.next
        counters[blocks.LIVE] = len(taken) + self.n
        joined = {
            name: np.concatenate([self.state[name][..., taken], waiting], axis=-1)
            for name, waiting in self.lanes.items()
        }
        return self.state | joined | {"counters": counters}
