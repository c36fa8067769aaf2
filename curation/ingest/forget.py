"""Forget a record: its content leaves every place where Winnow keeps it; that it was forgotten stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.ingest.erase_text import erase_from_files, files_holding, user_files_holding, without_quotations
from winnow.curation.releases.membership import releases_holding
from winnow.curation.store import tables
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Store
from winnow.curation.store.tables import (
    candidate,
    decision,
    flag,
    forgotten,
    occurrence,
    record_group,
    response,
    suspected_error,
)

MIN_ID_CHARACTERS = 6
"""Characters of an id that are enough."""


@dataclass(frozen=True)
class ForgetResult:
    """What was removed, and what still holds it."""

    record: str
    already: bool
    """It was forgotten before; what was left over is removed."""
    files: list[str]
    """Reports and pages that showed the text: removed, or rewritten without it. The next command draws them anew."""
    releases: list[str]
    """Frozen releases that hold the record, or quote it: they are yours to delete."""
    exports: list[str]
    """Files under `exports/`, and the file of `must_pass`, that hold the text: they too."""
    queues: list[str]
    """Argilla datasets that still hold the record because their server was not there: the next push or pull, or
    forgetting it again, deletes it."""


def forget_record(
    store: Store,
    folder: WorkspaceFolder,
    task: Task,
    wanted: str,
    *,
    why: str,
    blank_requests: Callable[[Callable[[str], str]], None],
) -> ForgetResult:
    """Remove one record's content from database, vectors, answers, reports and dropped rows.

    `blank_requests` applies a function to every request that a generator stored. It is called before the text leaves
    the database, so that running the same command again finishes what a kill left.

    Raises WinnowError when no record or more than one fits, and ServiceError while another command still reads the
    old content.
    """
    with store.reading() as connection:
        record, text, group = _find_record(connection, wanted)
        already = connection.execute(select(forgotten).where(forgotten.c.record_id == record)).first() is not None
        held = _releases_holding(connection, folder, record, text)

    def blank(written: str) -> str:
        return without_quotations(written, text)

    files = erase_from_files(folder, task, text) if text else []
    if text:
        blank_requests(blank)
    with store.writing() as connection:
        values = {"record_id": record, "why": why, "at": utc_now()}
        connection.execute(insert(forgotten).values(**values).on_conflict_do_nothing())
        connection.execute(update(tables.record).where(tables.record.c.id == record).values(text="", fold_key=""))
        connection.execute(update(occurrence).where(occurrence.c.record_id == record).values(session=None, time=None))
        connection.execute(update(decision).where(decision.c.record_id == record).values(why=""))
        connection.execute(update(response).where(response.c.record_id == record).values(content="{}"))
        connection.execute(delete(flag).where(flag.c.record_id == record))
        connection.execute(delete(suspected_error).where(suspected_error.c.record_id == record))
        connection.execute(update(candidate).where(candidate.c.record_id == record).values(detail="{}"))
        if _is_group_forgotten(connection, group):
            connection.execute(update(record_group).where(record_group.c.id == group).values(declared=""))
    if text:
        files += erase_from_files(folder, task, text)  # what another command wrote in between
        blank_requests(blank)
    store.vacuum()
    exports = user_files_holding(folder, task, text) if text else []
    return ForgetResult(record, already, sorted(set(files)), held, exports, queues=[])


def _find_record(connection: Connection, wanted: str) -> tuple[str, str, str]:
    record = tables.record.c
    query = (
        select(record.id, record.text, record.group_id).where(record.id.startswith(wanted, autoescape=True)).limit(3)
    )
    fits = connection.execute(query).fetchall() if len(wanted) >= MIN_ID_CHARACTERS else []
    if len(fits) != 1:
        found = "no record" if not fits else "more than one record"
        fix = "winnow show TEXT tells the id of a record"
        raise WinnowError(
            Problem(f"forget {wanted[:20]}", found, f"{MIN_ID_CHARACTERS} or more characters of one id", fix)
        )
    return str(fits[0].id), str(fits[0].text), str(fits[0].group_id)


def _is_group_forgotten(connection: Connection, group: str) -> bool:
    """Whether every record of a group is forgotten now."""
    gone = select(forgotten.c.record_id)
    left = select(tables.record.c.id).where(tables.record.c.group_id == group, tables.record.c.id.not_in(gone)).limit(1)
    return connection.execute(left).first() is None


def _releases_holding(connection: Connection, folder: WorkspaceFolder, record: str, text: str) -> list[str]:
    """Releases at hand that hold a record; those of before also quote texts that they leave out."""
    holding = {name for name, _ in releases_holding(connection, folder, record)}
    names = [entry["name"] for entry in artifacts(connection, "release")]
    return [name for name in names if name in holding or (text and any(files_holding(folder.releases / name, text)))]
