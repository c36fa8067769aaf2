"""Forget: a record's content leaves every place where Winnow keeps it; that it was forgotten stays.

The record's id stays, a hash of its text, so that the same text is refused when it comes again.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from curation.folder import Folder, replacing
from curation.guards import Guards
from curation.ledger import releases_holding
from curation.reading import DROPPED_COLUMNS
from curation.spreadsheet import as_cell
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.vectors import delete_vectors
from validators.faults import Fault, WinnowError

SHORTEST = 6
"""Characters of an id that are enough."""


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and what still holds it."""

    record: str
    already: bool
    """It was forgotten before; what was left over is removed."""
    files: list[str]
    """Reports and pages that showed the text: removed, or rewritten without it. The next command draws them anew."""
    releases: list[str]
    """Frozen releases that hold the record: they are marked, and yours to delete."""


def forget(store: Store, folder: Folder, task: Task, wanted: str, *, why: str) -> Forgotten:
    """Remove one record's content from database, vectors, answers, reports and dropped rows.

    Running it again finishes what a kill left. Raises WinnowError when none or more than one record fits.
    """
    with store.reading() as connection:
        record, text = _find(connection, wanted)
        already = connection.execute(select(t.forgotten).where(t.forgotten.c.record_id == record)).first()
        held = json.loads(already.releases) if already else releases_holding(connection, folder, record)
    files = _clean(folder, task, text) if text else []
    with store.writing() as connection:
        values = {"record_id": record, "why": why, "releases": json.dumps(held), "at": _now()}
        connection.execute(insert(t.forgotten).values(**values).on_conflict_do_nothing())
        connection.execute(update(t.record).where(t.record.c.id == record).values(text="", fold_key=""))
        connection.execute(update(t.sighting).where(t.sighting.c.record_id == record).values(session=None))
        connection.execute(update(t.decision).where(t.decision.c.record_id == record).values(why=""))
        connection.execute(delete(t.flag).where(t.flag.c.record_id == record))
    if text:
        files += _clean(folder, task, text)  # what another command wrote in between
    store.scour()
    return Forgotten(record, already is not None, sorted(set(files)), held)


def _find(connection: Connection, wanted: str) -> tuple[str, str]:
    query = select(t.record.c.id, t.record.c.text).where(t.record.c.id.startswith(wanted, autoescape=True)).limit(3)
    fits = connection.execute(query).fetchall() if len(wanted) >= SHORTEST else []
    if len(fits) != 1:
        found = "no record" if not fits else "more than one record"
        fix = "winnow show TEXT tells the id of a record"
        raise WinnowError(Fault(f"forget {wanted[:20]}", found, f"{SHORTEST} or more characters of one id", fix))
    return str(fits[0].id), str(fits[0].text)


def _clean(folder: Folder, task: Task, text: str) -> list[str]:
    """Remove a text from everything outside of the database; returns the files that held it."""
    delete_vectors([text, Guards(task.slots).masked(text)], folder.vectors)
    forms = [form.encode() for form in _forms(text)]
    touched = []
    for path in _files(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # another command took it away
        if any(form in content for form in forms):
            touched.append(str(path.relative_to(folder.root)))
            if path.parent == folder.dropped:
                _blank(path, content, text)
            else:
                path.unlink(missing_ok=True)
    return touched


def _files(folder: Folder) -> Iterator[Path]:
    pages = [folder.reports, folder.answers, folder.dropped, *folder.runs.glob("*/evaluation")]
    return (path for place in pages for path in sorted(place.rglob("*")) if path.is_file())


def _forms(text: str) -> set[str]:
    """How a text may be written in a file: plain, and as JSON, HTML and CSV escape it."""
    quoted = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    pages = {html.escape(text), html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return {text, text.replace('"', '""'), *quoted, *pages}


def _blank(path: Path, content: bytes, text: str) -> None:
    """Empty the text of a refused row that repeats the record."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")))
    place = DROPPED_COLUMNS.index("text")
    blanked = [[*row[:place], "", *row[place + 1 :]] if as_cell(text) in row else row for row in rows]
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(blanked)


def _now() -> Any:
    return datetime.now(UTC).isoformat(timespec="seconds")
