"""Forget a record: remove its content everywhere Winnow stores it, and keep the fact that it was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.ingest.erase_text import erase_from_files, files_holding, user_files_holding, without_quotations
from winnow.curation.releases.membership import releases_holding
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.forgotten import blank_record, forgotten_ids
from winnow.curation.store.records import StoredRecord, records_by_id_prefix
from winnow.curation.store.supersessions import supersessions_of
from winnow.curation.store.working_view import working_rows
from winnow.validators.kinds import kind_of

MIN_ID_CHARACTERS = 6
"""Shortest accepted prefix of an id, in characters."""


@dataclass(frozen=True)
class ForgetResult:
    """What was removed, and what still contains the content."""

    record: str
    already: bool
    """It was forgotten before; remaining copies were removed now."""
    files: list[str]
    """Reports and pages that showed the text: deleted, or rewritten without it. The next command writes them again."""
    releases: list[str]
    """Frozen releases that contain or quote the record; the user has to delete them."""
    exports: list[str]
    """Files under `exports/`, and the `must_pass` file, that contain the text; the user has to delete them too."""
    queues: list[str]
    """Argilla datasets that may still contain or quote the record because their server was not running: the next push
    or pull, or forgetting the record again, deletes it."""
    count_again: list[str] = field(default_factory=list)
    """Ids of records that only this one superseded."""
    dry_run: bool = False
    """A preview: nothing was removed."""


def forget_record(
    store: Store,
    folder: WorkspaceFolder,
    task: Task,
    wanted: str,
    *,
    why: str,
    blank_requests: Callable[[Callable[[str], str]], None],
) -> ForgetResult:
    """Remove one record's content from the database, vectors, responses, reports and dropped rows.

    `blank_requests` applies a function to every request that a generator stored. It is called before the text leaves
    the database, so that running the same command again finishes what a kill left.

    Raises WinnowError when no record or more than one fits, and ServiceError while another command still reads the
    old content.
    """
    found = _find_content(store, folder, task, wanted)
    content = found.content

    def blank(written: str) -> str:
        for text in found.texts:
            written = without_quotations(written, text)
        return written

    files = erase_from_files(folder, task, content) if content else []
    if content:
        blank_requests(blank)
    with store.writing() as connection:
        blank_record(connection, found.stored, why=why, at=utc_now())
    if content:
        files += erase_from_files(folder, task, content)  # what another command wrote in between
        blank_requests(blank)
    store.vacuum()
    exports = _exports_holding(folder, task, found.texts)
    return _result(found, files, exports)


def preview_forgetting(store: Store, folder: WorkspaceFolder, task: Task, wanted: str) -> ForgetResult:
    """What `forget_record` would remove, and what would still contain the content; nothing is changed.

    Raises WinnowError when no record or more than one fits.
    """
    found = _find_content(store, folder, task, wanted)
    files = erase_from_files(folder, task, found.content, dry_run=True) if found.content else []
    exports = _exports_holding(folder, task, found.texts)
    return replace(_result(found, files, exports), dry_run=True)


def _result(found: _FoundContent, files: Sequence[str], exports: list[str]) -> ForgetResult:
    return ForgetResult(
        found.stored.id,
        found.already,
        sorted(set(files)),
        found.releases,
        exports,
        queues=[],
        count_again=found.count_again,
    )


@dataclass(frozen=True)
class _FoundContent:
    """A record to forget, and which releases hold it."""

    stored: StoredRecord
    texts: Sequence[str]
    already: bool
    releases: list[str]
    count_again: list[str]

    @property
    def content(self) -> str:
        return self.stored.content


def _find_content(store: Store, folder: WorkspaceFolder, task: Task, wanted: str) -> _FoundContent:
    with store.reading() as connection:
        stored = _find_record(connection, wanted)
        texts = kind_of(task).texts(stored.content) if stored.content else ()
        already = stored.id in forgotten_ids(connection)
        releases = _releases_holding(connection, folder, stored.id, texts)
        return _FoundContent(stored, texts, already, releases, _counting_again(connection, stored.id))


def _counting_again(connection: Connection, record: str) -> list[str]:
    """The records that only this one supersedes. If it is superseded itself, its correction supersedes them, too."""
    if not supersessions_of(connection, record):
        return []
    rows = working_rows(connection)
    if any(row.id == record and row.superseded_by for row in rows):
        return []
    return [row.id for row in rows if row.superseded_by == (record,) and row.sources]


def _exports_holding(folder: WorkspaceFolder, task: Task, texts: Sequence[str]) -> list[str]:
    return sorted({name for text in texts for name in user_files_holding(folder, task, text)})


def _find_record(connection: Connection, wanted: str) -> StoredRecord:
    fits = records_by_id_prefix(connection, wanted) if len(wanted) >= MIN_ID_CHARACTERS else []
    if len(fits) != 1:
        found = "no record" if not fits else "more than one record"
        fix = f"find the id with `{command('show', 'TEXT')}`"
        raise WinnowError(
            Problem(f"forget {wanted[:20]}", found, f"{MIN_ID_CHARACTERS} or more characters of one id", fix)
        )
    return fits[0]


def _releases_holding(connection: Connection, folder: WorkspaceFolder, record: str, texts: Sequence[str]) -> list[str]:
    """Available releases that contain a record, in their rows or quoted."""
    holding = {one.release for one in releases_holding(connection, folder, record)}
    names = [entry["name"] for entry in artifacts(connection, "release")]
    quoting = {name for name in names for text in texts if any(files_holding(folder.releases / name, text))}
    return [name for name in names if name in holding | quoting]
