"""Tests of LeNet and VGG against a plain NumPy twin, of gradients, augmentation, schedules and parts of a data set."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from test_training import tiny

from hts.networks.architectures import Convolution, Dense, Network, network_of
from hts.networks.augmentation import augmented
from hts.networks.data import Data
from hts.networks.forward import convolved, initial_weights, outputs
from hts.networks.rules import rules_of
from hts.networks.training import Trainer, clip, decline
from hts.plans.training import TrainingTable


def numpy_outputs(network, layers, images):
    """Send images through a network, one sum at a time where weights are shared."""
    x, drawn = np.asarray(images, dtype=float), iter(layers)
    last = network.weighted[-1]
    for layer in network.layers:
        if layer == "pool":
            rows, columns = x.shape[1] // 2, x.shape[2] // 2
            corners = [x[:, i : 2 * rows : 2, j : 2 * columns : 2] for i in (0, 1) for j in (0, 1)]
            x = np.max(corners, axis=0)
            continue
        weights, biases = (np.asarray(one, dtype=float) for one in next(drawn))
        if isinstance(layer, Convolution):
            wide = np.pad(x, ((0, 0), (layer.padding,) * 2, (layer.padding,) * 2, (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(wide, (layer.side, layer.side), axis=(1, 2))
            x = np.einsum("nrcixy,xyio->nrco", windows, weights, optimize=True) + biases
        else:
            x = x.reshape(len(x), -1) @ weights + biases
        x = x if layer is last else np.maximum(x, 0.0)
    return x


def published(network, data):
    return network_of(TrainingTable(network=network, data=data, folder="here"))


@pytest.mark.parametrize(
    ("network", "data", "wanted"),
    # LeNet of Zhu et al. states 11,330; VGG's convolutions are those of Simonyan and Zisserman (see below)
    [("lenet", "fashion_mnist", 11_330), ("vgg11", "cifar10", 9_220_480 + 2 * (512 * 512 + 512) + 5130),
     ("vgg11", "svhn", 9_750_922), ("vgg16", "cifar100", 14_714_688 + 2 * (512 * 512 + 512) + 51_300)],
)  # fmt: skip
def test_networks_have_as_many_weights_as_published(network, data, wanted):
    assert published(network, data).n_weights == wanted


@pytest.mark.parametrize(("network", "whole"), [("vgg11", 132_863_336), ("vgg16", 138_357_544)])
def test_convolutions_of_vgg_are_those_of_the_network_of_imagenet(network, whole):
    """133 and 138 million with the dense layers of ImageNet: Simonyan and Zisserman's Table 2; torchvision."""
    convolutions = [layer for layer in published(network, "cifar10").layers if isinstance(layer, Convolution)]
    n = Network(tuple(convolutions), 0).n_weights
    assert n + Network((Dense(25_088, 4096), Dense(4096, 4096), Dense(4096, 1000)), 0).n_weights == whole


VGG_LONG = pytest.param("vgg11", "cifar10", 1, marks=pytest.mark.long)


@pytest.mark.parametrize(("network", "data", "n"), [("lenet", "fashion_mnist", 3), VGG_LONG])
def test_forward_passes_are_those_of_numpy(network, data, n):
    plan = published(network, data)
    layers = initial_weights(jax.random.key(0), plan, 2.0)
    layers = [(w, b + 0.1 * jax.random.normal(jax.random.key(i), b.shape)) for i, (w, b) in enumerate(layers)]
    side, channels = (28, 1) if network == "lenet" else (32, 3)
    x = jax.random.normal(jax.random.key(9), (n, side, side, channels))
    found = np.asarray(jax.jit(lambda x: outputs(plan, layers, x))(x))
    assert found == pytest.approx(numpy_outputs(plan, layers, x), abs=1e-4)
    assert np.ptp(found) > 0.1


def test_convolutions_are_those_of_xla(monkeypatch):
    """The way of a CPU and that of other devices, with and without zeros around."""
    x = jax.random.normal(jax.random.key(0), (2, 7, 8, 3))
    weights = jax.random.normal(jax.random.key(1), (3, 3, 3, 4))
    for padding in (0, 1):
        ours = convolved(x, weights, padding)
        with monkeypatch.context() as other:
            other.setattr(jax, "default_backend", lambda: "gpu")
            theirs = convolved(x, weights, padding)
        assert ours == pytest.approx(np.asarray(theirs), abs=1e-4)


def test_a_network_as_vgg_is_built_is_that_of_numpy():
    layers = (Convolution(3, 4, 3, 1), "pool", Convolution(4, 5, 3, 1), Convolution(5, 5, 3, 1), "pool", Dense(20, 7))
    network = Network(layers, 0)
    drawn = [(w, b + 0.1) for w, b in initial_weights(jax.random.key(0), network, 2.0)]
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)
    found = jax.jit(lambda x: outputs(network, drawn, x))(x)
    assert np.asarray(found) == pytest.approx(numpy_outputs(network, drawn, x), abs=1e-5)


def trainer_of(tmp_path, method="SB", **changes):
    """Train on noise: 60 images of 16 by 16 pixels, in a dense network unless changed."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 16, 16, 1)).astype(np.float32), rng.integers(0, 10, (2, 60)).astype(np.int32)
    plan = tiny(tmp_path, **(dict(enlarge=2, corrupted=0, widths=(3,)) | changes))
    return Trainer(plan, method, Data(x, y, x[:20], y[0, :20]), range(2))


@pytest.mark.long
def test_the_gradient_of_lenet_is_that_of_finite_differences(tmp_path):
    """In float64 along random directions; kinks of ReLU and pooling are of measure 0."""
    trainer = trainer_of(tmp_path, network="lenet")
    theta = np.asarray(trainer.start().theta[0], dtype=float)
    layers = trainer.unravel(jnp.asarray(theta, dtype=jnp.float32))
    shapes = [one.shape for pair in layers for one in pair]
    x, y = np.asarray(trainer.x), np.asarray(trainer.y[0])

    def loss(at):
        parts, begin = [], 0
        for shape in shapes:
            size = int(np.prod(shape))
            parts.append(at[begin : begin + size].reshape(shape))
            begin += size
        logits = numpy_outputs(trainer.network, list(zip(parts[::2], parts[1::2], strict=True)), x)
        top = logits.max(axis=1)
        return float(np.mean(top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[np.arange(len(y)), y]))

    slope = np.asarray(jax.jit(jax.grad(trainer.loss))(jnp.asarray(theta, dtype=jnp.float32), trainer.x, trainer.y[0]))
    for seed in range(4):
        way = np.random.default_rng(seed).normal(size=theta.size)
        way /= np.linalg.norm(way)
        h = 1e-6
        assert slope @ way == pytest.approx((loss(theta + h * way) - loss(theta - h * way)) / (2.0 * h), abs=2e-5)


@pytest.mark.long
def test_the_clip_takes_all_weights_of_lenet_together_and_decay_is_part_of_the_step(tmp_path):
    trainer = trainer_of(tmp_path, "SB+Clip", network="lenet", b=0.3, weight_decay=0.1, eta=0.5)
    runs, rule = trainer.start(), rules_of(trainer.plan.table, "SB+Clip")[0][1]
    key = jax.random.key(5)
    some = jax.random.randint(jax.random.fold_in(key, 0), (8,), 0, 60)
    theta, y = runs.theta[0], trainer.y[0]
    step = 0.5 * np.asarray(jax.jit(jax.grad(trainer.loss))(theta, trainer.x[some], y[some]) + 0.1 * theta, dtype=float)
    norms = [np.linalg.norm(one) for pair in trainer.unravel(jnp.asarray(step)) for one in pair]
    whole = float(np.sqrt(np.sum(np.square(norms))))
    assert whole > 0.3 > min(norms)  # layer by layer it would be another step
    found = np.asarray(jax.jit(lambda theta: trainer._step(rule, theta, key, trainer.x, y, 0.5))(theta))
    assert found == pytest.approx(step * 0.3 / whole, abs=1e-7)
    assert np.linalg.norm(found) == pytest.approx(0.3, rel=1e-5)
    assert np.linalg.norm(clip(jnp.asarray(step), 1e9) - step) == 0.0


def test_augmented_images_are_windows_and_mirrors_of_those_of_numpy():
    """Every window and mirror occurs, each about equally often: five standard errors of 6,000 draws."""
    key, x = jax.random.key(0), jnp.arange(6000.0 * 12).reshape(6000, 3, 4, 1) + 1.0
    found = np.asarray(jax.jit(lambda x: augmented(key, x, ("crop", "flip"), 1))(x))
    counts = np.zeros((3, 3, 2))
    wide = np.pad(np.asarray(x), ((0, 0), (1, 1), (1, 1), (0, 0)))
    for i, j in np.ndindex(3, 3):
        window = wide[:, i : i + 3, j : j + 4]
        counts[i, j, 0] = np.all(found == window, axis=(1, 2, 3)).sum()
        counts[i, j, 1] = np.all(found == window[:, :, ::-1], axis=(1, 2, 3)).sum()
    assert counts.sum() == 6000
    assert np.abs(counts - 6000 / 18).max() < 5.0 * (6000 / 18) ** 0.5
    assert np.array_equal(augmented(key, x, (), 1), x)
    only = np.asarray(augmented(key, x, ("flip",), 1))
    assert set(np.unique(only[:, 0, 0, 0] - x[:, 0, 0, 0])) == {0.0, 3.0}


def test_the_learning_rate_is_halved_as_published():
    """Eta .1, halved every 30 epochs after 200 of 391 iterations."""
    table = TrainingTable(halve_after=200 * 391, halve_every=30 * 391)
    epochs = np.array([0, 199, 200, 229, 230, 259, 260, 299])
    assert decline(table, epochs * 391).tolist() == [1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.125]
    assert decline(TrainingTable(), 10**6) == 1.0
    assert not rules_of(TrainingTable(final_batch="small"), "Our2")[1][1].is_large


@pytest.mark.long
def test_methods_share_weights_batches_and_augmentation_and_the_rate_falls_in_training(tmp_path):
    changes = dict(augmentation=("flip",), iterations=2, final=0)
    one, other = (trainer_of(tmp_path, method, b=1e9, **changes) for method in ("SB", "SB+Clip"))
    after = [trainer.advance(trainer.start(), 2).theta for trainer in (one, other)]
    assert after[0] == pytest.approx(np.asarray(after[1]), abs=1e-6)
    slow = trainer_of(tmp_path, halve_every=1, iterations=2, final=0)
    assert np.array_equal(slow.start().theta, one.start().theta)
    first, second = (slow.advance(slow.start(), k).theta for k in (1, 2))
    assert not np.allclose(first, one.advance(one.start(), 1).theta, atol=1e-5)  # which mirrors images
    rule = rules_of(slow.plan.table, "SB")[0][1]
    key = jax.random.fold_in(jax.random.fold_in(slow.keys[0], 1), 1)
    step = jax.jit(lambda theta: slow._step(rule, theta, key, slow.x, slow.y[0], 0.025))(first[0])
    assert second[0] == pytest.approx(np.asarray(first[0] - step), abs=1e-6)


def test_loss_gradient_and_accuracy_part_by_part_are_those_of_all_images(tmp_path):
    trainer = trainer_of(tmp_path)
    theta, x, y = trainer.start().theta[0], trainer.x, trainer.y[0]
    found = []
    for part in (60, 7):
        trainer.part = part
        (loss, slope), accuracy = jax.jit(
            lambda theta: (jax.value_and_grad(trainer.whole_loss)(theta, x, y), trainer.accuracy(theta, x, y))
        )(theta)
        found.append((float(loss), np.asarray(slope), float(accuracy)))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-6)
    assert found[1][1] == pytest.approx(found[0][1], abs=1e-6)
    assert found[1][2] == found[0][2]
