"""Published data sets as files that the user has: which files, where from, with which checksums, and what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError
from hts.networks.formats import MISREADINGS, Bytes, read_batch, read_idx, read_mat
from hts.plans.training_data import SETS

#: Most bytes of one file; the largest published one has a quarter.
MOST_BYTES: Final = 2**30
Images = tuple[Bytes, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Source:
    """Files of a data set.

    Attributes
    ----------
    address : str
        Where they are published.
    inner : str
        Folder that they lie in when they are unpacked; they may lie beside it as well.
    train, test : tuple of (str, str)
        Names and MD5 sums, in hexadecimal digits, as published with torchvision. A file whose name ends in .gz may be
        unpacked; then there is no sum, and only its size and shape are looked at.
    """

    address: str
    inner: str
    train: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all files."""
        return tuple(name for name, _ in (*self.train, *self.test))


SOURCES: Final = {
    "fashion_mnist": Source(
        "https://github.com/zalandoresearch/fashion-mnist",
        "FashionMNIST/raw",
        (
            ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ),
        (
            ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
    ),
    "cifar10": Source(
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "cifar-10-batches-py",
        (
            ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
            ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
            ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
            ("data_batch_4", "634d18415352ddfa80567beed471001a"),
            ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
        ),
        (("test_batch", "40351d587109b95175f43aff81a1287e"),),
    ),
    "cifar100": Source(
        "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
        "cifar-100-python",
        (("train", "16019d7e3df5f24257cddd939b257f8d"),),
        (("test", "f0ef6b0ae62326f3e7ffdfab6717acfc"),),
    ),
    "svhn": Source(
        "http://ufldl.stanford.edu/housenumbers",
        "SVHN",
        (("train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),),
        (("test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),),
    ),
}


def where_to_put(data: str, folder: Path) -> str:
    """Say where the files of a data set come from, and into which folder they belong."""
    source = SOURCES[data]
    return f"put them, from {source.address}, unpacked, into {folder} or {folder / source.inner}"


def missing_files(data: str, folder: Path) -> tuple[str, ...]:
    """Name the files that are in neither of the places where they may lie."""
    return tuple(name for name in SOURCES[data].names if _find(folder, SOURCES[data].inner, name) is None)


def _find(folder: Path, inner: str, name: str) -> Path | None:
    for place in (folder, folder / inner):
        for path in (place / name, place / name.removesuffix(".gz")):
            if path.is_file():
                return path
    return None


def read_published(data: str, folder: Path, sha256: str | None = None) -> tuple[Images, Images]:
    """Read the training and the test images of a data set, and check them.

    Parameters
    ----------
    data : str
        fashion_mnist, cifar10, cifar100 or svhn.
    folder : pathlib.Path
        Where the files lie, or the folder in which they lie as unpacked.
    sha256 : str, optional
        Of all files, one after another, where they are the user's own in the same format; it stands for the published
        sums and numbers of images.

    Returns
    -------
    (uint8[image, row, column, channel], int64[image]) of training, the same of test

    Raises
    ------
    PlanError
        Where a file is missing, is not the published one, is damaged, or holds other images or labels than it should.
    """
    source = SOURCES[data]
    if lacking := missing_files(data, folder):
        raise PlanError(f"{data}: {folder} lacks {', '.join(lacking)}; {where_to_put(data, folder)}")
    paths = [_found(folder, source, name) for name in source.names]
    bodies = [_body(path) for path in paths]
    digest = hashlib.sha256(b"".join(bodies)).hexdigest()
    if sha256 is not None and sha256 != digest:
        text = f"the files of {data} are others than the plan states (their sha256 is {digest})"
        raise PlanError(f"{folder}: {text}; put the old ones back, or state it for new results in another folder")
    if sha256 is None:
        for path, body, (name, md5) in zip(paths, bodies, (*source.train, *source.test), strict=True):
            _check_sum(path, body, md5 if path.name == name else None, digest)
    n = len(source.train)
    sizes = (SETS[data].n_train, SETS[data].n_test) if sha256 is None else (None, None)
    return (
        _images(data, paths[:n], bodies[:n], sizes[0]),
        _images(data, paths[n:], bodies[n:], sizes[1]),
    )


def _found(folder: Path, source: Source, name: str) -> Path:
    path = _find(folder, source.inner, name)
    assert path is not None, "missing files were refused"
    return path


def _body(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise PlanError(f"{path}: has {size / 1e9:.3g} GB, more than 1, which no published file has")
        return path.read_bytes()
    except OSError as error:
        raise PlanError(f"{path}: cannot be read ({error.strerror or error}); check its permissions") from error


def _check_sum(path: Path, body: bytes, md5: str | None, digest: str) -> None:
    if md5 is None:
        return
    found = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if found != md5:
        own = f'or, where the files are your own, add sha256 = "{digest}" to [training]'
        raise PlanError(f"{path}: is not the published file (its MD5 is {found}, not {md5}); get it anew, {own}")


def _images(data: str, paths: Sequence[Path], bodies: Sequence[bytes], n: int | None) -> Images:
    """Read the images of some files and check their shape, their number and their labels."""
    known = SETS[data]
    if data == "fashion_mnist":
        parts = [(_read(paths[0], bodies[0], data)[0][..., None], _read(paths[1], bodies[1], data)[1])]
        paths = paths[:1]
    else:
        parts = [_read(path, body, data) for path, body in zip(paths, bodies, strict=True)]
    shape = (known.side, known.side, known.channels)
    for path, (x, y) in zip(paths, parts, strict=True):
        if x.shape[1:] != shape or y.ndim != 1:
            size = "x".join(map(str, x.shape[1:]))
            raise PlanError(f"{path}: holds images of {size}, not {'x'.join(map(str, shape))}; it is not of {data}")
        if len(x) != len(y):
            raise PlanError(f"{path}: has {len(x)} images and {len(y)} labels; get the files anew")
        if len(y) and (y.min() < 0 or y.max() >= known.classes):
            bad = int(np.flatnonzero((y < 0) | (y >= known.classes))[0])
            text = f"label {bad} is {y[bad]}: labels are whole numbers from 0 to {known.classes - 1}"
            raise PlanError(f"{path}: {text}; get the file anew")
    x, y = np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    if not len(x) or (n is not None and len(x) != n):
        raise PlanError(f"{paths[0]}: {len(x)} images were found, not {n or 'one or more'}; get the files anew")
    return x, y


def _read(path: Path, body: bytes, data: str) -> Images:
    """Read a file by its format; of an IDX file, images and labels are the same array.

    Raises
    ------
    PlanError
        Where it is damaged or of another format.
    """
    try:
        if data == "fashion_mnist":
            found = read_idx(body)
            return found, found.astype(np.int64)
        return read_mat(body) if data == "svhn" else read_batch(body, "labels" if data == "cifar10" else "fine_labels")
    except MISREADINGS as error:
        text = f"is damaged or of another format ({type(error).__name__}: {error})"
        raise PlanError(f"{path}: {text}; get it anew from {SOURCES[data].address}") from error
