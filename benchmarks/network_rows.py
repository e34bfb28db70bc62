"""Training of networks against a plain PyTorch loop."""

import importlib.util
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measuring import Contender, take_turns
from benchmarks.rows import Row

PLAN = Path(__file__).parent.parent / "configs" / "digits.toml"
#: The plan's stages, three hundred times as short.
SHORT = ("training.iterations=10", "training.final=5")
WHAT = "training of digits.toml, six methods x 5 replications, against a PyTorch loop of one after another"


def network_rows(repetitions: int) -> list[Row]:
    """Time iterations of one network per second of wall time, for each uses both cores; at most three rounds."""
    for package, remedy in (("jax", "the extra networks"), ("torch", "pip install torch==2.13.0")):
        if importlib.util.find_spec(package) is None:
            return [Row(WHAT, None, "x", "at least", 5.0, f"{package} is missing: {remedy}")]
    contenders = {"hts": ours(), "torch, one thread": torch_loop(1), "torch, two threads": torch_loop(2)}
    timings = take_turns(contenders, min(repetitions, 3), time.perf_counter)
    costs = take_turns(contenders, 1)
    best = max(list(contenders)[1:], key=timings.median)
    told = (
        f"{timings.median('hts') / 1e3:.3g} against {timings.median(best) / 1e3:.3g} thousand iterations of a network "
        f"a second, wall time; {best}; {costs.ratio('hts', best):.3g}x by processor time"
    )
    return [Row(WHAT, timings.ratio("hts", best), "x", "at least", 5.0, told)]


def ours() -> Contender:
    """Networks one in a thread, as `hts train` runs them; programs are compiled in the run that is not measured."""
    from hts.engines import available_cores
    from hts.networks.data import load_digits
    from hts.networks.training import Trainer
    from hts.plans.training import read_training_plan

    plan = read_training_plan(PLAN, SHORT)
    table, some = plan.table, range(plan.table.replications)
    data = load_digits(table.images, table.corrupted, plan.seed, some)
    whole, longest_first = Trainer(plan, "LB", data, some), sorted(table.methods, key=lambda m: -plan.steps(m))
    trainers = [whole.part_of(method, range(r, r + 1)) for method in longest_first for r in some]
    starts = [trainer.start() for trainer in trainers]

    def one(place: int) -> None:
        runs, trainer = starts[place], trainers[place]
        while runs.step < plan.steps(trainer.method):
            runs = trainer.advance(runs)

    def work() -> float:
        with ThreadPoolExecutor(available_cores()) as pool:
            list(pool.map(one, range(len(trainers))))
        return float(len(some) * sum(plan.steps(method) for method in table.methods))

    return work


def torch_loop(threads: int) -> Contender:
    """Train in the peer's loop, on the same images and labels."""
    import torch

    from benchmarks.peers import torch_training
    from hts.networks.data import load_digits
    from hts.plans.training import read_training_plan

    plan = read_training_plan(PLAN, SHORT)
    table = plan.table
    data = load_digits(table.images, table.corrupted, plan.seed, range(table.replications))
    x, labels = torch.tensor(data.x), torch.tensor(data.y, dtype=torch.int64)

    def work() -> float:
        torch.set_num_threads(threads)
        for method in table.methods:
            for y in labels:
                torch_training.train(table, method, x, y)
        return float(table.replications * sum(plan.steps(method) for method in table.methods))

    return work
