"""A GPU as a device, by CuPy: memory, streams, and the source compiled by NVRTC for the card that is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError, StoppedError
from hts.kernels.cuda.forms import Form

#: As `host.OPTIONS`: no product and sum are joined but where the source says so.
OPTIONS: Final = ("-std=c++17", "-fmad=false")
#: Threads of a block, and blocks that a multiprocessor holds (entry.cuh).
THREADS: Final = 256
BLOCKS: Final = 2
#: Largest table that each block copies to its multiprocessor's own memory; above it the card's memory is read.
MOST_SHARED: Final = 96 * 1024
#: Cells that run side by side, so that small ones fill the card.
N_QUEUES: Final = 8


class Card:
    """One GPU.

    Parameters
    ----------
    number : int
        As CUDA counts them.
    """

    n_queues = N_QUEUES

    def __init__(self, number: int) -> None:
        import cupy

        self.cupy, self.number = cupy, number
        properties = cupy.cuda.runtime.getDeviceProperties(number)
        self.title = properties["name"].decode()
        self.n_lanes = int(properties["multiProcessorCount"]) * BLOCKS * THREADS
        self.most_shared = min(MOST_SHARED, int(properties["sharedMemPerBlockOptin"]))
        self._kernels: dict[Form, Any] = {}
        self._lock = Lock()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Work with this card, on a stream of its own for the calling thread.

        Raises
        ------
        PlanError
            The card has not enough memory.
        StoppedError
            The card has been lost.
        """
        cuda = self.cupy.cuda
        try:
            with cuda.Device(self.number), cuda.Stream(non_blocking=True):
                yield
        except cuda.memory.OutOfMemoryError as error:
            raise PlanError(
                f"cuda:{self.number} ({self.title}) has not enough memory for these walkers ({error}); "
                "ask for fewer walkers in a shard, or use --device cpu"
            ) from error
        except (cuda.runtime.CUDARuntimeError, cuda.driver.CUDADriverError) as error:
            raise StoppedError(
                f"cuda:{self.number} ({self.title}) failed: {error}; "
                "look at nvidia-smi, then run it again to continue, there or with --device cpu"
            ) from error

    def fitted(self, form: Form, n_table_bytes: int) -> Form:
        """Give a form as this card takes it: small tables go to the multiprocessors' own memory."""
        return form._replace(table_is_shared=form.has_table and n_table_bytes <= self.most_shared)

    def width(self, n_walkers: int, are_together: bool) -> int:
        """Count the lanes that serve so many walkers; of long runs, in rounds of equal size."""
        rounds = -(-n_walkers // self.n_lanes) if are_together else 1
        return min(-(-n_walkers // rounds), self.n_lanes)

    def put(self, values: npt.NDArray[Any]) -> Any:
        """Copy an array to the card."""
        return self.cupy.asarray(values)

    def address(self, kept: Any) -> int:
        """Give where an array begins on the card."""
        return int(kept.data.ptr)

    def read(self, kept: Any, out: npt.NDArray[Any]) -> None:
        """Copy an array back from the card."""
        kept.get(out=out)

    def launch(self, form: Form, cell: npt.NDArray[np.void], width: int, n_table_bytes: int) -> None:
        """Run a form's kernel over all lanes and wait for its end, asleep and without the interpreter's lock."""
        kernel = self._kernel(form)
        shared = n_table_bytes if form.table_is_shared else 0
        kernel((-(-width // THREADS),), (THREADS,), (cell,), shared_mem=shared)
        ended = self.cupy.cuda.Event(block=True, disable_timing=True)
        ended.record()
        ended.synchronize()

    def _kernel(self, form: Form) -> Any:
        """Give a form's kernel; CuPy keeps what is compiled in its own cache folder."""
        with self._lock:
            if form not in self._kernels:
                module = self.cupy.RawModule(code=form.source, options=(*OPTIONS, *form.macros))
                kernel = module.get_function("run")
                if form.table_is_shared:
                    kernel.max_dynamic_shared_size_bytes = self.most_shared
                self._kernels[form] = kernel
            return self._kernels[form]


def count_cards() -> int:
    """Count the GPUs that CUDA sees.

    Raises
    ------
    PlanError
        CuPy is missing, or there is no driver that it can use; the message says what to do.
    """
    try:
        import cupy
    except ImportError as error:
        raise PlanError(f"--device cuda needs CuPy ({error}); pip install 'hts[cuda]', or use --device cpu") from error
    try:
        n = int(cupy.cuda.runtime.getDeviceCount())
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise PlanError(
            f"no GPU can be used: {error}; install or update NVIDIA's driver (nvidia-smi names the CUDA version that "
            "it serves, which CuPy's must not exceed), or use --device cpu"
        ) from error
    if n == 0:
        raise PlanError("no GPU is there (nvidia-smi lists those that a driver sees); use --device cpu")
    return n


def open_cards(numbers: list[int]) -> list[Card]:
    """Open GPUs by their numbers."""
    return [Card(number) for number in numbers]
