"""Where a workspace keeps its task file and its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from winnow.core.errors import Problem, WinnowError

STATE_FOLDER = ".winnow"
TASK_FILE = "winnow.yaml"


@dataclass(frozen=True)
class WorkspaceFolder:
    """Paths of a workspace."""

    root: Path

    @property
    def task_file(self) -> Path:
        """The task."""
        return self.root / TASK_FILE

    @property
    def state(self) -> Path:
        """Everything that Winnow keeps."""
        return self.root / STATE_FOLDER

    @property
    def database(self) -> Path:
        """Records, decisions, reserves, ledger."""
        return self.state / "winnow.db"

    @property
    def spend_database(self) -> Path:
        """Requests to language models and what they cost."""
        return self.state / "spend.db"

    @property
    def vectors(self) -> Path:
        """The Lance table of embeddings; a cache."""
        return self.state / "vectors.lance"

    @property
    def near_pairs(self) -> Path:
        """Near pairs that were measured; a cache."""
        return self.state / "near_pairs"

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


def find_workspace_folder(start: Path) -> WorkspaceFolder:
    """The workspace at `start` or in the nearest folder above it.

    Raises WinnowError when there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / TASK_FILE).is_file():
            return WorkspaceFolder(folder)
    fix = "create one with `winnow init DIR`, or name its folder (`winnow -w DIR …`)"
    raise WinnowError(Problem(str(start.resolve()), "no winnow.yaml here or above", "a workspace", fix))


def is_in_workspace(start: Path) -> bool:
    """Whether there is a workspace at `start` or above it."""
    return any((folder / TASK_FILE).is_file() for folder in (start.resolve(), *start.resolve().parents))
