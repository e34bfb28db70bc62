"""Pictures of the docs, from the figures of a folder of results: `python docs/generate/pictures.py RESULTS`.

`make figures` draws at the size of a page in print, at 300 dpi; a page on a screen needs less.
"""

import sys
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parents[1] / "figures"
#: By the name in the docs: the figure in a folder of results. The tutorial keeps its own two.
SOURCES = {
    "block_accuracy": "block_accuracy/figures/block_accuracy",
    "conditional_clipped": "conditional_clipped/paths/paths",
    "conditional_paths": "conditional_heavy/paths/paths",
    "discretisation": "levy_steps/figures/discretisation",
    "elimination": "elimination/figures/elimination",
    "equilibrium": "levy/figures/equilibrium",
    "flights": "levy_flight/figures/flights",
    "gradient_noise": "gradient_noise/figures/gradient_noise",
    "histograms_heavy": "histograms_heavy/figures/histograms",
    "histograms_light": "histograms_light/figures/histograms",
    "initialisation": "initialisation/figures/initialisation",
    "local_exponents": "finite_eta/figures/local_exponents",
    "map": "map/figures/map",
    "published_exit": "published_exit/figures/exits",
    "rare_errors": "rare_errors/figures/rare_errors",
    "rare_plane": "rare_plane/figures/rare_errors",
    "rare_hits": "rare/figures/within",
    "regression": "regression/figures/regression",
    "space_exits": "radial/figures/exits",
    "space_plane": "himmelblau_exits/figures/plane",
    "space_shares": "himmelblau_visits/figures/shares",
    "training": "training/figures/training",
    "trajectories": "trajectories/paths/paths",
    "transition_graph": "graph/figures/graph",
}
#: Pixels across, and colours: flat ones and their edges need no more. Few pixels have a marker's colour, so colours are
#: chosen to cover those there are, not the most frequent ones.
WIDTH, COLOURS = 1400, 80


def shrink(source: Path, target: Path) -> None:
    """Write a picture at most `WIDTH` pixels wide, in a palette of its own."""
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    palette = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    palette.save(target, optimize=True)


if __name__ == "__main__":
    for name, figure in SOURCES.items():
        file = Path(sys.argv[1]) / f"{figure}.png"
        if file.is_file():
            shrink(file, DOCS / f"{name}.png")
            print(DOCS / f"{name}.png")
