"""The whole process as a Markov chain on the widest minima (docs/model.md (14)-(17))."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.records import Row, Tabular
from hts.theory.limit.geometry import accessible_ends
from hts.theory.limit.graphs import TransitionGraph, transition_graph
from hts.theory.limit.limits import rate_scale
from hts.theory.limit.rates import AT_A_STEP, NoLimitError, exit_rates


@dataclass(frozen=True, eq=False)
class ChainClass:
    """Wells that reach one another, and the chain that the process follows among the widest of them, (15) and (16)."""

    wells: tuple[int, ...]
    absorbing: bool  # no typical way leads out
    widest: tuple[int, ...]  # the wells with the largest l*; with b = inf all of them
    jump_number: int | None  # their l*; None for one well that cannot be left
    rates: FloatArray | None  # float64[widest, widest], reduced generator in units of lambda*(eta); None: see `reasons`
    stationary: FloatArray | None  # float64[widest], its stationary law
    relaxation_time: float | None  # 1/(spectral gap) in units of 1/lambda*(eta); None for one widest well
    relative_error: float | None  # of the rates, estimated: the largest among the wells' q_i
    reasons: tuple[str, ...]  # why rates are missing


@dataclass(frozen=True, eq=False)
class LimitChain(Tabular):
    """The limit eta -> 0 of the process on the whole landscape, for one b and one tail index."""

    b: float
    alpha: float | None  # None: light tails
    edges: tuple[tuple[int, int], ...]  # i -> j: l_ij = l*_i
    irreducible: bool
    classes: tuple[ChainClass, ...]
    jump_numbers: tuple[int | None, ...]  # l*_i; None where no end can be reached
    graph: TransitionGraph = field(repr=False)

    def rows(self) -> list[Row]:
        """List the wells: jump number, its class, and its limit share of time."""
        of = {well: k for k, one in enumerate(self.classes) for well in one.wells}
        shares = self.shares
        return [
            {
                "b": self.b,
                "alpha": self.alpha,
                "well": well,
                "jump_number": jumps,
                "class": of.get(well),
                "absorbing": self.classes[of[well]].absorbing if well in of else None,
                "share": None if shares is None else float(shares[well]),
            }
            for well, jumps in enumerate(self.jump_numbers)
        ]

    @property
    def shares(self) -> FloatArray | None:
        """Limit of the stationary share of time in each well, float64[well], (14); None where there is none.

        There is one where a single class absorbs: 0 outside its widest wells.
        """
        absorbing = [c for c in self.classes if c.absorbing]
        if len(absorbing) != 1 or absorbing[0].stationary is None:
            return None
        shares = np.zeros(len(self.jump_numbers))
        shares[list(absorbing[0].widest)] = absorbing[0].stationary
        return shares

    def relaxation_steps(
        self, noise: Noise, eta: float, scale: Callable[[Noise, float, int], float] = rate_scale
    ) -> tuple[float | None, ...]:
        """Return each class's relaxation time in steps, None where it has none.

        A histogram over N steps tells the stationary law only if N is many times that.

        Parameters
        ----------
        noise : Noise
        eta : float
        scale : callable, optional
            `rate_scale`, or one that remembers what it returned.
        """
        numbers = {c.jump_number for c in self.classes if c.relaxation_time is not None and c.jump_number is not None}
        scales = {n: scale(noise, eta, n) for n in numbers}  # often one for all classes
        return tuple(_in_steps(c, scales) for c in self.classes)


def _in_steps(member: ChainClass, scales: Mapping[int, float]) -> float | None:
    if member.relaxation_time is None or member.jump_number is None:
        return None
    scale = scales[member.jump_number]
    return member.relaxation_time / scale if 0 < scale < inf else None


def limit_chain(landscape: Landscape, b: float, alpha: float | None, p_plus: float = 0.5) -> LimitChain:
    """Return graph, classes and reduced chains of a landscape (docs/model.md (13)-(17)).

    Parameters
    ----------
    landscape : Landscape
    b : float
        Clipping threshold, inf for none.
    alpha : float or None
        Tail index (`Noise.tail_index`); None for light tails, whose graph has no rates.
    p_plus : float
        Share of big jumps to the right.

    Raises
    ------
    ValueError
        b is not positive.
    """
    graph = transition_graph(landscape, b, p_plus)
    return LimitChain(
        b=b,
        alpha=alpha,
        edges=graph.edges,
        irreducible=graph.is_irreducible,
        classes=tuple(
            _chain_class(landscape, graph, wells, absorbing, alpha, p_plus)
            for wells, absorbing in zip(graph.classes, graph.is_absorbing, strict=True)
        ),
        jump_numbers=graph.jump_numbers,
        graph=graph,
    )


def _chain_class(
    landscape: Landscape,
    graph: TransitionGraph,
    wells: tuple[int, ...],
    absorbing: bool,
    alpha: float | None,
    p_plus: float,
) -> ChainClass:
    # A well that cannot be left is the widest of all.
    levels = {i: inf if (n := graph.jump_numbers[i]) is None else n for i in wells}
    level = max(levels.values())
    widest = tuple(i for i in wells if levels[i] == level)
    n_jumps = int(level) if level < inf else None
    try:
        _check_class(landscape, graph, wells, absorbing, alpha)
        q, error = _class_rates(landscape, graph, wells, alpha, p_plus)
    except NoLimitError as problem:
        return ChainClass(wells, absorbing, widest, n_jumps, None, None, None, None, (str(problem),))
    rates = reduced_generator(q, [wells.index(i) for i in widest])
    return ChainClass(
        wells, absorbing, widest, n_jumps, rates, stationary_law(rates), relaxation_time(rates), error, ()
    )


def _check_class(
    landscape: Landscape, graph: TransitionGraph, wells: tuple[int, ...], absorbing: bool, alpha: float | None
) -> None:
    """Refuse classes on which the theory has no chain."""
    for i in range(landscape.n_wells):
        low, high = landscape.well_ends(i)
        if abs(landscape.minima[i]) > landscape.projection and max(low, -high) <= landscape.projection:
            raise NoLimitError(
                f"walkers reach well {i}, but its minimum lies outside [-L, L]: they are held at L there"
            )
    if not absorbing:
        raise NoLimitError("a transient class: it is left for good")
    if alpha is None and len(wells) > 1:
        raise NoLimitError("light tails have no transition rates of this kind")
    for i, j in graph.at_a_step:
        if i in wells:
            raise NoLimitError(f"well {j} begins a whole number of clips b = {graph.b:g} from minimum {i}: {AT_A_STEP}")


def transition_rates(
    landscape: Landscape, graph: TransitionGraph, alpha: float | None, p_plus: float = 0.5
) -> FloatArray:
    """Return q_ij of docs/model.md (7), float64[well, well], for wells that are left and stay one by one.

    A row is NaN where its well has no rates: light tails, alpha <= 1, or an end a whole number of clips away.
    """
    q = np.zeros((landscape.n_wells, landscape.n_wells))
    for i in {i for i, _ in graph.edges}:
        minimum = float(landscape.minima[i])
        ends = accessible_ends(minimum, *landscape.well_ends(i), p_plus, landscape.projection)
        try:
            found = exit_rates(landscape, minimum, ends, graph.b, nan if alpha is None else alpha)
        except NoLimitError:
            q[i] = nan
            continue
        for landing in found.landings:
            q[i, landing.well] += landing.rate
    return q


def _class_rates(
    landscape: Landscape, graph: TransitionGraph, wells: Sequence[int], alpha: float | None, p_plus: float
) -> tuple[FloatArray, float]:
    """Return q_ij among the wells of an absorbing class, diagonal 0, and the largest relative error of a row."""
    q = np.zeros((len(wells), len(wells)))
    if alpha is None or len(wells) == 1:
        return q, 0.0
    error = 0.0
    for row, i in enumerate(wells):
        minimum = float(landscape.minima[i])
        ends = accessible_ends(minimum, *landscape.well_ends(i), p_plus, landscape.projection)
        found = exit_rates(landscape, minimum, ends, graph.b, alpha)
        error = max(error, found.relative_error)
        for landing in found.landings:
            q[row, wells.index(landing.well)] += landing.rate
    return q, error


def reduced_generator(q: FloatArray, kept: Sequence[int]) -> FloatArray:
    """Return the generator of the chain with rates q seen only while it is in the kept states (docs/model.md (15)).

    The others are left at once, as (15) has it: they are taken out one by one, their rates passed on by where they
    lead. Without a subtraction every entry keeps its relative accuracy.

    Parameters
    ----------
    q : float64[state, state]
        Rates, the diagonal is not read; each state that is not kept is left with a positive rate.
    kept : sequence of int
        Which states, in the order wanted.

    Returns
    -------
    float64[kept, kept]
        Rows sum to 0.
    """
    q = np.where(np.eye(len(q), dtype=bool), 0.0, q)
    left = list(range(len(q)))
    for k in [k for k in left if k not in kept]:
        left.remove(k)
        q[np.ix_(left, left)] += np.outer(q[left, k], q[k, left] / q[k, left].sum())
        np.fill_diagonal(q, 0.0)  # a visit that ends where it began is no transition
    generator: FloatArray = q[np.ix_(kept, kept)]
    return generator - np.diag(generator.sum(axis=1))


def stationary_law(generator: FloatArray) -> FloatArray:
    """Return pi with pi Q = 0 for an irreducible generator, each entry to rounding (Grassmann, Taksar, Heyman 1985)."""
    q = np.array(generator)
    n = len(q)
    leaving = np.ones(n)
    for k in range(n - 1, 0, -1):
        leaving[k] = q[k, :k].sum()
        q[:k, :k] += np.outer(q[:k, k], q[k, :k] / leaving[k])
    law = np.ones(n)
    for k in range(1, n):
        law[k] = law[:k] @ q[:k, k] / leaving[k]
    law /= law.sum()
    return law


def relaxation_time(generator: FloatArray) -> float | None:
    """Return 1/(spectral gap) of an irreducible generator, in its own unit of time; None for one state."""
    if len(generator) == 1:
        return None
    decay = np.sort(-np.linalg.eigvals(generator).real)
    return float(1 / decay[1])
