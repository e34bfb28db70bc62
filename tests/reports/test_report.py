"""Report pages: whole in one file, escaped, the same twice, with the numbers of `hts fit`."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from double_well import DOUBLE_WELL

from hts.cli.main import main
from hts.plots.save import csv_text
from hts.reports.figures import plain_words
from hts.reports.tables import TextTable
from hts.studies.drawing import figures
from hts.studies.theory import Theory

EXITS = DOUBLE_WELL.replace("two cells", "Two <b>cells</b> & more")
VISITS = EXITS[: EXITS.index("[exit]")] + "[visits]\nwell = 0\nwalkers = 4\nsteps = 2000\n"


class Page(HTMLParser):
    """What a browser would find: tags with their attributes, and the cells of tables."""

    def __init__(self, text):
        super().__init__()
        self.text = text
        self.tags: list[tuple[str, dict]] = []
        self.cells: list[str] = []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "td":
            self.in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag):
        self.in_cell = self.in_cell and tag != "td"

    def handle_data(self, data):
        if self.in_cell:
            self.cells[-1] += data

    def all(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return ended.value.code or 0


@pytest.fixture(scope="module", params=["exits", "visits"])
def folder(request, tmp_path_factory):
    """A results folder with its report."""
    place = tmp_path_factory.mktemp(request.param)
    (place / "study.toml").write_text(EXITS if request.param == "exits" else VISITS)
    assert run("run", place / "study.toml", "-o", place / "out") == 0
    assert run("report", place / "out", "--no-exact") == 0
    return place / "out"


@pytest.fixture(scope="module")
def page(folder):
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_a_page_asks_nothing_of_a_network(page):
    for name in ("href", "src", "xlink:href", "action", "data"):
        assert all(re.match(r"(#|data:)", reference) for reference in page.all(name))
    assert not re.search(r"url\((?!#)|@import", page.text)
    assert len(page.text) < 3_000_000


def test_every_id_stands_once_and_every_reference_leads_somewhere(page):
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    inner = [one[1:] for name in ("href", "xlink:href") for one in page.all(name) if one.startswith("#")]
    inner += re.findall(r"url\(#([^)]*)\)", page.text)
    assert inner
    assert set(inner) <= set(ids)
    assert set(page.all("aria-labelledby")) <= set(ids)


def test_a_page_holds_each_figure_with_a_text_in_its_place_and_its_data(page, folder):
    # what `hts plot` writes, without its pictures
    drawn = {one.name: csv_text(one.rows()) for one in figures(folder, None, (), Theory(with_exact=False))}
    assert {one.removeprefix("figure-") for one in page.all("id") if one.startswith("figure-")} == set(drawn)
    labels = [attributes["aria-label"] for tag, attributes in page.tags if tag == "svg"]
    assert len(labels) == len(drawn)
    assert all(labels)
    assert not any("$" in label or "\\" in label for label in labels)
    downloads = {
        attributes["download"]: attributes["href"] for tag, attributes in page.tags if "download" in attributes
    }
    for name, text in drawn.items():
        assert unquote(downloads[f"{name}.csv"].split(",", 1)[1]) == text


def test_points_lie_within_their_figure(page):
    found = re.findall(r'class="points">(.*?)</script>', page.text)
    points = [point for text in found for panel in json.loads(text) for point in panel["points"]]
    assert points
    assert all(0 <= across <= 1 and 0 <= down <= 1 for across, down, *_ in points)


def test_titles_are_escaped(page):
    assert "<b>cells</b>" not in page.text
    assert "Two &lt;b&gt;cells&lt;/b&gt; &amp; more" in page.text


def test_an_earlier_report_is_replaced_by_the_same_page_and_no_other_file_is(folder, tmp_path, capsys):
    page = folder / "report.html"
    before = page.read_bytes()
    page.write_bytes(before[:1000])
    assert run("report", folder, "--no-exact") == 0
    assert page.read_bytes() == before
    other = tmp_path / "thesis.html"
    other.write_text("mine")
    assert run("report", folder, "--no-exact", "-o", other) == 2
    assert "--force" in capsys.readouterr().err
    assert other.read_text() == "mine"
    assert run("report", folder, "--no-exact", "-o", folder / "shards" / "report.html") == 2


def test_a_plan_has_a_report_before_it_has_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(EXITS)
    assert run("report", "study.toml", "--set", "grid.eta=[0.1]") == 0
    page = Page((tmp_path / "study-report.html").read_text(encoding="utf-8"))
    assert "0.1" in page.cells
    assert "hts predict study.toml" in page.text


def test_words_of_titles_lose_the_marks_of_mathematics():
    assert plain_words(r"At $\eta$ = 0.003, $b$ = 0.5: $10^{5}$ steps") == "At η = 0.003, b = 0.5: 10^5 steps"


def test_the_cells_of_a_page_are_those_of_the_tables(page, folder):
    import hts
    from hts.comparison import ExitComparison
    from hts.reports import tables as t

    comparison = hts.fit(folder, with_exact=False)
    if isinstance(comparison, ExitComparison):
        tables: list[TextTable] = t.exit_tables(comparison, "")
    else:
        tables = [t.share_table(comparison, "")]
    assert page.cells == [cell for table in tables for row in table.rows for cell in row]
    assert any("[" in cell for cell in page.cells)


LEVY = EXITS[: EXITS.index("[noise]")] + "[levy]\nepsilon = [0.5]\nstep = [0.1]\nalpha = [1.5]\n"


@pytest.mark.parametrize("kind", ["exits", "visits"])
def test_a_folder_with_levy_has_a_report_in_its_own_words(kind, tmp_path):
    study = EXITS[EXITS.index("[exit]") :] if kind == "exits" else VISITS[VISITS.index("[visits]") :]
    (tmp_path / "levy.toml").write_text(LEVY + study)
    assert run("run", tmp_path / "levy.toml", "-o", tmp_path / "out") == 0
    assert run("report", tmp_path / "out", "--no-exact") == 0
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert page.cells[:3] == ["0.5", "1.5", "0.1"]
    assert "Times are t = k h" in page.text
    assert "epsilon = 0.5, alpha = 1.5" in page.text
    assert "First Exit Time Analysis" in page.text
    for words in ("Learning rates eta", "clips b", "exit steps"):
        assert words not in page.text


def test_a_plan_with_levy_has_a_report_of_what_theory_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "levy.toml").write_text(LEVY + EXITS[EXITS.index("[exit]") :])
    assert run("report", "levy.toml", "--no-exact") == 0
    text = (tmp_path / "levy-report.html").read_text(encoding="utf-8")
    assert "C_alpha/2 = 0.199471 as simulated" in text
    assert "equilibrium pi" in text


@pytest.mark.long
def test_the_report_of_a_plan_with_levy_holds_the_tables_of_predict(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "levy.toml").write_text(LEVY + EXITS[EXITS.index("[exit]") :])
    assert run("report", "levy.toml") == 0
    page = Page((tmp_path / "levy-report.html").read_text(encoding="utf-8"))
    capsys.readouterr()
    assert run("predict", "levy.toml") == 0
    shown = capsys.readouterr().out
    assert all(cell in shown for cell in page.cells)
    assert "largest h" in page.text
