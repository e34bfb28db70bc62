"""Made-up cells for the figure tests, and a detector of text that collides."""

import math
from dataclasses import dataclass
from itertools import combinations
from unittest.mock import patch

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

TOUCH = 1.0  # pixels that two boxes may share: text has empty rims


@dataclass(frozen=True)
class MadeCell:
    """A cell as a comparison would give it."""

    eta: float
    b: float
    alpha: float | None
    well: int
    n_walkers: int
    n_exits: int
    n_censored: int
    mean_exit_steps: float | None
    mean_low: float | None
    mean_high: float | None
    mean_exit_steps_exact: float | None = None
    exponentiality_p: float | None = 0.5


def made_cell(eta, b, alpha, mean, n_walkers=100, n_censored=0, exact=None):
    n_exits = n_walkers - n_censored
    if n_exits == 0:
        return MadeCell(eta, b, alpha, 1, n_walkers, 0, n_censored, None, mean, None, exact)
    factor = math.exp(1.96 / math.sqrt(n_exits))
    return MadeCell(eta, b, alpha, 1, n_walkers, n_exits, n_censored, mean, mean / factor, mean * factor, exact)


def large_grid(n_eta=9, clips=(0.22, 0.28, 0.4, 0.7, math.inf), alphas=(1.2, 1.5, 1.8)):
    return [
        made_cell(float(eta), b, alpha, 10 + eta ** -(1 + jumps * (alpha - 1)), n_censored=50 * (jumps == 5))
        for alpha in alphas
        for jumps, b in zip(range(len(clips), 0, -1), clips, strict=True)
        for eta in np.geomspace(1e-3, 1e-1, n_eta)
    ]


def collisions(figure: Figure) -> list[str]:
    """List the texts that overlap another text, or leave the figure; only what is really drawn counts."""
    canvas = FigureCanvasAgg(figure)
    boxes = []
    draw = Text.draw

    def noted(text, renderer, *args, **kwargs):
        if text.get_visible() and text.get_text().strip():
            # an arrow is an annotation without a text; the text's own box leaves arrows out
            boxes.append((text.get_text(), Text.get_window_extent(text, renderer)))
        return draw(text, renderer, *args, **kwargs)

    with patch.object(Text, "draw", noted):
        figure.draw_without_rendering()  # lays out, places and measures all texts; no pixel is needed
    width, height = canvas.get_width_height()
    found = [
        f"{text!r} leaves the figure"
        for text, box in boxes
        if box.x0 < -TOUCH or box.y0 < -TOUCH or box.x1 > width + TOUCH or box.y1 > height + TOUCH
    ]
    for (one, box), (other, second) in combinations(boxes, 2):
        shared_x = min(box.x1, second.x1) - max(box.x0, second.x0)
        shared_y = min(box.y1, second.y1) - max(box.y0, second.y0)
        if shared_x > TOUCH and shared_y > TOUCH:
            found.append(f"{one!r} overlaps {other!r}")
    return found
