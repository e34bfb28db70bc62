"""Report pages in a real browser: Debian's chromium, where it is installed.

The audit of axe-core runs where its file is found: at `node_modules/axe-core/axe.min.js` (`npm install --no-save
axe-core`), or where HTS_AXE says.
"""

import os
from pathlib import Path

import pytest
from browser import browser, chromium
from double_well import DOUBLE_WELL
from test_report import run

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs chromium (Debian: apt install chromium)")
AXE = Path(os.environ.get("HTS_AXE", "node_modules/axe-core/axe.min.js"))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report with tables that sort, figures with layers, and points."""
    place = tmp_path_factory.mktemp("browser")
    (place / "study.toml").write_text(DOUBLE_WELL.replace("eta = [0.1, 0.05]", "eta = [0.1, 0.07, 0.05]"))
    assert run("run", place / "study.toml", "-o", place / "out") == 0
    assert run("report", place / "out", "--no-exact") == 0
    return place / "out" / "report.html"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("has_script", [True, False])
def test_a_page_loads_quietly_and_asks_for_no_other_file(shown, page, width, has_script):
    shown.open(page, width=width, has_script=has_script)
    assert {one["request"]["url"].split(":")[0] for one in shown.said("Network.requestWillBeSent")} == {"file"}
    assert len(shown.said("Network.requestWillBeSent")) == 1
    said = [
        *shown.said("Log.entryAdded"),
        *shown.said("Runtime.consoleAPICalled"),
        *shown.said("Runtime.exceptionThrown"),
    ]
    assert said == []
    assert shown.picture()[:8] == b"\x89PNG\r\n\x1a\n"


def test_without_script_all_is_there_and_nothing_that_needs_one(shown, page):
    shown.open(page, has_script=False)
    tree = shown.call("DOM.getDocument", depth=-1, pierce=True)
    text = str(tree)
    assert text.count("'nodeName': 'svg'") >= 3
    assert "'nodeName': 'BUTTON'" not in text
    assert shown.paper()[:5] == b"%PDF-"


def test_nothing_is_wider_than_a_narrow_window(shown, page):
    for width in (400, 1200):
        shown.open(page, width=width)
        assert shown.run("document.documentElement.scrollWidth <= innerWidth")
        assert shown.run("[...document.querySelectorAll('.drawing svg')].every(s => s.clientWidth >= 220)")
        # a table may be wider and scroll: its title is read without that
        ends = "[...document.querySelectorAll('caption span')].map(s => s.getBoundingClientRect().right)"
        assert shown.run(f"{ends}.length > 0 && {ends}.every(end => end <= innerWidth)")


def test_a_table_sorts_by_the_keyboard_alone(shown, page):
    shown.open(page)
    column = "[...document.querySelector('table').tBodies[0].rows].map(r => r.cells[2].textContent)"
    assert shown.run(column) == ["0.1", "0.07", "0.05"]
    for _ in range(60):
        shown.press("Tab", 9)
        if shown.run("document.activeElement.tagName === 'BUTTON' && document.activeElement.textContent === 'eta'"):
            break
    shown.press("Enter", 13, "\r")
    assert shown.run(column) == ["0.05", "0.07", "0.1"]
    assert shown.run("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"
    shown.press("Enter", 13, "\r")
    assert shown.run(column) == ["0.1", "0.07", "0.05"]


def test_rows_that_go_on_from_the_one_above_say_what_they_mean_before_they_move(shown, page, tmp_path):
    text = page.read_text(encoding="utf-8")
    rows = "<tr><td>0.7</td><td>0</td><td>9</td></tr><tr><td></td><td>1</td><td></td></tr>"
    start, end = text.index("<table>"), text.index("</table>")
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("b", "well", "remark"))
    table = f"<table><caption>c</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    (tmp_path / "other.html").write_text(text[:start] + table + text[end:], encoding="utf-8")
    shown.open(tmp_path / "other.html")
    cells = "[...document.querySelector('table').tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent).join())"
    assert shown.run(cells) == ["0.7,0,9", ",1,"]
    shown.run("document.querySelectorAll('table')[0].querySelectorAll('button')[1].click()")
    shown.run("document.querySelectorAll('table')[0].querySelectorAll('button')[1].click()")
    assert shown.run(cells) == ["0.7,1,", "0.7,0,9"]


def test_the_keyboard_reaches_all_that_can_be_used_or_scrolled(shown, page):
    shown.open(page, width=400)
    usable = "[...document.querySelectorAll('a[href], button, input, [tabindex]')]"
    wanted = f"{usable}.filter(e => e.offsetParent || e.tabIndex >= 0)"
    n_wanted = shown.run(f"window.wanted = new Set({wanted}); wanted.size")
    for _ in range(n_wanted + 3):
        shown.press("Tab", 9)
        shown.run("window.wanted.delete(document.activeElement)")
    assert shown.run("[...window.wanted].map(e => e.outerHTML.slice(0, 80))") == []
    is_scrolled = "e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto'"
    scrolls = f"[...document.querySelectorAll('*')].filter(e => {is_scrolled})"
    assert shown.run(f"{scrolls}.length") > 1
    assert shown.run(f"{scrolls}.every(e => e.tabIndex === 0)")


def test_series_are_switched_off_and_on(shown, page):
    shown.open(page)
    box = "document.querySelector('#figure-exits input')"
    lines = (
        f"[...document.querySelectorAll('[id^=\"' + {box}.dataset.layer + '\"]')].map(e => getComputedStyle(e).display)"
    )
    assert shown.run(lines)
    assert "none" not in shown.run(lines)
    shown.run(f"{box}.focus()")
    shown.press(" ", 32, " ")
    assert set(shown.run(lines)) == {"none"}
    shown.press(" ", 32, " ")
    assert "none" not in shown.run(lines)


def test_the_point_under_the_pointer_shows_its_value(shown, page):
    shown.open(page)
    place = shown.run("""(() => {
      const figure = document.querySelector('#figure-exits');
      figure.scrollIntoView();
      const svg = figure.querySelector('.drawing svg').getBoundingClientRect();
      const [panel] = JSON.parse(figure.querySelector('.points').textContent);
      const [x, y] = panel.points[0];
      return [svg.left + x * svg.width, svg.top + y * svg.height];
    })()""")
    value = "document.querySelector('#figure-exits .value')"
    assert shown.run(f"{value}.hidden")
    shown.point(*place)
    assert not shown.run(f"{value}.hidden")
    assert "learning rate" in shown.run(f"{value}.textContent")
    shown.point(2, 2)
    assert shown.run(f"{value}.hidden")


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm install --no-save axe-core, or HTS_AXE=FILE")
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(shown, page, dark):
    shown.open(page, dark=dark)
    shown.run(AXE.read_text(encoding="utf-8"))
    found = shown.run(
        "axe.run().then(r => [r.passes.length, r.violations.map(v => `${v.impact}: ${v.id}: ${v.help}`)])"
    )
    assert found[0] > 20
    assert found[1] == []
