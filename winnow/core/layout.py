"""Where a workspace keeps its task file and its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError

STATE_FOLDER = ".winnow"
TASK_FILE = "winnow.yaml"


@dataclass(frozen=True)
class WorkspaceFolder:
    """The paths of a workspace."""

    root: Path
    caches: Path | None = None
    """Where vectors and near pairs are cached; None: in the state folder."""

    @property
    def task_file(self) -> Path:
        """The task file."""
        return self.root / TASK_FILE

    @property
    def state(self) -> Path:
        """The state of the workspace."""
        return self.root / STATE_FOLDER

    @property
    def database(self) -> Path:
        """Records, decisions, assigned splits, and the hashes of releases and runs."""
        return self.state / "winnow.db"

    @property
    def spend_database(self) -> Path:
        """Requests to language models and what they cost."""
        return self.state / "spend.db"

    @property
    def vectors(self) -> Path:
        """The Lance table of embeddings; a cache."""
        return (self.caches or self.state) / "vectors.lance"

    @property
    def near_pairs(self) -> Path:
        """Measured near pairs; a cache."""
        return (self.caches or self.state) / "near_pairs"

    @property
    def label_judgments(self) -> Path:
        """What a model finds about the labels of train records; a cache."""
        return (self.caches or self.state) / "label_judgments"

    @property
    def learning_curves(self) -> Path:
        """What the next labels were expected to buy; a cache."""
        return (self.caches or self.state) / "learning_curves"

    @property
    def earlier_tasks(self) -> Path:
        """Task files as they were before labels were renamed or merged, by the hash of the file afterwards."""
        return self.state / "earlier_tasks"

    @property
    def dropped(self) -> Path:
        """Dropped rows with their reasons."""
        return self.state / "dropped"

    @property
    def answers(self) -> Path:
        """Answers that generators received from language models."""
        return self.state / "answers"

    @property
    def releases(self) -> Path:
        """Releases: immutable, hashed exports."""
        return self.state / "releases"

    @property
    def reports(self) -> Path:
        """Records that the last check left out, and those that it found ambiguous between labels."""
        return self.state / "reports"

    @property
    def runs(self) -> Path:
        """Trained models and their evaluations."""
        return self.state / "runs"

    @property
    def server(self) -> Path:
        """Database, credentials and log of the embedded Argilla server; accessible only to the user."""
        return self.state / "server"


def find_workspace_folder(start: Path) -> WorkspaceFolder:
    """The workspace at `start` or in the nearest folder above it.

    Raises WinnowError when there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / TASK_FILE).is_file():
            return WorkspaceFolder(folder)
    fix = f"create one with `{command('init', 'DIR')}`, or specify the folder of one"
    raise WinnowError(Problem(str(start.resolve()), "no winnow.yaml in this folder or above it", "a workspace", fix))


def is_in_workspace(start: Path) -> bool:
    """Whether there is a workspace at `start` or above it."""
    return any((folder / TASK_FILE).is_file() for folder in (start.resolve(), *start.resolve().parents))
