"""The workspace folder: where `winnow.yaml` lies and where state is kept."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.taskfile import TASK_FILE
from validators.faults import Fault, WinnowError

STATE = ".winnow"


@dataclass(frozen=True)
class Folder:
    """Paths of a workspace."""

    root: Path

    @property
    def task_file(self) -> Path:
        """The task."""
        return self.root / TASK_FILE

    @property
    def state(self) -> Path:
        """Everything that Winnow keeps."""
        return self.root / STATE

    @property
    def database(self) -> Path:
        """Records, decisions, reserves, ledger."""
        return self.state / "winnow.db"

    @property
    def vectors(self) -> Path:
        """The Lance table of embeddings; a cache."""
        return self.state / "vectors.lance"

    @property
    def near(self) -> Path:
        """Near pairs that were measured; a cache."""
        return self.state / "near"

    @property
    def dropped(self) -> Path:
        """Rows that were refused, with their reasons."""
        return self.state / "dropped"

    @property
    def answers(self) -> Path:
        """What generators received."""
        return self.state / "answers"

    @property
    def releases(self) -> Path:
        """Frozen exports."""
        return self.state / "releases"

    @property
    def reports(self) -> Path:
        """What the last check left out, and what it found torn between labels."""
        return self.state / "reports"

    @property
    def runs(self) -> Path:
        """Trained models and their evaluations."""
        return self.state / "runs"

    @property
    def server(self) -> Path:
        """The embedded Argilla server: its database, credentials and log, for the user alone."""
        return self.state / "server"


def find_folder(start: Path) -> Folder:
    """The workspace at `start` or in the nearest folder above it.

    Raises WinnowError when there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / TASK_FILE).is_file():
            return Folder(folder)
    fix = "run `winnow init DIR` and change to DIR, or say --workspace DIR"
    raise WinnowError(Fault(str(start.resolve()), "no winnow.yaml here or above", "a workspace", fix))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; on success it takes the place of `path` in one step, on an error nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
