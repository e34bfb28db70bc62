"""Tiny data sets in the formats in which they are published, written byte by byte."""

import gzip
import hashlib
import struct

import numpy as np
from scipy.io import savemat


def idx(array):
    """IDX: 0, 0, 8, number of axes, lengths, bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def batch(rows, labels, key=b"labels", body=None):
    """Give a dictionary as Python 2 and its NumPy have pickled it by protocol 2."""
    text = lambda word: b"U" + bytes([len(word)]) + word  # noqa: E731
    raw = rows.astype(np.uint8).tobytes() if body is None else body
    shape = b"".join(b"M" + struct.pack("<H", n) for n in rows.shape)
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R"
        b"(K\x01" + shape + b"\x86cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R"
        b"(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
    )
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text(key) + numbers + text(b"data") + array + b"u."


def images(n, side, channels, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, channels), dtype=np.uint8)


def flat(x):
    """Lay images out as CIFAR does: all of red, of green, of blue."""
    return x.transpose(0, 3, 1, 2).reshape(len(x), -1)


def write_fashion(folder, n=12, n_test=6):
    folder.mkdir(exist_ok=True)
    for part, m in (("train", n), ("t10k", n_test)):
        x, y = images(m, 28, 1), np.arange(m) % 10
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(x[..., 0]), mtime=0))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(y), mtime=0))


def write_cifar10(folder, n=4):
    inner = folder / "cifar-10-batches-py"
    inner.mkdir(parents=True)
    for k, name in enumerate(["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
                              "test_batch"]):  # fmt: skip
        (inner / name).write_bytes(batch(flat(images(n, 32, 3, k)), np.arange(n) % 10))


def write_cifar100(folder, n=4):
    folder.mkdir(exist_ok=True)
    for k, name in enumerate(["train", "test"]):
        (folder / name).write_bytes(batch(flat(images(n, 32, 3, k)), np.arange(n) + 90, b"fine_labels"))


def write_svhn(folder, n=5):
    folder.mkdir(exist_ok=True)
    for k, name in enumerate(["train", "test"]):
        x, y = images(n, 32, 3, k).transpose(1, 2, 3, 0), (np.arange(n) % 10 + 1)[:, None].astype(np.uint8)
        savemat(folder / f"{name}_32x32.mat", {"X": x, "y": y}, do_compression=True)


def digest(paths):
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
