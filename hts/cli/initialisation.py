"""`hts initialisation`: the standard deviation of weights that keeps a moment, exact for every width."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option
from hts.errors import PlanError

if TYPE_CHECKING:
    from hts.networks.initialisation import DepthRow, InitialisationRow
    from hts.networks.layers import Layer

HEADERS = ("activation", "width", "s", "sigma_s", "sigma sqrt(width)", "log-norm", "its variance", "dead")
DEPTH_HEADERS = ("width", "s", "depth", "E |x|^s, measured", "+-", "z", "log-norm", "exact", "its variance", "exact",
                 "alive")  # fmt: skip


@click.command("initialisation")
@click.option("--activation", type=click.Choice(["linear", "relu", "leaky-relu"]), multiple=True, default=("relu",),
              show_default=True, help="May be repeated.")  # fmt: skip
@click.option("--slope", type=float, default=0.01, show_default=True, help="Of leaky ReLU left of 0.")
@click.option("--keep", type=float, default=1.0, show_default=True, help="Chance to be kept by dropout; 1 is none.")
@click.option("--width", type=int, multiple=True, default=(16, 64, 256), show_default=True,
              help="Outputs of a layer; may be repeated.")  # fmt: skip
@click.option("--moment", type=float, multiple=True, default=(0.5, 1.0, 1.5, 2.0), show_default=True,
              help="s of the moment that is kept, 0 for its limit; may be repeated.")  # fmt: skip
@click.option("--depth", type=click.IntRange(0, 10_000), default=0, help="Measure E |x|^s through so many layers.")
@click.option("--networks", type=click.IntRange(2, 1_000_000), default=1000, show_default=True,
              help="Networks drawn for that.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of their weights.")
@output_option("Draw sigma_s against s and width, and moments through depth: PDF, PNG and CSV go there.")
@json_option
def command(
    activation: tuple[str, ...],
    slope: float,
    keep: float,
    width: tuple[int, ...],
    moment: tuple[float, ...],
    depth: int,
    networks: int,
    seed: int,
    folder: Path | None,
    as_json: bool,
) -> None:
    r"""Compute sigma_s: weights N(0, sigma_s^2) keep E |phi(W x)|^s = |x|^s through a layer, exactly, at every width.

    Width is the number of outputs. s = 2 is Kaiming's; smaller s give larger weights; s = 0 keeps the mean log-norm.
    The log-norm of a layer is log(|phi(W x)|/|x|) at sigma_s, given that some output is not 0. With --depth, networks
    are drawn, and the moment after 1, 2, 4, ... layers stands beside its exact value 1.

    \b
    Examples:
      hts initialisation --activation relu --width 16 --width 64 --moment 1
      hts initialisation --activation leaky-relu --slope 0.1 --json
      hts initialisation --width 64 --moment 1 --depth 32 -o results/initialisation
    """
    from hts.networks.initialisation import initialisation_rows, to_document

    layers = checked(activation, slope, keep, width, moment)
    rows = initialisation_rows(layers, moment)
    depths = measure(layers, moment, depth, networks, seed)
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(rows, depths))
    else:
        show(rows, depths)
    if folder is not None:
        from hts.plots.initialisation import plot_initialisation

        document = to_document(rows, depths)
        for path in plot_initialisation(document["rows"], document["depths"], folder):
            click.echo(path, err=as_json)


def checked(
    activations: tuple[str, ...], slope: float, keep: float, widths: tuple[int, ...], moments: tuple[float, ...]
) -> "list[Layer]":
    """Make the layers, or say which options are wrong, all at once.

    Raises
    ------
    PlanError
        A line for each.
    """
    from hts.networks.layers import Layer

    layers, wrong = [], []
    for name in dict.fromkeys(activations):
        for n in dict.fromkeys(widths):
            try:
                layers.append(Layer(name, n, slope, keep))  # type: ignore[arg-type]
            except ValueError as mistake:
                wrong.append(f"--width {n} of {name}: {mistake}")
    wrong += [f"--moment {s:g}: must be 0 (the limit) to 10" for s in moments if not 0.0 <= s <= 10.0]
    if wrong:
        raise PlanError("\n".join(wrong))
    return layers


def measure(
    layers: "Sequence[Layer]", moments: tuple[float, ...], depth: int, networks: int, seed: int
) -> "list[DepthRow]":
    """Draw networks of each layer and moment, where that was asked for."""
    from hts.networks.initialisation import through_depth

    if not depth:
        return []
    return [
        row for layer in layers for s in moments if s > 0.0 for row in through_depth(layer, s, depth, networks, seed)
    ]


def show(rows: "Sequence[InitialisationRow]", depths: "Sequence[DepthRow]") -> None:
    """Print the tables."""
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.words import number, whole

    body = []
    for r in rows[:CELLS_SHOWN]:
        name = r.activation if r.slope is None else f"{r.activation} {r.slope:g}"
        body.append([name, whole(r.width), number(r.moment), f"{r.sigma:.8g}", number(r.sigma * r.width**0.5, 6),
                     number(r.log_norm_mean, 6), number(r.log_norm_variance, 6), number(r.death, 2)])  # fmt: skip
    print_table("Weights N(0, sigma_s^2) keep E |x|^s", HEADERS, body)
    say_more(len(rows))
    if depths:
        body = [
            [whole(r.width), number(r.moment), whole(r.depth), number(r.measured), number(r.error, 2), number(r.z, 2),
             number(r.log_mean), number(r.log_mean_exact), number(r.log_variance), number(r.log_variance_exact),
             f"{r.alive:.1%}"] for r in depths[:CELLS_SHOWN]
        ]  # fmt: skip
        print_table("Through depth, at sigma_s: E |x|^s is 1", DEPTH_HEADERS, body)
        say_more(len(depths))
