"""Studies from Python alone: a plan of values, walkers, fits with a memory, figures and tables."""

import math
import tomllib

import numpy as np
import pytest
from double_well import DOUBLE_WELL
from matplotlib.figure import Figure

import hts
from hts.plans import parse_plan

TABLES = tomllib.loads(DOUBLE_WELL) | {"grid": {"eta": [0.1], "b": [0.7], "alpha": [1.5]}}
VISITS = {name: table for name, table in TABLES.items() if name != "exit"} | {
    "visits": {"well": 0, "walkers": 4, "steps": 1000}
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three hundred exits of one cell."""
    place = tmp_path_factory.mktemp("exits") / "results"
    hts.run_sweep(hts.make_plan(TABLES), place)
    return place


@pytest.fixture
def asked(monkeypatch):
    """What exact values are asked for with; none is computed."""
    options_of_calls = []

    def predict(plan, cells, **options):
        options_of_calls.append(options)
        raise InterruptedError

    monkeypatch.setattr("hts.studies.theory.predict", predict)
    return options_of_calls


def test_a_plan_of_values_is_that_of_its_file(tmp_path):
    made = hts.make_plan(
        TABLES | {"grid": {"eta": np.array([0.1, 0.05]), "b": (0.7, np.float64(math.inf)), "alpha": [1.5]}}
    )
    read = parse_plan(DOUBLE_WELL.replace("b = [0.7]", "b = [0.7, inf]"), tmp_path / "plan.toml")
    assert made == read
    assert made.identity() == read.identity()


def test_mistakes_in_values_are_all_named():
    wrong = TABLES | {"noise": {"kind": "paretto"}, "exit": {"well": 0, "walkers": -1, "max_steps": 10}, "grids": {}}
    with pytest.raises(hts.HtsError) as refused:
        hts.make_plan(wrong)
    said = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in said] == ["grids", "noise.kind", "exit.walkers"]


@pytest.mark.long
def test_a_fit_is_that_of_its_parts_and_remembers_exact_values(folder):
    heard = []
    first = hts.fit(folder, on_cell=lambda done, all_cells: heard.append((done, all_cells)))
    apart = hts.fit_results(folder, hts.exact_predictions(hts.predict))
    assert first.cells[0].mean_exit_steps_exact == apart.cells[0].mean_exit_steps_exact
    assert first.cells[0].mean_exit_steps == apart.cells[0].mean_exit_steps
    assert heard[0][0] < heard[-1][0]
    heard.clear()
    assert hts.fit(folder, on_cell=lambda *cells: heard.append(cells)).cells == first.cells
    assert all(done == all_cells for done, all_cells in heard)


def test_exact_values_come_from_the_memory_of_the_folder(folder, asked):
    with pytest.raises(InterruptedError):
        hts.fit(folder, threads=2, on_cell=print)
    with pytest.raises(InterruptedError):
        hts.draw(hts.make_plan(TABLES), ["local_exponents"])
    of_folder, of_plan = asked
    assert (of_folder["threads"], of_folder["on_cell"], of_folder["with_survival"]) == (2, print, True)
    assert of_folder["memory"] is not None
    assert (of_plan["memory"], of_plan["with_survival"]) == (None, False)


def test_a_fit_without_exact_values_computes_none(folder):
    assert hts.fit(folder, with_exact=False).cells[0].mean_exit_steps_exact is None


def test_long_runs_are_fitted_and_shown_as_well(tmp_path):
    hts.run_sweep(hts.make_plan(VISITS), tmp_path)
    shares = hts.fit(tmp_path, with_exact=False)
    table = hts.frame(shares)
    assert list(table["well"]) == [0, 1]
    assert table["share"].sum() == pytest.approx(1.0)
    assert shares._repr_html_().count("<tr>") == 3
    assert [type(figure) for figure in hts.draw(tmp_path, ["shares"], with_exact=False).values()] == [Figure]


def test_figures_are_given_and_nothing_is_written(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert list(hts.draw(hts.make_plan(TABLES), ["landscape"], with_exact=False)) == ["landscape"]
    figures = hts.draw(folder, ["exits"], with_exact=False)
    assert isinstance(figures["exits"], Figure)
    assert not (folder / "figures").exists()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(hts.HtsError, match="exitz"):
        hts.draw(folder, ["exitz"])


def test_records_are_tables(folder):
    comparison = hts.fit(folder, with_exact=False)
    table = hts.frame(comparison)
    assert table.loc[0, "n_exits"] == comparison.cells[0].n_exits
    shown = comparison._repr_html_()
    assert "<th>mean_exit_steps</th>" in shown
    assert "z_exact" not in shown
    assert hts.frame(hts.sweep_status(folder)).shape[0] == 1
    with pytest.raises(hts.HtsError, match="records"):
        hts.frame([1.0, 2.0])


def test_a_report_is_written_with_exact_values_of_the_folders_memory(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hts.reports.gathering.page_figures", lambda study: ())  # tests of reports draw them
    assert hts.report(folder, with_exact=False) == folder / "report.html"
    assert hts.report(hts.make_plan(TABLES | {"title": "mine"}), with_exact=False).name.endswith("-report.html")
    with pytest.raises(hts.HtsError, match="read already"):
        hts.report(hts.make_plan(TABLES), overrides=["seed=2"])
    (tmp_path / "other.html").write_text("<p>mine</p>")
    with pytest.raises(hts.HtsError, match="there already"):
        hts.report(folder, tmp_path / "other.html", with_exact=False)
    assert "</html>" in hts.report(folder, tmp_path / "other.html", with_exact=False, force=True).read_text()


def test_exact_values_of_a_report_are_those_of_the_memory(folder, asked):
    with pytest.raises(InterruptedError):
        hts.report(folder, on_cell=print)
    assert asked[0]["memory"] is not None
    assert asked[0]["on_cell"] is print


def test_a_folder_is_checked_and_computed_again(folder):
    check = hts.verify(folder, 3)
    assert (check.bad, check.replay.n_walkers, check.repaired) == ((), 3, ())
    assert [one.state for one in hts.status(folder)] == ["done"]
