"""Tests that the check of the figures' numbers finds a wrong one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from check_numbers import check

TABLE = "kind,eta,mean\nexact,0.1,32.05604\nmeasured,0.1,31.9\n"


@pytest.fixture
def folders(tmp_path):
    """Numbers that were committed, and the same drawn again."""
    kept, results = tmp_path / "quick", tmp_path / "results"
    for folder in (kept, results):
        (folder / "study" / "figures").mkdir(parents=True)
        (folder / "study" / "figures" / "exits.csv").write_text(TABLE)
    return kept, results, results / "study" / "figures" / "exits.csv"


def test_equal_numbers_and_rounding_pass(folders):
    kept, results, drawn = folders
    assert list(check(results, kept)) == []
    drawn.write_text(TABLE.replace("32.05604", "32.05604001"))
    assert list(check(results, kept)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("32.05604", "32.0564", "line 2: mean 32.0564, not 32.05604"),  # off by 1.1e-5
        ("measured", "exact", "line 3: kind exact, not measured"),
        ("31.9", "", "line 3: mean , not 31.9"),
        ("measured,0.1,31.9\n", "", "1 rows, 2 were committed"),
        ("mean", "median", "columns kind, eta, median; committed were kind, eta, mean"),
    ],
)
def test_a_wrong_number_word_row_or_column_is_named(folders, old, new, said):
    kept, results, drawn = folders
    drawn.write_text(TABLE.replace(old, new))
    assert [line.partition(": ")[2] for line in check(results, kept)] == [said]


def test_a_figure_that_was_not_drawn_is_named(folders):
    kept, results, drawn = folders
    drawn.unlink()
    assert [line.partition(": ")[2] for line in check(results, kept)] == ["is missing; make figures QUICK=1 draws it"]


@pytest.mark.parametrize(
    ("figure", "table", "row", "within", "beyond", "said"),
    [
        ("training", "kind,method,measure,n,mean,error\nmean,LB,train_loss,5,ROW\nmean,SB+Noise,train_loss,5,1.2,0.4\n",
         "0.4,0.01", "0.43,0.02", "0.46,0.01", "line 2: mean 0.46, not 0.4"),
        ("gradient_noise", "varied,value,estimator,n,mean,low,high\nbatch,10,norms,2,ROW\n",
         "1.3,1.1,1.5", "1.35,0.9,1.8", "1.5,1.1,1.5", "line 2: mean 1.5, not 1.3"),
    ],
)  # fmt: skip
def test_means_of_networks_have_more_room_and_no_more_than_stated(folders, figure, table, row, within, beyond, said):
    """Their errors and intervals are not compared."""
    kept, results, _ = folders
    for place in (kept, results):
        (place / "study" / "figures" / f"{figure}.csv").write_text(table.replace("ROW", row))
    drawn = results / "study" / "figures" / f"{figure}.csv"
    drawn.write_text(table.replace("ROW", within))
    assert list(check(results, kept)) == []
    drawn.write_text(table.replace("ROW", beyond))
    assert [one.split(": ", 1)[1] for one in check(results, kept)] == [said]
