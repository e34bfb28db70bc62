"""The wheel: what it holds, and that its commands work away from the source; and what is said of the package."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from hts.version import __version__

ROOT = Path(__file__).parents[2]


def test_the_citation_and_the_metadata_agree_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {__version__}" in citation
    assert f"license: {project['license']}" in citation
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith(f"{project['license']} License")
    versions = {line.split(" :: ")[-1] for line in project["classifiers"] if "Python :: 3." in line}
    assert project["requires-python"] == ">=3.11"
    assert min(versions, key=lambda version: int(version[2:])) == "3.11"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel, unpacked as an installer does."""
    place = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "wheel", "--no-deps"]
    subprocess.run([*words, "--no-build-isolation", "-w", place, ROOT], check=True, cwd=place, timeout=300)
    (wheel,) = place.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place / "site")
    return place / "site"


@pytest.mark.long
def test_every_file_of_the_package_is_in_the_wheel_and_nothing_else(unpacked):
    source = {path.relative_to(ROOT) for path in (ROOT / "hts").rglob("*") if path.is_file()}
    source = {path for path in source if "__pycache__" not in path.parts and not path.name.startswith(".")}
    held = {path.relative_to(unpacked) for path in (unpacked / "hts").rglob("*") if path.is_file()}
    assert held == source
    assert {path.name.split("-")[0] for path in unpacked.iterdir()} == {"hts"}
    assert list(unpacked.glob("*.dist-info/licenses/LICENSE"))


@pytest.mark.long
def test_its_commands_work_elsewhere(unpacked, tmp_path):
    environment = dict(os.environ, PYTHONPATH=str(unpacked), OPENBLAS_NUM_THREADS="1")

    def call(*words):
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert Path(call("-c", "import hts; print(hts.__file__)").strip()).is_relative_to(unpacked)
    for kind in ("exits", "visits", "paths", "formula"):
        call("-m", "hts", "new", f"{kind}.toml", "--kind", kind)
        call("-m", "hts", "describe", f"{kind}.toml")
    (tmp_path / "study.toml").write_text((ROOT / "configs" / "published_exit.toml").read_text(encoding="utf-8"))
    call("-m", "hts", "run", "study.toml", "--set", "exit.walkers=2", "--set", "exit.max_steps=1000", "-o", "out")
    call("-m", "hts", "plot", "out", "--no-exact", "--figure", "exits")
    assert "published" in (tmp_path / "out" / "figures" / "exits.csv").read_text(encoding="utf-8")
    call("-m", "hts", "report", "out", "--no-exact")
    assert "</html>" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
