"""Decides once whether there is a workspace: where releases and runs are found, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from winnow.config.load import read_task
from winnow.config.task import Task
from winnow.core.atomic import PRIVATE_FILE, PRIVATE_FOLDER, remove_abandoned_parts, set_mode
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import WorkspaceFolder, find_workspace_folder, is_in_workspace
from winnow.core.suggest import suggestion
from winnow.curation.store.database import Store, copy_database, has_current_schema, open_store
from winnow.validators.kinds import required_keys, with_known_tools

if TYPE_CHECKING:
    from winnow.curation.engine.embedders.embedder import Embedder
    from winnow.curation.pii.scrub import NameFinder, Scrubber
    from winnow.curation.releases.release import Release
    from winnow.curation.releases.release_lines import MustPassCase
    from winnow.training.runs import Run

LOCAL_RUNS, LOCAL_RELEASES, LOCAL_EXPORTS = Path("runs"), Path("releases"), Path("exports")
"""Where runs go, releases are searched, and exports and pages are written when there is no workspace."""

LOCAL_REPORTS = Path("reports")
"""Where pages about releases are written when there is no workspace: never into a release."""


class WorkspaceContext:
    """A workspace: its folder, its task and its database."""

    def __init__(self, folder: WorkspaceFolder, *, database: Path | None = None) -> None:
        self.folder = folder
        self._database = database or folder.database

    @property
    def task(self) -> Task:
        """The task file, read again. Raises WinnowError with all its problems."""
        return with_known_tools(read_task(self.folder.task_file, kinds=required_keys()))

    @cached_property
    def store(self) -> Store:
        """The database, created on first use; what killed commands left in the workspace is removed first."""
        self._remove_abandoned_parts()
        store = open_store(self._database)
        set_mode(self.folder.state, PRIVATE_FOLDER)
        for database in (self.folder.database, self.folder.spend_database):
            set_mode(database, PRIVATE_FILE)
        return store

    def _remove_abandoned_parts(self) -> None:
        remove_abandoned_parts(self.folder.root, f".{self.folder.task_file.name}.*.part")
        remove_abandoned_parts(self.exports_folder, "**/.*.part")
        remove_abandoned_parts(self.folder.state, "**/.*.part")

    @contextmanager
    def for_changes(self, *, dry_run: bool) -> Iterator[WorkspaceContext]:
        """The workspace to change.

        A dry run has a temporary database where the workspace has none, or one of an older version: a migrated copy.
        """
        database = self.folder.database
        if not dry_run or (database.exists() and has_current_schema(database)):
            yield self
            return
        with TemporaryDirectory() as scratch:
            temporary = Path(scratch) / database.name
            if database.exists():
                copy_database(database, temporary)
            yield WorkspaceContext(self.folder, database=temporary)

    @property
    def goals(self) -> Mapping[str, float] | None:
        """The task's goals, by name."""
        return self.task.goals

    @property
    def runs_folder(self) -> Path:
        """Where new runs are written."""
        return self.folder.runs

    @property
    def exports_folder(self) -> Path:
        """Where exports are written."""
        return self.folder.root / "exports"

    @property
    def reports_folder(self) -> Path:
        """Where pages about releases are written."""
        return self.folder.reports

    @property
    def vectors_cache(self) -> Path | None:
        """Where embeddings are cached."""
        return self.folder.vectors

    def page_folder(self, runs: Sequence[Run]) -> Path:
        """Where a page about several runs is written."""
        return self.folder.reports

    def embedder(self, task: Task | None = None) -> Embedder:
        """The task's embedding model; a folder is taken relative to the workspace."""
        from winnow.curation.engine.embedders.embedder import open_embedder

        task = task or self.task
        settings = task.embedder
        local_model = self.folder.root / settings.model if settings.model else None
        model = str(local_model) if local_model and local_model.is_dir() else settings.model
        return open_embedder(model, backend=settings.backend, language=task.language)

    def scrubber(self, task: Task) -> Scrubber:
        """Replaces private data; equal values get equal stand-ins in this workspace and in no other."""
        from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
        from winnow.curation.store.database import workspace_setting

        with self.store.reading() as connection:
            key = bytes.fromhex(workspace_setting(connection, "surrogate_key"))
        return Scrubber(dict([*DEFAULT_POLICY.items(), *task.private.policy.items()]), key, self._name_finder(task))

    def _name_finder(self, task: Task) -> NameFinder | None:
        if task.private.model is None:
            return None
        from winnow.curation.pii.name_model import load_name_model

        return load_name_model(self.folder.root / task.private.model)

    def must_pass_cases(self, task: Task) -> list[MustPassCase]:
        """The must-pass cases that the task names, read again."""
        if task.must_pass is None:
            return []
        from winnow.curation.ingest.screen import ScreenContext
        from winnow.curation.releases.must_pass_file import read_must_pass
        from winnow.curation.store.forgotten import forgotten_ids
        from winnow.curation.store.label_renames import label_renames

        with self.store.reading() as connection:
            gone, renamed = forgotten_ids(connection), label_renames(connection)
        return read_must_pass(task, self.folder.root, ScreenContext(self.scrubber(task), gone, renamed))

    def label_lookup(self) -> Callable[[str], str]:
        """A function from a label to the name it has now, after renames."""
        from winnow.curation.annotations.renamed_labels import current_label
        from winnow.curation.store.label_renames import label_renames

        with self.store.reading() as connection:
            known = label_renames(connection)
        return lambda label: current_label(label, known)

    def release_hashes(self) -> Mapping[str, str] | None:
        """SHA-256 of the manifest of every release that this workspace froze, by name."""
        from winnow.curation.store.artifacts import release_hashes

        with self.store.reading() as connection:
            return release_hashes(connection)

    def run_hashes(self) -> Mapping[str, str]:
        """SHA-256 of `run.json` of every run that this workspace recorded, by id."""
        from winnow.curation.store.artifacts import run_hashes

        with self.store.reading() as connection:
            return run_hashes(connection)

    def forgotten_ids(self) -> Set[str]:
        """Ids of the records that were erased."""
        from winnow.curation.store.forgotten import forgotten_ids

        with self.store.reading() as connection:
            return forgotten_ids(connection)

    def release_path(self, name_or_path: str | Path) -> Path:
        """Where a release lies, by name or path."""
        return _name_or_path(name_or_path, self.folder.releases)

    def release(self, name_or_path: str | Path, *, checked: bool = True) -> Release:
        """A release by name or path; `checked` compares its files with the manifest, and that with the record."""
        from winnow.curation.releases.release import open_release
        from winnow.curation.releases.verify import require_recorded

        path = self.release_path(name_or_path)
        if not path.exists():
            known = list(self.release_hashes() or ())
            found = "its folder is gone" if str(name_or_path) in known else "no such release"
            others = [name for name in known if name != str(name_or_path)]
            expected = f"one of {', '.join(known)}" if known else "an existing release"
            fix = command("releases") if known else command("freeze", "NAME")
            raise WinnowError(
                Problem(f"release {name_or_path}", found, expected, suggestion(str(name_or_path), others, fix))
            )
        release = open_release(path, checked=checked)
        if checked:
            require_recorded(path, self.folder.releases, self.release_hashes() or {})
        return release

    def run(self, id_or_path: str | Path) -> Run:
        """A run by id or path; its release is searched in this workspace too."""
        from winnow.training.runs import RUN_FILE, open_run

        path = _name_or_path(id_or_path, self.folder.runs)
        if path == Path(path.name) and not (path / RUN_FILE).is_file():
            raise WinnowError(_no_such_run(str(id_or_path), list(self.run_hashes())))
        return open_run(path, places=(self.folder.releases,))

    def record_run(self, run: Run, *, release: str = "") -> None:
        """List a run in the workspace; recording the same run twice is one entry.

        `release` is the name that its release has here, by default the one that it had when the run was trained.
        """
        from winnow.core.hashing import file_sha256
        from winnow.curation.store.artifacts import record_run
        from winnow.training.runs import RUN_FILE

        path = run.path.relative_to(self.folder.root.resolve()).as_posix()
        detail = {"method": run.facts.method, "release": release or run.facts.release.name}
        record_run(self.store, run.id, path=path, sha256=file_sha256(run.path / RUN_FILE), detail=detail)


class FolderContext:
    """No workspace: a release or run folder is all there is, on any machine."""

    goals: Mapping[str, float] | None = None
    runs_folder = LOCAL_RUNS
    releases_folder = LOCAL_RELEASES
    exports_folder = LOCAL_EXPORTS
    reports_folder = LOCAL_REPORTS
    vectors_cache: Path | None = None

    def page_folder(self, runs: Sequence[Run]) -> Path:
        """Next to the first run."""
        return runs[0].path.parent

    def embedder(self) -> None:
        """The method's default."""
        return

    def label_lookup(self) -> Callable[[str], str]:
        """Labels as they are: nothing is known of renames."""
        return str

    def release_hashes(self) -> Mapping[str, str] | None:
        """Not known here."""
        return None

    def forgotten_ids(self) -> Set[str]:
        """Nothing is known of erased records."""
        return frozenset()

    def release_path(self, name_or_path: str | Path) -> Path:
        """The path itself, or a name in the folder `releases`."""
        return _name_or_path(name_or_path, LOCAL_RELEASES)

    def release(self, name_or_path: str | Path, *, checked: bool = True) -> Release:
        """A release by its path, or by its name in the folder `releases`."""
        from winnow.curation.releases.release import open_release

        return open_release(self.release_path(name_or_path), checked=checked)

    def run(self, id_or_path: str | Path) -> Run:
        """A run by its path, or by its id in the folder `runs`; its release is searched here too."""
        from winnow.training.runs import open_run

        return open_run(_name_or_path(id_or_path, LOCAL_RUNS), places=(Path(), LOCAL_RELEASES))

    def record_run(self, run: Run) -> None:
        """Nothing to record it in."""


Context = WorkspaceContext | FolderContext


def find_workspace(start: Path) -> WorkspaceContext:
    """The workspace at a folder or above it. Raises WinnowError when there is none."""
    return WorkspaceContext(find_workspace_folder(start))


def find_context(start: Path) -> Context:
    """The workspace at a folder or above it, else the folder alone."""
    return find_workspace(start) if is_in_workspace(start) else FolderContext()


def context_at(folder: Path) -> Context:
    """The workspace whose folder this is, else the folder alone."""
    own = WorkspaceFolder(folder.resolve())
    return WorkspaceContext(own) if own.task_file.is_file() else FolderContext()


def _no_such_run(name: str, known: Sequence[str]) -> Problem:
    found = "its folder is gone" if name in known else "no such run"
    expected = f"one of {', '.join(known)}" if known else "an existing run"
    fix = f"name a run of this workspace (`{command('runs')}`) or the path of a run folder"
    return Problem(f"run {name}", found, expected, suggestion(name, [one for one in known if one != name], fix))


def _name_or_path(name_or_path: str | Path, home: Path) -> Path:
    """A name in a workspace's folder, else a path."""
    inside = home / name_or_path if Path(name_or_path).name == str(name_or_path) else None
    return inside if inside and inside.exists() else Path(name_or_path)
