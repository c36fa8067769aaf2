"""Add files: rows become records, occurrences and decisions, in one transaction."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.ingest.add_notes import (
    changed_notes,
    kept_assignment_notes,
    recognized_notes,
    renamed_notes,
    time_notes,
)
from winnow.curation.ingest.add_options import AddOptions, check_options
from winnow.curation.ingest.corrections import (
    checked_corrections,
    in_groups_of_superseded,
    read_for_corrections,
    store_supersessions,
)
from winnow.curation.ingest.drop_fixes import fixes_by_reason
from winnow.curation.ingest.dropped import DroppedFile, write_dropped
from winnow.curation.ingest.language import detect_other_language
from winnow.curation.ingest.log_rulings import InteractionCounts, RuledLogs, ruled_logs, without_confirmations
from winnow.curation.ingest.main_language import MainLanguage, main_language
from winnow.curation.ingest.merge_interactions import merge_interactions
from winnow.curation.ingest.own_decisions import keep_own_decisions
from winnow.curation.ingest.placed_lines import read_log_lines
from winnow.curation.ingest.rewrite_summary import FileRewrites, summarize_rewrites
from winnow.curation.ingest.screen import KeptRow, ScreenContext
from winnow.curation.ingest.screen_file import ScreenedFile, screen_file
from winnow.curation.ingest.store_answers import store_answers
from winnow.curation.ingest.store_log_effects import store_log_effects
from winnow.curation.ingest.store_occurrences import is_decided, records_with_several_labels, store_occurrences
from winnow.curation.ingest.store_records import store_records
from winnow.curation.io.readers.source_rows import SourceRows
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.flags import LANGUAGE_FLAG, records_with_flag, store_language_flags
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.machine_written import machine_written
from winnow.curation.store.occurrences import rows_of_sources
from winnow.curation.store.origin_models import WHOLE_SOURCE, insert_origin_models
from winnow.curation.store.records import assigned_split_counts, live_records, record_ids
from winnow.curation.store.restored_labels import RestoredLabel, insert_restored_labels
from winnow.curation.store.sources import NewSource, sources_by_file_hash, store_batch, store_source
from winnow.curation.store.taken_lines import taken_lines
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.labels.label_advice import LabelAdvice
from winnow.validators.unmapped_names import UnmappedTools

MAX_ATTEMPTS = 5
"""Attempts of one add while other commands rename labels or forget records."""


class WorkspaceChanged(Exception):  # noqa: N818  (not a user error: the caller reads the task again and retries)
    """Another command changed what decides about rows while they were being screened."""


def no_reading_notes(texts: Sequence[str]) -> Sequence[str]:
    """Nothing is said about what the embedder reads."""
    return ()


@dataclass(frozen=True)
class AddResult:
    """given = added + known + dropped."""

    given: int = 0
    added: int = 0
    """Records that were new."""
    known: int = 0
    """Rows whose record already existed; a new occurrence counts toward its weight."""
    dropped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    flagged: dict[str, int] = field(default_factory=dict)
    private: dict[str, int] = field(default_factory=dict)
    """Private values that were replaced by surrogates, by entity."""
    rewrites: list[FileRewrites] = field(default_factory=list)
    """The same by file and entity, with masked examples."""
    dropped_file: str | None = None
    """The file of dropped rows, to be fixed and added again."""
    fixes: dict[str, str] = field(default_factory=dict)
    """What lets dropped rows in, by reason."""
    sources: list[str] = field(default_factory=list)
    assigned_splits: dict[str, int] = field(default_factory=dict)
    """Assigned splits of the records that were added."""
    superseded: int = 0
    """Records that counted before and that corrected rows supersede now."""
    disputed: int = 0
    """Records to which these rows give several labels: they are not exported."""
    interactions: InteractionCounts | None = None
    """What became of the interactions of logs; None if no file is a log."""
    notes: list[str] = field(default_factory=list)
    label_advice: list[LabelAdvice] = field(default_factory=list)
    """What is wrong with the labels of the rows, with the commands that fix it."""
    unmapped: UnmappedTools | None = None
    """Of a dry run with a tool mapping: the tools that map to none, and a mapping to fill in."""
    dry_run: bool = False
    """A preview: nothing was stored, and `dropped_file` was not written."""

    @property
    def only_dropped(self) -> bool:
        """Whether there were rows and every one was dropped, so that the add brought nothing; not for logs."""
        return self.given > 0 and self.dropped == self.given and self.interactions is None


def add(  # noqa: PLR0913  (what it needs from the workspace)
    store: Store,
    task: Task,
    readings: Sequence[SourceRows],
    options: AddOptions,
    scrubber: Scrubber,
    *,
    dropped_dir: Path,
    also_write: Callable[[Connection, Set[str]], None] | None = None,
    reading_notes: Callable[[Sequence[str]], Sequence[str]] = no_reading_notes,
    dry_run: bool = False,
) -> AddResult:
    """Screen and store the rows that were read. Adding the same file again changes nothing; a dry run stores nothing.

    `also_write` writes related data in the same transaction; it receives the ids of the records that are stored.
    `reading_notes` says what the embedder does not read of the texts of new records.
    Raises WinnowError when a file was added before with other settings, or when the options contradict each other,
    and WorkspaceChanged when another command renamed a label, forgot a record or changed what rows correct while the
    files were screened.
    """
    kind = kind_of(task)
    check_options(options)
    with store.reading() as connection:
        context = ScreenContext(
            scrubber, forgotten_ids(connection), label_renames(connection), sources_by_file_hash(connection)
        )
        known = record_ids(connection)
        logs = read_log_lines(connection, readings)
    merged = merge_interactions(readings, logs, task, kind, context.renamed)
    files = [screen_file(reading, task, options, context) for reading in merged.readings]
    files = without_confirmations(files, merged)
    with store.reading() as connection:
        corrected = read_for_corrections(connection, files)
    ruled = ruled_logs(checked_corrections(files, kind, corrected), merged, logs, task, kind, context)
    screened = ruled.screened
    kept = [row for one in screened for row in one.kept]
    new = [row for row in kept if row.record_id not in known]
    flags = _language_flags(new, kind, task.language)
    other = _other_language(new, flags, kind, task.language)
    flags = {record: found for record, found in flags.items() if not (other and found.startswith(other.name))}
    dropped_file = write_dropped(screened, kind, dropped_dir, context, set(kind.targets(task)), dry_run=dry_run)
    moment = utc_now()
    with _removed_on_error(dropped_file), store.writing(dry_run=dry_run) as connection:
        if (forgotten_ids(connection), label_renames(connection)) != (context.forgotten, context.renamed):
            raise WorkspaceChanged
        if read_for_corrections(connection, files) != corrected:
            raise WorkspaceChanged
        if logs.placed and taken_lines(connection) != logs.taken:
            raise WorkspaceChanged
        stored = _store(connection, task, ruled, moment)
        flags = {record: detail for record, detail in flags.items() if record in stored.records}
        store_language_flags(connection, flags)
        flagged = stored.records & records_with_flag(connection, LANGUAGE_FLAG)
        if also_write:
            also_write(connection, stored.records)
    given = sum(len(one.rows) for one in readings)
    dropped = sum(len(one.dropped) for one in screened)
    return AddResult(
        given=given,
        added=len(stored.added),
        known=given - dropped - len(stored.added),
        dropped=dropped,
        reasons=dict(Counter(d.drop.reason for one in screened for d in one.dropped).most_common()),
        flagged={LANGUAGE_FLAG: len(flagged)} if flagged else {},
        private=dict(Counter(one.entity for row in kept for one in row.rewrites).most_common()),
        rewrites=summarize_rewrites(screened),
        dropped_file=str(dropped_file.path) if dropped_file else None,
        fixes=fixes_by_reason([d for one in screened for d in one.dropped]),
        sources=stored.sources,
        assigned_splits=stored.assigned_splits,
        superseded=stored.superseded,
        disputed=stored.disputed,
        interactions=ruled.counts,
        notes=[note for one in screened for note in one.reading.notes]
        + time_notes(screened)
        + renamed_notes(kept)
        + stored.notes
        + ([other.note(task.language)] if other else [])
        + list(reading_notes([kind.embedding_text(row.content) for row in new])),
        unmapped=_unmapped(screened, kind, task, options) if dry_run else None,
        dry_run=dry_run,
    )


def _unmapped(screened: Sequence[ScreenedFile], kind: Kind, task: Task, options: AddOptions) -> UnmappedTools | None:
    """The tools of all rows that the mapping leaves out; None without a mapping."""
    if kind.tool_mapping is None or options.tool_mapping is None:
        return None
    contents = (row.content for one in screened for row in one.reading.rows if row.problem is None)
    return kind.tool_mapping.unmapped(contents, options.tool_mapping, task)


@dataclass(frozen=True)
class _Stored:
    """What one `add` stored."""

    sources: list[str]
    records: set[str]
    """Ids of the records that the rows show, known ones included."""
    added: set[str]
    """Ids of the records that were new."""
    assigned_splits: dict[str, int]
    """Assigned splits of the new records."""
    superseded: int
    """Records that corrections supersede since now."""
    disputed: int
    """Records to which the rows give several labels."""
    notes: list[str]


def _store(connection: Connection, task: Task, ruled: RuledLogs, moment: str) -> _Stored:
    """Store sources, records, groups, occurrences and labels; rows that were stored before are not stored again.

    A log of which nothing is taken is no source.
    """
    taken_from = {line.place.file for effect in ruled.effects for line in effect.lines}
    files = {n: one for n, one in enumerate(ruled.screened) if n in taken_from or not one.reading.is_log}
    screened = [*files.values()]
    live_before = live_records(connection, {row.record_id for one in screened for row in one.kept})
    for batch in dict.fromkeys(one.batch for one in screened if one.batch):
        store_batch(connection, batch, moment)
    sources = [store_source(connection, _new_source(one), moment) for one in screened]
    by_source = list(zip(sources, screened, strict=True))
    source_of_file = dict(zip(files, sources, strict=True))
    stored_rows = rows_of_sources(connection, set(sources))
    given = [(source, row) for source, one in by_source for row in one.kept]
    unchanged = [pair for pair in given if _is_new_or_same(pair, stored_rows)]
    machine = machine_written(connection)
    pairs, own_notes = keep_own_decisions(connection, unchanged, machine)
    pairs = in_groups_of_superseded(connection, task, pairs)
    origins = {source: one.origin for source, one in by_source}
    known_sources = {source for source, one in by_source if one.reading.restored} | {
        source for source, _ in stored_rows
    }
    kept_assignments = store_records(connection, task, pairs, origins, known_sources, machine, moment)
    _store_models(connection, by_source, stored_rows)
    shown = [(source, row) for source, row in pairs if not (row.verified and row.record_id in live_before)]
    store_occurrences(connection, shown, moment)
    answer_notes = store_answers(connection, pairs, machine, moment)
    insert_restored_labels(connection, _restored_labels(pairs))
    store_log_effects(connection, ruled.effects, source_of_file, moment)
    effect = store_supersessions(connection, pairs, moment)
    records = {row.record_id for _, row in pairs}
    notes = [
        *changed_notes(len(given) - len(pairs)),
        *kept_assignment_notes(kept_assignments),
        *recognized_notes(connection, pairs, origins),
        *own_notes,
        *answer_notes,
        *effect.notes,
    ]
    added = records - live_before
    splits = assigned_split_counts(connection, added)
    return _Stored(sources, records, added, splits, effect.superseded, len(records_with_several_labels(pairs)), notes)


def _store_models(
    connection: Connection, by_source: Sequence[tuple[str, ScreenedFile]], stored: Mapping[tuple[str, int], str]
) -> None:
    """Store which models wrote the rows of each source; a row that was stored before keeps what it stated then."""
    for source, one in by_source:
        rows = {
            row.number: row.origin_model for row in one.kept if row.origin_model and (source, row.number) not in stored
        }
        whole = {WHOLE_SOURCE: one.origin_model} if one.origin_model else {}
        insert_origin_models(connection, source, whole | rows)


def _is_new_or_same(pair: tuple[str, KeptRow], stored_rows: Mapping[tuple[str, int], str]) -> bool:
    """Whether a row of a source was not stored before, or shows the record that it showed then."""
    source, row = pair
    return stored_rows.get((source, row.number), row.record_id) == row.record_id


@contextlib.contextmanager
def _removed_on_error(dropped: DroppedFile | None) -> Iterator[None]:
    """Delete the file of dropped rows again when nothing is added after all."""
    try:
        yield
    except BaseException:
        if dropped and dropped.new:
            dropped.path.unlink(missing_ok=True)
        raise


def _restored_labels(pairs: Sequence[tuple[str, KeptRow]]) -> list[RestoredLabel]:
    """The labels of unchanged rows of a release that people or lots decided."""
    return [
        RestoredLabel(row.record_id, source, row.label, row.frozen.decided_by)
        for source, row in pairs
        if row.frozen and row.label is not None and is_decided(row)
    ]


def _new_source(one: ScreenedFile) -> NewSource:
    return NewSource(
        file_hash=one.reading.file_hash,
        name=one.reading.name,
        settings=one.settings,
        origin=one.origin,
        license=one.license,
        batch_id=one.batch.id if one.batch else None,
    )


def _language_flags(kept: Sequence[KeptRow], kind: Kind, language: str) -> dict[str, str]:
    """The detected language of each record that seems to be in another one. Slow: for new records only."""
    texts = {row.record_id: " ".join(kind.texts(row.content)) for row in kept}
    ids = list(texts)
    return {ids[i]: found for i, found in detect_other_language(list(texts.values()), language).items()}


def _other_language(
    kept: Sequence[KeptRow], flags: Mapping[str, str], kind: Kind, language: str
) -> MainLanguage | None:
    """The language of most of the rows, if it is not the task's."""
    texts = {row.record_id: " ".join(kind.texts(row.content)) for row in kept}
    detected = {position: flags[record] for position, record in enumerate(texts) if record in flags}
    return main_language(list(texts.values()), detected, language, detect_other_language)
