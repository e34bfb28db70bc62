"""Tests that numbers are read from every kind of file, and that what is none is refused in words."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from hts.cli.tails import command
from hts.errors import PlanError
from hts.storage.numbers import read_numbers

X = np.array([1.5, -2.0, 1e300, 4.0])


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "a.npy", X)
    np.savez(tmp_path / "a.npz", x=X)
    pq.write_table(pa.table({"x": X, "name": ["a", "b", "c", "d"]}), tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("x,name\n" + "".join(f"{x},n\n" for x in X))
    (tmp_path / "a.txt").write_text("# noise\n1.5 -2\n\n1e300 # large\n4\n")
    return tmp_path


@pytest.mark.parametrize("suffix", ["npy", "npz", "parquet", "csv", "txt"])
def test_every_format_gives_the_same_numbers(files, suffix):
    numbers = read_numbers(files / f"a.{suffix}")
    assert np.array_equal(numbers.values, X)
    assert (numbers.n_rows, numbers.n_not_finite, numbers.stride) == (4, 0, 1)


def test_what_is_not_finite_is_counted_and_its_rows_are_named(tmp_path):
    np.save(tmp_path / "a.npy", np.array([1.0, np.nan, 2.0, np.inf]))
    (tmp_path / "a.csv").write_text("x\n1\n\n2\nnan\n")
    pq.write_table(pa.table({"x": [1.0, None, 2.0]}), tmp_path / "a.parquet")
    numbers = read_numbers(tmp_path / "a.npy")
    assert (numbers.n_not_finite, numbers.rows_not_finite) == (2, (2, 4))
    assert read_numbers(tmp_path / "a.csv").n_not_finite >= 1
    assert read_numbers(tmp_path / "a.parquet").rows_not_finite == (2,)


def test_columns_by_name_by_place_and_all(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n")
    assert read_numbers(tmp_path / "a.csv", "y").values.tolist() == [2, 4]
    assert read_numbers(tmp_path / "a.csv", "0").values.tolist() == [1, 3]
    assert read_numbers(tmp_path / "a.csv", "*").values.tolist() == [[1, 2], [3, 4]]
    np.save(tmp_path / "a.npy", np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert read_numbers(tmp_path / "a.npy", "1").values.tolist() == [2, 4]
    with pytest.raises(PlanError, match="several columns of numbers: give --column and one of x, y"):
        read_numbers(tmp_path / "a.csv")


def test_long_files_are_thinned_evenly(tmp_path):
    x = np.arange(5_000_000.0)
    np.save(tmp_path / "a.npy", x)
    numbers = read_numbers(tmp_path / "a.npy", max_numbers=1_000_000)
    assert numbers.stride == 5
    assert np.array_equal(numbers.values, x[::5])
    (tmp_path / "a.txt").write_text("\n".join(map(str, range(1000))))
    thinned = read_numbers(tmp_path / "a.txt", max_numbers=300)
    assert thinned.stride == 4
    assert np.array_equal(thinned.values, np.arange(0.0, 1000.0, 4.0))


class Evil:
    def __reduce__(self):
        return print, ("this must not run",)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.npy", np.array([Evil()], dtype=object), "pickled Python objects are not opened"),
        ("a.npy", np.array([1 + 2j]), "complex numbers"),
        ("a.npy", np.array(["x"]), "strings"),
        ("a.npy", np.zeros((2, 2, 2)), "3 dimensions"),
        ("a.npy", np.zeros(0), "no numbers"),
        ("a.txt", "1 2\n3 four\n", "line 2: 'four' is no number"),
        ("a.csv", "x\na\nb\n", "no column of numbers"),
        ("a.csv", "x\n1\nb\n", "cannot be read as numbers"),
        ("a.csv", "x,x\n1,2\n", "cannot be read as numbers"),
        ("a.npy", b"", "is empty"),
        ("a.npy", b"no array", "cannot be read as numbers"),
        ("a.parquet", b"PAR1 and then nothing", "cannot be read as numbers"),
        ("a.pkl", b"whatever", "numbers come from .csv"),
    ],
)
def test_what_is_no_file_of_numbers_is_refused_in_words(tmp_path, capsys, name, content, words):
    path = tmp_path / name
    if isinstance(content, np.ndarray):
        np.save(path, content, allow_pickle=True)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)
    with pytest.raises(PlanError, match=words):
        read_numbers(path)
    assert "must not run" not in capsys.readouterr().out


def test_a_column_that_is_not_there(files):
    with pytest.raises(PlanError, match="no column 'z'; there are x, name"):
        read_numbers(files / "a.parquet", "z")
    with pytest.raises(PlanError, match="column 'name' holds no real numbers"):
        read_numbers(files / "a.parquet", "name")
    with pytest.raises(PlanError, match="no array 'z'; there are x"):
        read_numbers(files / "a.npz", "z")


def test_the_command_prints_its_keys_and_every_mistake(tmp_path):
    x = np.random.default_rng(1).standard_t(1.5, 2_000)
    np.save(tmp_path / "x.npy", x)
    result = CliRunner().invoke(command, [str(tmp_path / "x.npy"), "--json", "-o", str(tmp_path / "fig")])
    assert result.exit_code == 0, result.output
    sample = json.loads(result.stdout)["samples"][0]
    assert {"file", "column", "n", "n_zero", "n_not_finite", "block", "hill", "moment", "stable"} <= set(sample)
    assert {"block_size", "alpha", "low", "high"} <= set(sample["block"][0])
    assert {"k", "alpha", "low", "high"} <= set(sample["hill"])
    assert {"k", "xi", "low", "high"} <= set(sample["moment"])
    assert sample["is_heavy"] is True
    assert (tmp_path / "fig" / "tails.pdf").exists()
    both = CliRunner().invoke(command, [str(tmp_path / "no.npy"), str(tmp_path / "nor.csv")])
    assert isinstance(both.exception, PlanError)
    assert str(both.exception).count("there is no such file") == 2
    assert isinstance(CliRunner().invoke(command, [str(tmp_path / "x.npy"), "--centre", "mode"]).exception, PlanError)
