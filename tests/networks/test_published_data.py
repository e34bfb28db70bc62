"""Tests of data sets read from files: tiny ones in the published formats, and files that are missing or harmed."""

import gzip
import os
import pickle

import data_files
import numpy as np
import pytest
from data_files import images

from hts.errors import PlanError
from hts.networks.data import load_data
from hts.networks.formats import read_batch, read_idx
from hts.networks.published import SOURCES, read_published
from hts.plans.training import TrainingPlan, TrainingTable, read_training_plan
from hts.plans.training_data import SETS

WRITERS = {
    "fashion_mnist": data_files.write_fashion,
    "cifar10": data_files.write_cifar10,
    "cifar100": data_files.write_cifar100,
    "svhn": data_files.write_svhn,
}


def own(data, folder):
    """Write a tiny data set and give the sum of its files, by which hts takes it for the user's own."""
    WRITERS[data](folder)
    paths = [next(path for path in folder.rglob(name)) for name in SOURCES[data].names]
    return data_files.digest(paths), paths


@pytest.mark.parametrize("data", WRITERS)
def test_each_format_is_read_image_by_image(data, tmp_path):
    sha256, _ = own(data, tmp_path / "data")
    (x, y), (test_x, test_y) = read_published(data, tmp_path / "data", sha256)
    known = SETS[data]
    if data == "cifar10":
        wanted, n = np.concatenate([images(4, 32, 3, k) for k in range(5)]), 4
        assert np.array_equal(test_x, images(4, 32, 3, 5))
    else:
        n = len(x)
        wanted = images(n, known.side, known.channels)
    assert np.array_equal(x, wanted)
    first = {"cifar100": 90, "svhn": 1}.get(data, 0)
    assert y.tolist() == [(first + k % n) % known.classes for k in range(len(x))]
    assert x.shape[1:] == test_x.shape[1:]
    assert len(test_x) == len(test_y)


def test_a_batch_that_numpy_and_python_3_have_pickled_is_read_as_well():
    rows = data_files.flat(images(3, 32, 3))
    for protocol in (2, 3, 4):
        x, y = read_batch(pickle.dumps({"data": rows, "labels": [3, 1, 4]}, protocol), "labels")
        assert np.array_equal(x, images(3, 32, 3))
        assert y.tolist() == [3, 1, 4]


class Villain:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


@pytest.mark.parametrize(
    "evil", [Villain(), {"data": np.array([Villain()]), "labels": [1]}, {"data": np.zeros(3072), "labels": [1]}, [1],
             {"data": np.zeros((1, 3072), np.uint8), "labels": ["one"]}, {"labels": [1]}]
)  # fmt: skip
def test_a_batch_that_asks_for_anything_else_is_refused_and_nothing_of_it_is_run(evil, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _sha256, paths = own("cifar10", tmp_path / "data")
    paths[1].write_bytes(pickle.dumps(evil, 2))
    with pytest.raises(PlanError, match="data_batch_2: is damaged or of another format"):
        read_published("cifar10", tmp_path / "data", data_files.digest(paths))
    assert not (tmp_path / "made-by-a-pickle").exists()


def test_a_batch_cut_short_at_any_place_is_refused(tmp_path):
    whole = data_files.batch(data_files.flat(images(1, 32, 3)), [3])
    _, paths = own("cifar10", tmp_path / "data")
    for cut in (*range(0, 200, 7), *range(200, len(whole), 401)):
        paths[0].write_bytes(whole[:cut])
        with pytest.raises(PlanError, match="data_batch_1"):
            read_published("cifar10", tmp_path / "data", data_files.digest(paths))


def test_missing_files_are_named_with_the_place_where_they_belong(tmp_path):
    wanted = r"lacks data_batch_1, .*kriz/cifar-10-python.tar.gz, unpacked, into .*batches-py"
    with pytest.raises(PlanError, match=wanted):
        read_published("cifar10", tmp_path)
    _, paths = own("svhn", tmp_path / "data")
    paths[1].unlink()
    with pytest.raises(PlanError, match=r"lacks test_32x32.mat; put them, from http"):
        read_published("svhn", tmp_path / "data")


@pytest.mark.parametrize("data", WRITERS)
def test_a_file_that_is_not_the_published_one_is_refused_with_both_sums(data, tmp_path):
    sha256, paths = own(data, tmp_path / "data")
    md5 = SOURCES[data].train[0][1]
    with pytest.raises(PlanError, match=f'not {md5}.*add sha256 = "{sha256}"'):
        read_published(data, tmp_path / "data")
    paths[-1].write_bytes(paths[-1].read_bytes() + b"x")
    with pytest.raises(PlanError, match="are others than the plan states"):
        read_published(data, tmp_path / "data", sha256)


def test_unpacked_fashion_has_no_published_sum_and_is_counted(tmp_path):
    _, paths = own("fashion_mnist", tmp_path / "data")
    for path in paths:
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    with pytest.raises(PlanError, match="12 images were found, not 60000"):
        read_published("fashion_mnist", tmp_path / "data")


def test_labels_out_of_range_and_images_of_another_size_are_named(tmp_path):
    _, paths = own("fashion_mnist", tmp_path / "data")

    def refused(place, array, match):
        before = paths[place].read_bytes()
        paths[place].write_bytes(data_files.idx(array))
        with pytest.raises(PlanError, match=match):
            read_published("fashion_mnist", tmp_path / "data", data_files.digest(paths))
        paths[place].write_bytes(before)

    refused(1, np.array([1, 2, 10] + [0] * 9), "label 2 is 10: labels are whole numbers from 0 to 9")
    refused(1, np.zeros(11), "has 12 images and 11 labels")
    refused(0, np.zeros((12, 27, 28)), "holds images of 27x28x1, not 28x28x1")
    refused(0, np.zeros((12, 28)), "holds images of 28x1, not 28x28x1")
    refused(0, np.zeros((0, 28, 28)), "0 images and 12 labels")
    _sha256, paths = own("svhn", tmp_path / "numbers")
    data_files.savemat(paths[0], {"X": images(2, 32, 3).transpose(1, 2, 3, 0), "y": np.array([[1], [0]])})
    with pytest.raises(PlanError, match=r"its label 1 is 0, not one of 1, ..., 10"):
        read_published("svhn", tmp_path / "numbers", data_files.digest(paths))
    for body in (b"", b"MATLAB 5.0", b"\x00" * 300):
        paths[0].write_bytes(body)
        with pytest.raises(PlanError, match=r"train_32x32.mat: is damaged or of another format"):
            read_published("svhn", tmp_path / "numbers", data_files.digest(paths))


FIVE = data_files.idx(np.zeros(5))


@pytest.mark.parametrize(
    ("data", "match"),
    [(b"", "requires a buffer"), (b"\x00\x00\x0d\x01", "does not begin"), (FIVE[:-1], "only 4"),
     (b"\x00\x00\x08\x01\xff\xff\xff\xff", "asks for"), (FIVE + b"x", "it has more")],
)  # fmt: skip
def test_an_idx_file_is_as_long_as_its_header_says(data, match):
    with pytest.raises(Exception, match=match):
        read_idx(data)
    assert read_idx(data_files.idx(np.arange(5))).tolist() == [0, 1, 2, 3, 4]


def test_images_of_files_are_chosen_standardised_enlarged_and_corrupted(tmp_path):
    sha256, _ = own("cifar100", tmp_path / "data")
    table = TrainingTable(
        data="cifar100", folder=str(tmp_path / "data"), sha256=sha256, images=3, corrupted=0, enlarge=2, small_batch=2,
        large_batch=3,
    )  # fmt: skip
    data = load_data(TrainingPlan("own", 1, table, tmp_path), range(2))
    assert data.x.shape == (3, 64, 64, 3)
    assert data.x.dtype == np.float32
    assert data.x.mean(axis=(0, 1, 2)) == pytest.approx([0.0] * 3, abs=1e-4)
    assert data.x.std(axis=(0, 1, 2)) == pytest.approx([1.0] * 3, abs=1e-4)
    assert np.array_equal(data.x[:, ::2, ::2], data.x[:, 1::2, 1::2])
    order = np.random.default_rng([1, 0]).permutation(4)[:3]
    assert data.y.tolist() == [(order + 90).tolist()] * 2
    # the test images are measured by the training images' mean and spread
    rows = images(4, 32, 3)[order].reshape(-1, 3).astype(float)
    wanted = (images(4, 32, 3, 1) - rows.mean(axis=0)) / rows.std(axis=0)
    assert data.test_x[:, ::2, ::2] == pytest.approx(wanted, abs=1e-4)
    with pytest.raises(PlanError, match=r"training.images is 5, and cifar100 in .* has 4"):
        load_data(TrainingPlan("own", 1, table.model_copy(update={"images": 5}), tmp_path), range(1))


def test_what_is_wrong_with_data_and_network_is_told_with_its_place(tmp_path):
    path = tmp_path / "plan.toml"

    def told(text):
        path.write_text("[training]\n" + text)
        with pytest.raises(PlanError) as found:
            read_training_plan(path)
        return str(found.value)

    assert "training.folder: is missing; svhn is read from files of yours" in told('data = "svhn"\n')
    text = 'data = "cifar10"\nfolder = "here"\nimages = 50_001\nsha256 = "abc"\n'
    assert "training.sha256" in told(text)
    assert "4:10: training.images: must be at most 50000" in told(text.replace('sha256 = "abc"\n', ""))
    assert "training.folder: belongs to data that are read from files" in told('folder = "here"\n')
    assert "must be 16 or more pixels along each side (8); add enlarge = 2" in told('network = "lenet"\n')
    assert "training.augmentation: names one twice" in told('augmentation = ["flip", "flip"]\n')
    path.write_text('[training]\ndata = "svhn"\nfolder = "here"\nnetwork = "vgg11"\n')
    plan = read_training_plan(path)
    assert plan.table.folder == str(tmp_path / "here")
    path.write_text(plan.to_toml())
    assert read_training_plan(path) == plan


def test_keys_that_came_later_leave_older_folders_those_of_their_plans_and_folders_of_data_are_no_part(tmp_path):
    older = TrainingPlan("t", 1, TrainingTable(), tmp_path)
    assert set(older.physics()["training"]) == {
        "data", "images", "corrupted", "widths", "moment", "eta", "small_batch", "large_batch", "b", "c", "alpha",
        "iterations", "final", "noise_eta", "noise_factor", "weight_bound", "delta", "draws",
    }  # fmt: skip
    one, other = (TrainingPlan("t", 1, TrainingTable(data="svhn", folder=name), tmp_path) for name in ("a", "b"))
    assert one.identity() == other.identity() != older.identity()
    crop = TrainingPlan("t", 1, TrainingTable(augmentation=("crop",)), tmp_path)
    assert crop.physics()["training"]["augmentation"] == ["crop"]
