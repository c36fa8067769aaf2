"""Add files or tables: read them, screen their rows and store those that pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.config.gate_settings import check_loosened
from winnow.config.source_options import SourceOptions, section_for
from winnow.config.task import Task
from winnow.core.commands import Option
from winnow.core.errors import Parameter, Problem, ServiceError, WinnowError
from winnow.curation.ingest.add import MAX_ATTEMPTS, AddResult, WorkspaceChanged
from winnow.curation.ingest.add import add as add_source_rows
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE, AddOptions, check_options
from winnow.curation.ingest.annotator_question import annotator_question
from winnow.curation.ingest.apply_section import columns_with, open_option, reading_options, with_section
from winnow.curation.ingest.group_question import given_options, group_question
from winnow.curation.ingest.known_releases import KnownReleases
from winnow.curation.ingest.label_corrections import CORRECTION_COLUMNS, CorrectionTable, is_correction_table
from winnow.curation.ingest.label_summary import advice_on_sources
from winnow.curation.ingest.options_without_effect import options_without_effect
from winnow.curation.ingest.origin_question import origin_question
from winnow.curation.ingest.restore_release import release_files, release_readings
from winnow.curation.ingest.time_question import time_question
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.data_folders import DataFile, data_files, splits_of_names
from winnow.curation.io.readers.filtered_rows import with_filter
from winnow.curation.io.readers.frame_rows import frame_rows
from winnow.curation.io.readers.interaction_log import log_readings
from winnow.curation.io.readers.raw_rows import read_rows, with_split
from winnow.curation.io.readers.source_rows import SourceRows, read_table, sources_of_file
from winnow.curation.io.readers.time_columns import check_time_format, with_times
from winnow.curation.store.artifacts import release_hashes
from winnow.curation.store.group_answers import group_answers, live_group_columns, store_group_answers
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.sources import GenerationBatch
from winnow.operations._context import WorkspaceContext
from winnow.operations.add_corrections import add_corrections, refuse_person
from winnow.operations.embedder_notes import notes_on_reading
from winnow.operations.tool_mapping_for import tool_mapping_for
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS

if TYPE_CHECKING:
    import pandas as pd

    from winnow.config.tool_mapping import ToolMapping

TABLE = "TABLE"
"""Stands for a pandas table in recommended calls."""


def add(  # noqa: PLR0913
    workspace: WorkspaceContext,
    files: str | Path | pd.DataFrame | Sequence[str | Path],
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    columns: Columns | None = None,
    origin: str | None = None,
    license: str = UNKNOWN_LICENSE,
    split: str | None = None,
    batch: GenerationBatch | None = None,
    origin_model: str | None = None,
    tool_mapping: str | Path | ToolMapping | None = None,
    model_output: str | None = None,
    encoding: str | None = None,
    table: str | None = None,
    where: str | None = None,
    time_format: str | None = None,
    by: str | None = None,
    dry_run: bool = False,
) -> AddResult:
    """Screen files or a pandas table and store the rows that pass, in one transaction; a dry run stores nothing.

    A column that looks like a user, a session or a conversation is a question that must be answered first: name it as
    the group column, or answer `none`. The answer is remembered for files with the same columns. A column that says
    that a machine wrote some rows is a question, too, unless the origin is given. A tool mapping, or the file with one,
    replaces the tools of the rows by those of the task. With `model_output`, the answers are the raw output of a model.
    Rows that do not meet the condition `where` are left out. `time_format` says how times are written; without it, a
    column of times that can be read in two ways is a question, too. `by` is the person who corrected the labels in
    files of `label-errors`: nothing else in these files is read.
    Raises WinnowError with the problems of every file that cannot be read, and these questions; nothing is added then.
    """
    task = workspace.task
    kind = kind_of(task)
    mapping = tool_mapping_for(task, tool_mapping) if tool_mapping is not None else None
    options = AddOptions(origin, license, split, batch, origin_model, mapping, model_output)
    check_options(options)
    check_time_format(time_format)
    _check_model_output(model_output, kind)
    check_loosened(task, "splits")
    with workspace.for_changes(dry_run=dry_run) as asked, asked.store.reading() as connection:
        answers, live = group_answers(connection), live_group_columns(connection)
        renames = label_renames(connection)
        known_releases = KnownReleases(kind, workspace.folder.releases, release_hashes(connection))
    read: list[tuple[str, SourceRows]] = []
    corrections: list[CorrectionTable] = []
    problems: list[Problem] = []
    how: Any = {
        "kind": kind,
        "group_answers": answers | live,
        "labels": {*kind.targets(task), *(one.old for one in renames)},
    }
    several: Sequence[Any] = files if isinstance(files, list | tuple) else [files]
    splits = splits_of_names([Path(file) for file in several if isinstance(file, str | Path)])
    for file in several:
        try:
            if isinstance(file, str | Path):
                for path, name, own_split in _files_to_read(Path(file), splits):
                    own = path.resolve().is_relative_to(workspace.folder.state.resolve())
                    section = None if own else _section(task, path, Path(file))
                    reading = reading_options(section, format=format, encoding=encoding, table=table, header=None)
                    rows = read_rows(path, name=name, labels=how["labels"], **reading)
                    if is_correction_table(rows.rows):
                        corrections.append(CorrectionTable(rows.name, rows.file_hash, rows.rows))
                        continue
                    rows = with_filter(
                        rows if split else with_split(rows, own_split), open_option(section, "where", where)
                    )
                    if restored := release_readings(rows, path, known_releases):
                        read += [(str(file), one) for one in restored]
                        continue
                    chosen = columns_with(section, columns)
                    found = log_readings(rows, kind) or sources_of_file(rows, columns=chosen, **how)
                    form = open_option(section, "time_format", time_format)
                    read += [(str(file), with_times(with_section(one, section), form)) for one in found]
            elif CORRECTION_COLUMNS.issubset(map(str, file.columns)):
                corrections.append(CorrectionTable(TABLE, *frame_rows(file)))
            else:
                read.append((TABLE, with_times(read_table(file, columns=columns, where=where, **how), time_format)))
        except WinnowError as error:
            problems += error.problems
    reader = {"format": format, "encoding": encoding, "table": table, "where": where, "time_format": time_format}
    given = given_options(options, columns, **reader)
    given |= {"tool_mapping": str(tool_mapping)} if isinstance(tool_mapping, str | Path) else {}
    given |= {"model_output": model_output} if model_output else {}
    given |= {"dry_run": True} if dry_run else {}
    if corrections and not problems:
        names = [str(file) if isinstance(file, str | Path) else TABLE for file in several]
        return add_corrections(workspace, corrections, names, given, by=by, dry_run=dry_run)
    refuse_person(by)
    unused = (problem for _, rows in read for problem in options_without_effect(rows, options, columns))
    problems = problems or [*dict.fromkeys(unused)] or _questions(read, given, live)
    if problems:
        raise WinnowError(problems)
    sources = [rows for _, rows in read]
    answered = (
        {one.columns_key: columns.group for one in sources if one.columns_key} if columns and columns.group else {}
    )
    with workspace.for_changes(dry_run=dry_run) as changed:
        result = _add_with_retries(changed, sources, options, answered, dry_run=dry_run)
    return replace(result, label_advice=advice_on_sources(read, task, renames))


def _section(task: Task, path: Path, given: Path) -> SourceOptions | None:
    """The section of `sources` for a file: by its name, else by that of the folder that was given."""
    return section_for(task.sources, path.name) or section_for(task.sources, given.resolve().name)


def _files_to_read(path: Path, splits: Mapping[Path, str | None]) -> list[DataFile]:
    """The files of a release or of a folder of data, or the file itself with the split of those given with it."""
    listed = release_files(path)
    files = data_files(path) if listed == [path] else [DataFile(one, one.name) for one in listed]
    return [one._replace(split=one.split or splits.get(one.path)) for one in files]


def _check_model_output(form: str | None, kind: Kind) -> None:
    """Raises WinnowError for raw output of a model in a task whose examples hold no answers."""
    if form is not None and not kind.holds_dialogues:
        found = f"raw output of a model for a task of kind {kind.name}"
        raise WinnowError(Problem(Parameter("model_output"), found, f"a task of kind {TOOLS.name}", "leave it out"))


def _questions(
    read: Sequence[tuple[str, SourceRows]], given: Mapping[str, Option], live: Mapping[str, str]
) -> list[Problem]:
    """What must be answered before the sources that were read from files are stored.

    A file that is already stored was answered. Questions about groups follow those about origins, each of which is
    about one file and answers both; a question about groups is one about all files with the same columns. Questions
    about annotators and times come last, and their commands keep what was answered.
    """
    asked = [
        (file, rows)
        for file, rows in read
        if rows.synthetic_columns and rows.file_hash not in live and not (rows.section and rows.section.origin)
    ]
    if asked and "origin" not in given:
        return [origin_question(rows, file, given) for file, rows in asked]
    files: dict[str, list[str]] = defaultdict(list)
    for file, rows in read:
        files[rows.columns_key].append(file)
    open_questions = {rows.columns_key: rows for _, rows in reversed(read) if rows.group_candidates}
    groups = [
        group_question(rows, list(dict.fromkeys(files[key])), given) for key, rows in reversed(open_questions.items())
    ]
    labels = [(file, rows) for file, rows in read if rows.annotator_candidates and rows.file_hash not in live]
    times = [(file, rows) for file, rows in read if rows.time_question and rows.file_hash not in live]
    answers = [annotator_question(rows, file, given) for file, rows in labels]
    return groups or answers or [time_question(rows, file, given) for file, rows in times]


def _add_with_retries(
    workspace: WorkspaceContext,
    sources: Sequence[SourceRows],
    options: AddOptions,
    group_columns: Mapping[str, str],
    *,
    dry_run: bool,
) -> AddResult:
    for _ in range(MAX_ATTEMPTS):
        task = workspace.task
        try:
            return add_source_rows(
                workspace.store,
                task,
                sources,
                options,
                workspace.scrubber(task),
                dropped_dir=workspace.folder.dropped,
                also_write=lambda connection, _: store_group_answers(connection, group_columns),
                reading_notes=partial(notes_on_reading, task, workspace.folder.root),
                dry_run=dry_run,
            )
        except WorkspaceChanged:
            continue
    found = f"the workspace changed {MAX_ATTEMPTS} times during add"
    raise ServiceError(Problem(str(workspace.folder.root), found, "", "nothing was added; try again"))
