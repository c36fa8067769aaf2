"""Propose a first taxonomy: groups of similar queries without labels, as suggestions that a person edits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.config.load import parse_task
from winnow.config.source_options import SourceOptions
from winnow.config.task import Task
from winnow.config.taxonomy import TAXONOMY_FILE, Taxonomy, taxonomy_text
from winnow.core.atomic import atomic_write
from winnow.core.commands import command, option
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.core.vocabulary import HOLD_OUT_SPLITS, Split, State
from winnow.curation.file_findings.dialogue_findings import DialogueFindings
from winnow.curation.file_findings.file_findings import FileFindings
from winnow.curation.ingest.apply_section import columns_with, reading_options, with_section
from winnow.curation.ingest.screen import KeptRow, ScreenContext, screen
from winnow.curation.io.readers.filtered_rows import with_filter
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.io.readers.source_rows import rows_of_file
from winnow.operations._context import WorkspaceContext
from winnow.operations.embedder_notes import notes_on_reading
from winnow.operations.init import Found, initial_task_text
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS

if TYPE_CHECKING:
    from winnow.core.progress import Progress

THIS_WORKSPACE = "unlabeled queries of this workspace"
"""The source of suggestions that were not found in a file."""


class DiscoveredLabels(NamedTuple):
    """Suggestions for labels, and what to know about how they were found."""

    taxonomy: Taxonomy
    """The suggestions."""
    file: Path
    """Where they are written."""
    notes: Sequence[str]
    """What was not read or not compared."""


def discover_in_file(
    folder: Path,
    file: Path,
    found: Found,
    *,
    source: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DiscoveredLabels:
    """Suggestions for the labels of a file, for a workspace that does not exist yet; written next to its task file.

    `source` is what the suggestions say about where the queries are; by default the path of the file.
    Raises WinnowError for a file with labels, and where the suggestions would overwrite others.
    """
    queries = _without_labels(found)
    _check_not_there(folder)
    task = parse_task(initial_task_text(folder, queries))
    with WorkspaceContext(WorkspaceFolder(folder)).for_changes(dry_run=dry_run) as workspace:
        rows = _kept_rows(workspace, task, file, queries.section)
        open_rows = [row for row in rows.kept if row.split not in HOLD_OUT_SPLITS]
        texts = [kind_of(task).embedding_text(row.content) for row in open_rows]
        notes = [*rows.notes, *_held_out_note(len(rows.kept) - len(open_rows))]
        source = source or str(file.resolve())
        return _discover(workspace, task, texts, notes, source=source, dry_run=dry_run, progress=progress)


def discover(
    workspace: WorkspaceContext, *, dry_run: bool = False, progress: Progress | None = None
) -> DiscoveredLabels:
    """Suggestions for the labels of the queries that have none, without the hold-out.

    Raises WinnowError for dialogues, and where the suggestions would overwrite others.
    """
    from winnow.curation.store.working_view import working_rows

    task = workspace.task
    check_queries(task)
    _check_not_there(workspace.folder.root)
    with workspace.for_changes(dry_run=dry_run) as asked, asked.store.reading() as connection:
        rows = [row for row in working_rows(connection) if row.state == State.UNLABELED]
    train = [row for row in rows if row.assigned_split == Split.TRAIN]
    texts = [row.text for row in train for _ in range(row.weight)]
    notes = [*_held_out_note(len(rows) - len(train)), *notes_on_reading(task, workspace.folder.root, texts)]
    return _discover(workspace, task, texts, notes, source=THIS_WORKSPACE, dry_run=dry_run, progress=progress)


def check_discovery(folder: Path, file: Path | None, *, template: str) -> None:
    """Raise WinnowError where labels of a file cannot be suggested, before it is read."""
    if template != INTENTS.name:
        what = "dialogues, whose labels are the tools that are called"
        raise WinnowError(Problem(Parameter("discover"), what, "queries", "leave it out"))
    if file is None:
        fix = command("init", "DIR", from_="FILE", discover=True)
        raise WinnowError(Problem(Parameter("discover"), "no file with queries", "a file without labels", fix))
    _check_not_there(folder)


def _without_labels(found: Found) -> FileFindings:
    """What was found in a file of queries. Raises WinnowError if they have labels."""
    if isinstance(found, DialogueFindings) or found.labels.counts:
        labels = "dialogues" if isinstance(found, DialogueFindings) else _labels_with_column(found)
        other = command("init", "DIR", from_="FILE", discover=True, label_column="none")
        discover = option("discover")
        fix = f"leave {discover} out, so that these are the labels; if the column holds something else, `{other}`"
        raise WinnowError(Problem(Parameter("discover"), f"{found.name} has {labels}", "queries without labels", fix))
    return found


def _labels_with_column(found: FileFindings) -> str:
    labels = counted(len(found.labels.counts), "label")
    return f"{labels} in the column {found.section.label!r}" if found.section.label else labels


def check_queries(task: Task) -> None:
    """Raise WinnowError for a task of dialogues, whose labels follow from their tools."""
    if kind_of(task).holds_dialogues:
        found = f"a task of kind {task.kind}, whose labels are the tools that are called"
        raise WinnowError(Problem(TASK_FILE, found, "a task of kind intents", "use it for queries"))


def _check_not_there(folder: Path) -> None:
    if (folder / TAXONOMY_FILE).exists():
        fix = f"take what is good in it over with {command('accept', TAXONOMY_FILE)}, then move it away"
        raise WinnowError(Problem(str(folder / TAXONOMY_FILE), "the file already exists", "no such file", fix))


class _KeptRows(NamedTuple):
    kept: Sequence[KeptRow]
    notes: Sequence[str]


def _kept_rows(workspace: WorkspaceContext, task: Task, file: Path, section: SourceOptions) -> _KeptRows:
    """The rows of a file as `add` will store them, without private data."""
    reading = reading_options(section, format="auto", encoding=None, table=None, header=None)
    raw = with_filter(read_rows(file, **reading), section.where)
    source = with_section(rows_of_file(raw, columns=columns_with(section, None), labels=None), section)
    found = screen(source.rows, task, ScreenContext(workspace.scrubber(task)))
    dropped = len(found.dropped)
    note = f"{counted(dropped, 'row')} left out, because `add` would drop them"
    return _KeptRows(found.kept, [note] if dropped else [])


def _held_out_note(count: int) -> list[str]:
    where = "in validation or test: no suggestion was made from them"
    return [f"{counted(count, 'row')} {where}"] if count else []


def _discover(
    workspace: WorkspaceContext,
    task: Task,
    texts: Sequence[str],
    notes: Sequence[str],
    *,
    source: str,
    dry_run: bool,
    progress: Progress | None,
) -> DiscoveredLabels:
    """The suggestions among texts. They are written, and the vectors kept, unless it is a dry run."""
    from winnow.curation.discovery.suggest_labels import sampled_queries, suggest_labels
    from winnow.curation.engine.vector_cache import embed_with_cache

    sample = sampled_queries(texts)
    embedder = workspace.embedder(task)
    distinct = [one.text for one in sample.queries]
    cache = None if dry_run else workspace.folder.vectors
    vectors = embed_with_cache(distinct, embedder, cache, progress=progress)
    taxonomy = suggest_labels(
        sample.queries, vectors, embedder, source=source, repeats_cosine=task.gates.duplicates.cosine
    )
    given = counted(sample.of, "distinct query", "distinct queries")
    note = f"{len(distinct):,} of {given} were compared, drawn at random"
    more = [*notes, note] if len(distinct) < sample.of else notes
    file = workspace.folder.root / TAXONOMY_FILE
    if not dry_run:
        with atomic_write(file) as temporary:
            temporary.write_text(taxonomy_text(taxonomy), encoding="utf-8")
    return DiscoveredLabels(taxonomy, file, more)
