"""Hypothesis strategies for valid plans, as tables and as TOML."""

from math import inf
from typing import Any

from hypothesis import strategies as st

from hts.plans.values import toml_value


def written(tables: dict[str, Any]) -> str:
    """A plan's tables as TOML, [[grid]] where there are several."""
    text = "".join(
        f"{key} = {toml_value(value)}\n" for key, value in tables.items() if not isinstance(value, (dict, list))
    )
    for name, content in tables.items():
        for table in content if isinstance(content, list) else [content]:
            if isinstance(table, dict):
                text += f"[[{name}]]\n" if isinstance(content, list) else f"[{name}]\n"
                text += "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())
    return text


positive = st.floats(1e-3, 1e3)
tail_index = st.floats(1.01, 2.0)
axes = st.one_of(
    st.lists(positive, min_size=1, max_size=3),
    st.builds(lambda a, c, n: {"geom": [a, c, n]}, positive, positive, st.integers(2, 4)),
    st.builds(lambda a, c, n: {"lin": [a, c, n]}, positive, positive, st.integers(2, 4)),
)
clips = axes | st.lists(positive | st.just(inf), min_size=1, max_size=3)
points = st.lists(st.integers(-9, 9), min_size=5, max_size=5, unique=True).map(sorted)
projections = st.sampled_from([{}, {"L": inf}, {"L": 20.0}])
numbers = st.integers(1, 2**32 - 1)
walkers = numbers | st.builds(lambda error: {"relative_error": error}, st.floats(1.6e-5, 1))
recorded = st.fixed_dictionaries(
    {},
    optional={
        "radius": st.floats(1e-3, 0.49),
        "bins": st.integers(1, 10_000),
        "checkpoints_per_decade": st.integers(1, 100),
    },
)
bends = st.one_of(
    st.builds(lambda k: {"curvature": k}, positive),
    st.builds(lambda k: {"curvatures": k}, st.lists(st.floats(0.5, 2), min_size=3, max_size=3)),
)


@st.composite
def plans(draw: st.DrawFn, kinds: tuple[str, ...] = ("exit",)) -> dict[str, Any]:
    left, first, low, high, right = (float(x) for x in draw(points))
    landscape: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"kind": "basin", "minimum": low, "curvature": 2.0},
                {"kind": "multi-well", "minima": [left, low, right], "barriers": [first, high]},
                {"kind": "formula", "f": f"({low} - x)**2", "domain": [left - 5, right + 5]},
            ]
        )
    )
    if landscape["kind"] == "multi-well":
        landscape |= draw(bends)
    ends = draw(st.sampled_from([[first, high], [-inf, high], [first, inf]]))
    exit_table: dict[str, Any] = {"domain": ends, "start": draw(st.sampled_from([low, (low + high) / 2]))}
    if landscape["kind"] == "multi-well":
        exit_table = draw(st.sampled_from([exit_table, {"well": 0}, {"well": 2}]))
    kind = draw(st.sampled_from(["pareto", "lomax", "stable", "student", "normal"]))
    noise: dict[str, Any] = {"kind": kind, "scale": draw(positive)}
    if kind in ("pareto", "lomax"):
        noise["p_plus"] = draw(st.floats(0, 1))
    indices = {} if kind == "normal" else {"alpha": draw(st.lists(tail_index, min_size=1, max_size=2))}
    grids = draw(
        st.lists(st.builds(lambda eta, b: {"eta": eta, "b": b} | indices, axes, clips), min_size=1, max_size=2)
    )
    n_steps = draw(st.integers(1, 2**62))
    studies = {
        "exit": exit_table
        | {"max_steps": n_steps, "walkers": draw(walkers)}
        | draw(st.sampled_from([{}, {"within": 1}])),
        "visits": draw(st.sampled_from([{"well": 0}, {"start": low}]))
        | {"steps": n_steps, "walkers": draw(numbers)}
        | draw(recorded)
        | draw(
            st.sampled_from(
                [{"range": [left, right]}] if landscape["kind"] == "basin" else [{}, {"range": [left, right]}]
            )
        ),
    }
    study = draw(st.sampled_from(kinds))
    return {
        "title": draw(st.text(max_size=9)),
        "seed": draw(st.integers(0, 2**64 - 1)),
        "landscape": landscape | draw(projections),
        "noise": noise,
        "grid": grids if len(grids) > 1 or draw(st.booleans()) else grids[0],
        study: studies[study],
        "figure": draw(st.sampled_from([{}, {"published": "WR"}])),
    }
