"""Layout of a results folder; folders that hts did not make are left alone."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hts.errors import PlanError
from hts.storage.atomic import clear_abandoned, write_whole
from hts.storage.reading import read_bytes, read_document, text_of_document


@dataclass(frozen=True)
class ResultsFolder:
    """The results of one plan. Only finished work lies in `shards` and `visits`.

    Attributes
    ----------
    path : pathlib.Path
        The folder; it need not exist.
    """

    path: Path

    @property
    def shards(self) -> Path:
        """Where finished shards of exits lie."""
        return self.path / "shards"

    @property
    def visits(self) -> Path:
        """Where finished shards of visits lie: they have other columns, and a glob over `shards` stays useful."""
        return self.path / "visits"

    @property
    def summaries(self) -> Path:
        """Where finished summaries of exits lie, of a plan with exit.keep = "summary"."""
        return self.path / "summaries"

    @property
    def regression(self) -> Path:
        """Where finished runs of SGD on least squares lie."""
        return self.path / "regression"

    @property
    def is_of_regression(self) -> bool:
        """Whether `hts regression` made the folder."""
        stated = self.read_json(self.identity) or {}
        return self.regression.is_dir() or self.regression.name in stated.get("physics", {})

    @property
    def is_of_training(self) -> bool:
        """Whether `hts train` made the folder."""
        stated = self.read_json(self.identity) or {}
        return self.training.is_dir() or self.training.name in stated.get("physics", {})

    @property
    def rare(self) -> Path:
        """Where samples of rare exits lie."""
        return self.path / "rare"

    @property
    def training(self) -> Path:
        """Where finished trainings of networks lie."""
        return self.path / "training"

    @property
    def paths(self) -> Path:
        """Where recorded paths lie, with their figure; they can be drawn again at any time."""
        return self.path / "paths"

    @property
    def report(self) -> Path:
        """The page of `hts report`; it can be written again at any time."""
        return self.path / "report.html"

    @property
    def inputs(self) -> Path:
        """Where copies of the files lie that the plan names."""
        return self.path / "inputs"

    @property
    def scratch(self) -> Path:
        """Where files grow before they have a name."""
        return self.path / "tmp"

    @property
    def checkpoints(self) -> Path:
        """Where walkers on their way wait for the next run."""
        return self.path / "checkpoints"

    @property
    def superseded(self) -> Path:
        """Where shards are moved whose censored walkers stopped at a smaller max_steps than the plan's."""
        return self.path / "superseded"

    @property
    def damaged(self) -> Path:
        """Where shards are moved that are not what was written."""
        return self.path / "damaged"

    @property
    def failures(self) -> Path:
        """Where each cell that failed has its message."""
        return self.path / "failures"

    @property
    def plan(self) -> Path:
        """The plan of the last run, resolved."""
        return self.path / "plan.toml"

    @property
    def identity(self) -> Path:
        """What decides the numbers of every shard here."""
        return self.path / "identity.json"

    @property
    def walkers(self) -> Path:
        """How many walkers each cell has, where that was chosen for a relative error."""
        return self.path / "walkers.json"

    @property
    def run_log(self) -> Path:
        """What runs on devices computed here, a line each."""
        return self.path / "runs.jsonl"

    @property
    def predictions(self) -> Path:
        """Predicted exits of the plan's cells."""
        return self.path / "predictions.json"

    @property
    def predicted_shares(self) -> Path:
        """Predicted shares of time of the plan's cells."""
        return self.path / "shares.json"

    @property
    def documents(self) -> tuple[Path, ...]:
        """JSON documents that decide numbers, each with a digest."""
        return self.identity, self.walkers, self.predictions, self.predicted_shares

    def write_text(self, path: Path, text: str) -> None:
        """Write a text file whole, unless it says so already: a finished folder may be read-only.

        Raises
        ------
        StoppedError
            Where the system refuses.
        """
        data = text.encode()
        try:
            if read_bytes(path) == data:
                return
        except OSError:
            pass  # there is none, or none that can be read
        write_whole(path, data, self.scratch)

    def write_json(self, path: Path, document: Mapping[str, Any]) -> None:
        """Write a JSON document whole, with a digest of its content, for people as well.

        Raises
        ------
        StoppedError
            Where the system refuses.
        """
        self.write_text(path, text_of_document(document))

    def read_json(self, path: Path) -> dict[str, Any] | None:
        """Read a JSON document; None where there is none, or none that is what was written."""
        try:
            return read_document(path)
        except (OSError, ValueError):
            return None

    def harm_of(self, path: Path) -> str | None:
        """Say what is wrong with a JSON document that is there; None where nothing is, or where there is none."""
        try:
            read_document(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        except ValueError as error:
            return str(error)
        return None

    def check_is_ours_or_new(self) -> None:
        """Turn away a file, and a folder that holds other people's things.

        Raises
        ------
        PlanError
            With the remedy; also where the folder cannot be looked into.
        """
        try:
            names = set(os.listdir(self.path))
        except FileNotFoundError:
            return
        except NotADirectoryError as error:
            raise PlanError(f"{self.path}: is a file, not a folder for results; choose a folder with -o") from error
        except OSError as error:
            raise PlanError(f"{self.path}: {error.strerror}; make it readable, or choose another with -o") from error
        if self.identity.name in names:
            return
        finished = (self.shards, self.visits, self.summaries, self.regression, self.rare, self.training)
        places = (
            *finished,
            self.scratch,
            self.checkpoints,
            self.superseded,
            self.damaged,
            self.failures,
            self.paths,
            self.inputs,
        )
        ours = {place.name for place in places}
        strangers = sorted(
            names
            - ours
            - {self.plan.name, self.report.name, self.run_log.name, "figures"}
            - {path.name for path in self.documents}
        )
        strangers = [name for name in strangers if not name.startswith(".")]  # .DS_Store, .gitignore and their like
        if strangers:
            some = ", ".join(strangers[:3])
            raise PlanError(f"{self.path}: is no results folder of hts (it holds {some}); choose another with -o")

    def check_exists(self) -> None:
        """Turn away a folder in which nothing was ever run.

        Raises
        ------
        PlanError
            With the remedy; also where the folder cannot be looked into.
        """
        try:
            names = set(os.listdir(self.path))
        except FileNotFoundError:
            names = set()
        except NotADirectoryError as error:
            raise PlanError(
                f"{self.path}: is no folder; give the one that `hts run` wrote, "
                f"results/{self.path.stem} if this is its plan"
            ) from error
        except OSError as error:
            raise PlanError(f"{self.path}: {error.strerror}; make it readable") from error
        places = (self.plan, self.identity, self.shards, self.visits, self.summaries, self.rare)
        if not names & {place.name for place in places}:
            raise PlanError(f"{self.path}: holds no results of hts; fill it with: hts run PLAN -o {self.path}")

    def clear_abandoned(self) -> None:
        """Remove what killed processes left half-written."""
        clear_abandoned(self.scratch)
