"""Tests of the figure of trained networks."""

from hts.plots.training import draw_training


def test_a_method_whose_networks_fail_leaves_room_for_the_others():
    """Its bar runs out of the panel, and its mean is written there; all others are seen whole."""
    names = ("LB", "SB", "Our1", "SB+Noise")
    means = dict(zip(names, (0.92, 0.91, 0.95, 0.6), strict=True))
    document = {
        "measures": [
            {"method": name, "measure": "test_accuracy", "mean": mean, "error": 0.2 if name == "SB+Noise" else 0.01}
            for name, mean in means.items()
        ],
        "differences": [],
    }
    axes = draw_training(document).axes[0]
    low, high = axes.get_ylim()
    assert 0.85 < low < 0.9
    assert 0.96 < high < 1.0
    assert [text.get_text() for text in axes.texts] == ["0.6"]


def test_numbers_of_two_neighbours_out_of_the_panel_do_not_touch():
    means = dict(zip(("LB", "SB", "SB+Clip", "Our1", "Our2"), (0.92, 0.91, 0.9, 0.6123, 0.6234), strict=True))
    document = {
        "measures": [
            {"method": name, "measure": "test_accuracy", "mean": mean, "error": 0.01 if mean > 0.7 else 0.2}
            for name, mean in means.items()
        ],
        "differences": [],
    }
    figure = draw_training(document)
    figure.draw_without_rendering()
    one, other = (text.get_window_extent() for text in figure.axes[0].texts)
    assert not one.overlaps(other)


def test_a_long_bar_whose_middle_is_seen_has_no_number():
    means = dict(zip(("LB", "SB", "Our1"), (0.92, 0.91, 0.915), strict=True))
    document = {
        "measures": [
            {"method": name, "measure": "test_accuracy", "mean": mean, "error": 0.2 if name == "Our1" else 0.01}
            for name, mean in means.items()
        ],
        "differences": [],
    }
    assert not draw_training(document).axes[0].texts
