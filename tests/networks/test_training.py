"""Tests of training: the update against NumPy, durability, divergence, sharpness against quadratic functions."""

import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hts.errors import PlanError, StoppedError
from hts.networks import running, training
from hts.networks.data import corrupt, load_digits
from hts.networks.folders import load
from hts.networks.recording import write_line
from hts.networks.results import compare
from hts.networks.rules import Rule, rules_of
from hts.networks.running import run_training
from hts.networks.sharpness import expected, maximal, pac_bayes, top_eigenvalues
from hts.networks.training import Trainer, clip
from hts.plans.training import TrainingPlan, TrainingTable, read_training_plan

TINY = dict(
    images=60, corrupted=10, widths=(4,), replications=2, small_batch=8, large_batch=16, iterations=6, final=2,
    noise_factor=1, draws=4, delta=(0.05,),
)  # fmt: skip


def tiny(path, **changes):
    return TrainingPlan("tiny", 3, TrainingTable(**{**TINY, **changes}), path)


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch):
    monkeypatch.setattr("hts.networks.running.CHUNK", 2)


def test_a_step_is_that_of_28_written_out_in_numpy(tmp_path):
    """Z (g_SB* - g_LB) is added to g_SB, and the whole step is clipped; gradients by finite differences of the loss."""
    plan = tiny(tmp_path, b=0.02)
    trainer = Trainer(plan, "Our1", load_digits(60, 10, 3, range(2)), range(2))
    runs, rule = trainer.start(), Rule(False, True, True, True, 0.05, float("inf"))
    key = jax.random.fold_in(jax.random.fold_in(trainer.keys[0], 1), 0)

    def gradient(theta, place, size):
        some = jax.random.randint(jax.random.fold_in(key, place), (size,), 0, 60)
        return jax.grad(trainer.loss)(theta, trainer.x[some], trainer.y[0][some])

    @jax.jit  # one program compiles faster than one for each operation
    def both(theta):
        parts = [gradient(theta, place, size) for place, size in ((0, 8), (2, 8), (1, 16))]
        drawn = jax.random.uniform(jax.random.fold_in(key, 3))
        return parts, drawn, trainer._step(rule, theta, key, trainer.x, trainer.y[0], 0.05)

    (small, other, large), drawn, found = jax.device_get(both(runs.theta[0]))
    z = 0.5 * (1.0 - float(drawn)) ** (-1.0 / 1.4)
    step = 0.05 * (small + z * (other - large))
    wanted = step * min(1.0, 0.02 / np.linalg.norm(step))
    assert np.linalg.norm(wanted) == pytest.approx(0.02)
    assert found == pytest.approx(wanted, abs=1e-6)


def test_clip_is_exact_and_leaves_short_steps():
    step = jnp.array([3.0, 4.0])
    assert clip(step, 1.0) == pytest.approx([0.6, 0.8])
    assert clip(step, 5.0) == pytest.approx([3.0, 4.0])


def test_rules_are_those_of_the_table():
    table = TrainingTable(iterations=10, final=4, noise_factor=10)
    assert [n for n, _ in rules_of(table, "SB+Noise")] == [70, 70]
    assert [(n, r.is_large, r.is_noisy) for n, r in rules_of(table, "Our2")] == [(10, False, True), (4, True, False)]
    assert not rules_of(table, "SB")[0][1].is_clipped


def cheap(trainer, runs, data):
    """Stand in for the measures, whose compilation takes seconds."""
    n = len(runs.theta)
    size = np.linalg.norm(np.asarray(runs.theta), axis=1)
    names = ("test_accuracy", "train_accuracy", "train_loss", "test_loss", "pac_bayes", "maximal")
    return dict.fromkeys(names, size) | {"expected": size[:, None], "eigenvalues": np.ones((n, 3))}


def test_trainings_are_kept_and_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr("hts.networks.running.measure", cheap)
    monkeypatch.setattr(running, "available_cores", lambda: 1)
    plan, folder = tiny(tmp_path, methods=("SB",), final=0), tmp_path / "results"
    calls = iter([False, False, False, True])
    with pytest.raises(StoppedError, match="0 of 2 trainings and 4 iterations of SB, replication 0 are kept"):
        run_training(plan, folder, should_stop=lambda: next(calls, True))
    (kept,) = (folder / "checkpoints").iterdir()
    # as another division of the replications leaves one, and one of more replications than are trained now
    for name in ("SB-r000000-000001.trained", "SB-r000000-000002.trained"):
        kept.with_name(name).write_bytes(kept.read_bytes())
    report = run_training(plan, folder)
    assert (report.n_trained, report.n_stored) == (2, 0)
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["SB-r000000-000002.trained"]
    _, whole = running._prepared(plan, range(2))
    found = load(plan, folder)
    # a network has the same bits with whatever others it is trained, and those of an interrupted training
    ones = [whole.part_of("SB", range(r, r + 1)) for r in range(2)]
    assert np.array_equal(found["SB"]["theta"], np.concatenate([one.advance(one.start(), 6).theta for one in ones]))
    assert found["SB"]["theta"] == pytest.approx(np.asarray(whole.advance(whole.start(), 6).theta), abs=1e-5)
    comparison = compare(plan, found)
    assert {m.n for m in comparison.measures} == {2}
    with pytest.raises(PlanError, match=r"training.eta: 0.1 here, 0.05 there"):
        run_training(tiny(tmp_path, methods=("SB",), final=0, eta=0.1), folder)
    # the line through both begins and ends, by a sixth of its length, with their losses; noise has mean 0 (4 errors)
    slice_, noise = write_line(plan, folder, ("SB", 0), ("SB", 1), 7)
    x, f = np.loadtxt(slice_, delimiter=",", skiprows=1).T
    losses = [float(whole.loss(theta, whole.x, whole.y[0])) for theta in found["SB"]["theta"]]
    assert [x[1], *f[[1, 5]]] == pytest.approx([0.0, *losses], abs=1e-5)
    numbers = np.load(noise)
    assert abs(numbers.mean()) < 4.0 * numbers.std() / 2000**0.5
    with pytest.raises(PlanError, match="holds no network LB, replication 0"):
        write_line(plan, folder, ("LB", 0), ("SB", 1))
    # a damaged file is set aside and trained again
    path = next((folder / "training").glob("SB-*"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    report = run_training(plan, folder)
    assert (report.n_trained, report.n_damaged) == (1, 1)


def test_methods_run_side_by_side_and_all_stop_where_one_fails(tmp_path, monkeypatch):
    """The longest begins first; those that have not begun do nothing, and the failure itself is what is told."""
    plan, begun, ended = tiny(tmp_path, methods=("SB", "LB", "SB+Noise"), noise_factor=2, replications=1), [], []
    monkeypatch.setattr(running, "available_cores", lambda: 2)
    both = threading.Barrier(2, timeout=30.0)

    def train(plan, task, span, results, pace, should_stop):
        begun.append(task.method)
        if should_stop():
            return 0
        both.wait()
        if task.method == "SB":
            raise OSError("disk full")
        while not should_stop():
            time.sleep(0.001)
        ended.append(task.method)
        return 2

    monkeypatch.setattr(running, "_train", train)
    with pytest.raises(OSError, match="disk full"):
        run_training(plan, tmp_path / "results")
    assert (begun, ended) == (["SB+Noise", "SB", "LB"], ["SB+Noise"])


def test_a_difference_is_called_one_only_by_its_interval(tmp_path):
    plan = tiny(tmp_path, replications=5)
    noise = np.array([0.1, -0.2, 0.3, 0.0, -0.2])

    def stored(values):
        names = ("test_accuracy", "train_accuracy", "train_loss", "test_loss", "pac_bayes", "maximal")
        wide = {"expected": values[:, None], "eigenvalues": np.ones((5, 3))}
        return dict.fromkeys(names, values) | wide | {"diverged": np.full(5, -1), "norm": np.zeros(5)}

    # paired: what replications share drops out; a gap of the size of the noise is none
    base = 10.0 * np.arange(5.0)
    found = compare(plan, {"LB": stored(base), "SB": stored(base - 2.0 + noise), "Our2": stored(base - 0.1 - noise)})
    told = {(d.one, d.other): d.is_different for d in found.differences if d.measure == "maximal"}
    assert told == {("LB", "SB"): True, ("LB", "Our2"): False, ("SB", "Our2"): True}


def test_a_network_that_diverges_stops_with_its_step_and_norm_and_others_go_on(tmp_path, monkeypatch):
    plan = tiny(tmp_path, methods=("SB",), iterations=3, final=0)
    trainer = Trainer(plan, "SB", load_digits(60, 10, 3, range(2)), range(2))
    runs = trainer.start()
    lengths = np.linalg.norm(np.asarray(runs.theta), axis=1)
    monkeypatch.setattr(training, "MAX_NORM", float(lengths.mean()))
    runs = trainer.advance(runs, 3)
    long = int(np.argmax(lengths))
    assert runs.diverged[long] == 0
    assert runs.norm[long] == pytest.approx(lengths[long], rel=0.05)
    assert runs.diverged[1 - long] == -1
    assert not np.array_equal(runs.theta[1 - long], trainer.start().theta[1 - long])


def test_sharpness_of_a_quadratic_function_is_exact():
    """E L = delta^2 tr H/2, sigma^2 = .2/tr H, r^2 = .2/max H; four standard errors of the draws."""
    h, key = jnp.array([5.0, 3.0, 1.0]), jax.random.key(0)

    def loss(x):
        return 0.5 * jnp.sum(h * x * x)

    @jax.jit
    def sharpness(zero, near):
        mean_and_error = expected(loss, zero, 0.05, key, 200)
        return mean_and_error, pac_bayes(loss, zero, key, 400), maximal(loss, near), top_eigenvalues(loss, zero, key)

    (mean, error), bayes, worst, values = sharpness(jnp.zeros(3), jnp.array([1e-4, 0.0, 0.0]))
    assert abs(mean - 0.5 * 9.0 * 0.0025) < 4.0 * error
    assert bayes == pytest.approx(45.0, rel=0.2)
    assert worst == pytest.approx(25.0, rel=1e-2)
    assert values == pytest.approx([5.0, 3.0, 1.0], rel=1e-4)


def test_labels_out_of_range_are_named():
    with pytest.raises(PlanError, match="label 1 is 10"):
        corrupt(np.array([0, 10], dtype=np.int32), 0, np.random.default_rng(0))


def test_all_mistakes_of_a_plan_are_told_with_their_places(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('[training]\nimages = 2000\nlarge_batch = 3000\nb = 0.0\nmethods = ["SBB"]\nclip = 1\n')
    with pytest.raises(PlanError) as told:
        read_training_plan(path)
    text = str(told.value)
    assert all(f"plan.toml:{line}:" in text for line in (4, 5, 6))
    path.write_text("[training]\nimages = 1797\nlarge_batch = 3000\ncorrupted = 5000\n")
    with pytest.raises(PlanError, match=r"3:15: training.large_batch: must be at most images, 1797 \(3000\)"):
        read_training_plan(path)
