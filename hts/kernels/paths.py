"""Recorded paths: advance walkers bit for bit as `exits.advance` does, and keep every step."""

import numpy as np
import numpy.typing as npt

from hts.kernels.blocks import Block, new_block
from hts.kernels.draws import draw
from hts.kernels.dynamics import add_hinges, gradient_of_table, move
from hts.kernels.settings import jit
from hts.kernels.streams import fill, start_streams


def started_block(
    first_walker: int,
    n_words: int,
    width: int,
    chunk: int,
    cell_key: npt.NDArray[np.uint64],
    start: float,
) -> Block:
    """Make a block whose lanes hold walkers at the start of their paths.

    Parameters
    ----------
    first_walker : int
        The walker of lane 0; the others follow it.
    n_words : int
        Words per draw (`motions.n_words`).
    width, chunk : int
        Lanes, a multiple of eight, and longest chunk of steps; they never change the numbers.
    cell_key : uint64[2]
        Names the cell's streams.
    start : float
        X_0.
    """
    block = new_block(first_walker, width, n_words, width, chunk)
    start_streams(block.streams, width, cell_key, first_walker)
    block.x[:] = start
    return block


@jit
def record(block, motion, n_steps, positions, noises):
    """Take steps of (1) and write down where each leads and which noise made it.

    Parameters
    ----------
    block : Block
        Updated in place: positions, streams, and in `exit_steps` the steps taken inside the domain; a walker that has
        left stays where it landed.
    motion : Motion
    n_steps : int
        At most the block's chunk.
    positions, noises : float64[step, lane]
        Written: X_n and Z_n after each step.
    """
    streams, x, exit_steps, words, z = block.streams, block.x, block.exit_steps, block.words, block.z
    g, nodes, rests = block.g, block.nodes, block.rests
    line, knots, slopes, table, place, law, numbers, eta, b, projection, low, high, _ = motion
    n_lanes, n_words = x.shape[0], words.shape[0]
    fill(streams, words, n_steps, n_words, n_lanes)
    draw(law, words, z, n_steps * n_lanes, numbers)
    for t in range(n_steps):
        if table.shape[0] > 0:
            gradient_of_table(x, g, n_lanes, table, place, nodes, rests)
        else:
            g[:n_lanes] = 0.0
        add_hinges(x, g, n_lanes, line, knots, slopes)
        move(x, g, z, t * n_lanes, exit_steps, n_lanes, eta, b, projection, low, high)
        for i in range(n_lanes):
            positions[t, i] = x[i]
            noises[t, i] = z[t * n_lanes + i]
