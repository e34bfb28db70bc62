"""Fixtures of the command tests: the command line in this process, and a plan for it."""

import pytest
from double_well import DOUBLE_WELL

from hts.cli.main import main


@pytest.fixture
def hts(capsys):
    """Call the command line in this process; gives exit code, standard output and standard error."""

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.fixture
def plan_text():
    """Two cells of a double well; files whose tests need another plan say so in a fixture of this name."""
    return DOUBLE_WELL


@pytest.fixture
def plan(plan_text, tmp_path, monkeypatch):
    """Lay the plan's text into an empty folder as study.toml, and work there."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(plan_text)
    return path
