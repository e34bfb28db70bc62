"""Images and labels in the formats in which they are published: IDX, pickled batches, MATLAB files."""

from __future__ import annotations

import gzip
import io
import math
import pickle
import struct
import zlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
#: Most bytes that a header may ask for.
MOST_BYTES: Final = 2**31
#: What reading bytes of another format raises.
MISREADINGS: Final = (
    pickle.UnpicklingError, zlib.error, struct.error, EOFError, OSError, ValueError, TypeError, LookupError,
    AttributeError, NotImplementedError, OverflowError, RecursionError,
)  # fmt: skip


def read_idx(data: bytes) -> Bytes:
    """Read an IDX file of bytes, compressed by gzip or not.

    Parameters
    ----------
    data : bytes
        0, 0, 8 (bytes), the number of axes, their lengths as big-endian whole numbers of 4 bytes, then the entries.

    Returns
    -------
    uint8[...]

    Raises
    ------
    ValueError
        Where it is no such file, or shorter or longer than its header says.
    """
    with gzip.open(io.BytesIO(data)) if data[:2] == b"\x1f\x8b" else io.BytesIO(data) as file:
        zero, kind, n_axes = struct.unpack(">HBB", file.read(4))
        if (zero, kind) != (0, 8) or not 1 <= n_axes <= 3:
            raise ValueError("it does not begin as an IDX file of bytes does")
        shape = struct.unpack(f">{n_axes}I", file.read(4 * n_axes))
        size = math.prod(shape)
        if size > MOST_BYTES:
            raise ValueError(f"its header asks for {size} bytes")
        body = file.read(size + 1)
    if len(body) != size:
        more = "more" if len(body) > size else f"only {len(body)}"
        raise ValueError(f"its header says {size} bytes, and it has {more}")
    return np.frombuffer(body, np.uint8).reshape(shape)


class _Bytes:
    """Stands for an array while a pickle is read: it keeps shape and bytes, and makes nothing of them."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take what NumPy has pickled: version, shape, type, order, bytes."""
        _, self.shape, self.kind, self.is_by_columns, self.body = state


class _Kind:
    """Stands for a NumPy type: it keeps its name."""

    def __init__(self, name: Any, *_: Any) -> None:
        self.name = name.decode("ascii") if isinstance(name, bytes) else name

    def __setstate__(self, state: Any) -> None:
        """Take byte order and the like, which single bytes have none of."""


def _bytes_of(text: str, encoding: str) -> bytes:
    """Undo what Python 3 does to bytes in protocol 2."""
    return text.encode(encoding)


#: All names that a batch may hold, and what stands for them; none is NumPy's own or runs anything.
ADMITTED: Final = {
    ("numpy.core.multiarray", "_reconstruct"): lambda *_: _Bytes(),
    ("numpy._core.multiarray", "_reconstruct"): lambda *_: _Bytes(),
    ("numpy", "ndarray"): _Bytes,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _bytes_of,
}


class _BatchReader(pickle.Unpickler):
    """Reads numbers, texts, lists and arrays of bytes; every other name in a pickle is refused."""

    def find_class(self, module: str, name: str) -> Any:
        """Look a name up among those admitted."""
        try:
            return ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of images needs") from None


def read_batch(data: bytes, labels: str) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Read a pickled batch of CIFAR without running anything that it asks for.

    Parameters
    ----------
    data : bytes
    labels : str
        Key of the labels: "labels", or "fine_labels" of CIFAR-100.

    Returns
    -------
    uint8[image, row, column, channel], int64[image]

    Raises
    ------
    ValueError, pickle.UnpicklingError and others of MISREADINGS
        Where it is no such batch.
    """
    found = _BatchReader(io.BytesIO(data), encoding="bytes").load()
    if not isinstance(found, dict):
        raise ValueError(f"it holds a {type(found).__name__}, no dictionary")
    values = {key.decode() if isinstance(key, bytes) else key: value for key, value in found.items()}
    images, y = values["data"], values[labels]
    if not isinstance(images, _Bytes) or not isinstance(images.kind, _Kind) or images.kind.name not in ("u1", "|u1"):
        raise ValueError("its data are no array of bytes")
    if not isinstance(y, list) or any(type(label) is not int for label in y):
        raise ValueError("its labels are no list of whole numbers")
    rows = np.frombuffer(images.body, np.uint8).reshape(images.shape, order="F" if images.is_by_columns else "C")
    # a row holds all of red, then of green, then of blue
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.array(y, dtype=np.int64)


def read_mat(data: bytes) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Read a MATLAB file of SVHN: X of uint8[row, column, channel, image], y of 1, ..., 10, where 10 stands for 0.

    Returns
    -------
    uint8[image, row, column, channel], int64[image]

    Raises
    ------
    ValueError and others of MISREADINGS
        Where it is no such file.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        found = loadmat(io.BytesIO(data), variable_names=["X", "y"])
    except MatReadError as error:
        raise ValueError(str(error)) from error
    images, y = found["X"], found["y"].ravel().astype(np.int64)
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(f"its X is {images.dtype} of {images.ndim} axes, not bytes of 4")
    if len(y) and (y.min() < 1 or y.max() > 10):
        bad = int(np.flatnonzero((y < 1) | (y > 10))[0])
        raise ValueError(f"its label {bad} is {y[bad]}, not one of 1, ..., 10")
    return images.transpose(3, 0, 1, 2), y % 10
