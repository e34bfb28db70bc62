"""Faults: results that were changed on disk are found by verify, never used, and healed by running again."""

import shutil

import numpy as np
import pytest
from fake_exits import all_columns, plan, shard_names, sweep

from hts.errors import IntegrityError
from hts.sweeps import load_cells, sweep_status, verify_sweep


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("healthy")
    sweep(plan(), folder)
    return folder


@pytest.fixture
def folder(healthy, tmp_path):
    return shutil.copytree(healthy, tmp_path / "results")


def flip_bits(shards):
    """Flip one bit in every shard, each at another place."""
    rng = np.random.default_rng(11)
    for path in shards:
        data = bytearray(path.read_bytes())
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        path.write_bytes(data)
    return shards


def truncate(shards):
    for i, path in enumerate(shards):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * i // len(shards)])
    return shards


def swap_neighbours(shards):
    for one, two in zip(shards[::2], shards[1::2], strict=True):
        a, b = one.read_bytes(), two.read_bytes()
        one.write_bytes(b)
        two.write_bytes(a)
    return shards


def swap_names(shards):
    """Give two shards each other's names but for the checksums, which stay with the bytes."""
    one, two = shards[:2]
    heads = [path.name[:-24] for path in (one, two)]
    tails = [path.name[-24:] for path in (one, two)]
    return [one.rename(one.with_name(heads[1] + tails[0])), two.rename(two.with_name(heads[0] + tails[1]))]


def duplicate(shards):
    """Offer one cell's walkers as another's."""
    copies = []
    for path in shards:
        if path.name.startswith("eta0.05_b0.7"):
            copies.append(path.with_name(path.name.replace("b0.7", "b0.4")))
            shutil.copy(path, copies[-1])
    return copies


def rename(shards):
    return [path.rename(path.with_name(f"{i}.parquet")) for i, path in enumerate(shards)]


def add_garbage(shards):
    path = shards[0].with_name("notes.parquet")
    path.write_text("milk, eggs")
    return [path]


@pytest.mark.parametrize(
    "harm", [flip_bits, truncate, swap_neighbours, swap_names, duplicate, rename, add_garbage], ids=lambda f: f.__name__
)
def test_every_harmed_shard_is_found_none_is_used_and_running_again_heals(healthy, folder, harm):
    harmed = harm(sorted((folder / "shards").iterdir()))
    found = verify_sweep(folder)
    assert sorted(found.damaged) == sorted(f"shards/{path.name}" for path in harmed)
    assert found.n_shards == len(shard_names(folder))
    assert len(found.reasons) == len(harmed)
    with pytest.raises(IntegrityError) as told:
        load_cells(folder)
    assert all(path.name in str(told.value) for path in harmed)
    sweep_status(folder)

    report = sweep(plan(), folder)
    assert report.n_damaged == len(harmed)
    assert sorted(path.name for path in (folder / "damaged").iterdir()) == sorted(path.name for path in harmed)
    assert shard_names(folder) == shard_names(healthy)
    assert all_columns(folder) == all_columns(healthy)
    assert verify_sweep(folder).damaged == ()


def test_hundreds_of_random_bit_flips_are_all_found(folder):
    """No false alarm and no miss: 64 bits of SHA-256 let one in 2e19 pass."""
    rng = np.random.default_rng(3)
    path = sorted((folder / "shards").iterdir())[0]
    for other in list((folder / "shards").iterdir()):
        if other != path:
            other.unlink()
    data = path.read_bytes()
    for _ in range(400):
        harmed = bytearray(data)
        harmed[rng.integers(len(data))] ^= 1 << rng.integers(8)
        path.write_bytes(harmed)
        assert verify_sweep(folder).damaged == (f"shards/{path.name}",)
    path.write_bytes(data)
    assert verify_sweep(folder).damaged == ()


def test_a_deleted_shard_is_computed_again_to_the_byte(healthy, folder):
    (folder / "shards" / shard_names(folder)[5]).unlink()
    assert sweep(plan(), folder).n_written == 1
    assert shard_names(folder) == shard_names(healthy)


@pytest.mark.parametrize("name", ["identity.json", "plan.toml"])
@pytest.mark.parametrize("text", ["", "{", "\0\0\0"])
def test_a_torn_description_of_the_folder_is_written_anew(healthy, folder, name, text):
    (folder / name).write_text(text)
    report = sweep(plan(), folder)
    assert (report.n_written, report.n_damaged) == (0, 0)
    assert (folder / name).read_bytes() == (healthy / name).read_bytes()
