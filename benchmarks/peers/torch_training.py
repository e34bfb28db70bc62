"""Training by (28) in a plain PyTorch loop: one replication after another, one step after another."""

from itertools import pairwise

import torch
from torch import nn

from hts.networks.rules import Rule, rules_of
from hts.plans.training import TrainingTable


def train(table: TrainingTable, method: str, x: torch.Tensor, y: torch.Tensor) -> nn.Module:
    """Train one network on float32[image, pixel] and int64[image]."""
    sizes, layers = (x.shape[1], *table.widths, 10), []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    network = nn.Sequential(*layers[:-1])
    for n, rule in rules_of(table, method):
        for _ in range(n):
            step(table, rule, network, x, y)
    return network


def step(table: TrainingTable, rule: Rule, network: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    """Do one iteration."""
    weights = list(network.parameters())

    def gradient(size: int) -> tuple[torch.Tensor, ...]:
        some = torch.randint(0, len(x), (size,))
        return torch.autograd.grad(nn.functional.cross_entropy(network(x[some]), y[some]), weights)

    small = gradient(table.large_batch if rule.is_large else table.small_batch)
    if rule.is_noisy:
        other = gradient(table.small_batch) if rule.is_independent else small
        z = table.c * (1.0 - float(torch.rand(()))) ** (-1.0 / table.alpha)
        large = gradient(table.large_batch)
        small = tuple(a + z * (b - c) for a, b, c in zip(small, other, large, strict=True))
    with torch.no_grad():
        rate = rule.eta
        if rule.is_clipped:
            length = rate * float(torch.linalg.vector_norm(torch.cat([part.ravel() for part in small])))
            rate *= min(1.0, table.b / length)
        for weight, part in zip(weights, small, strict=True):
            weight -= rate * part
            if rule.bound < float("inf"):
                weight.clamp_(-rule.bound, rule.bound)
