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
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.folder import Folder, replacing
from curation.ledger import entries, placements
from curation.reading import DROPPED_COLUMNS
from curation.records import canonical_text
from curation.spreadsheet import from_cell
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.vectors import delete_vectors
from validators.faults import Fault, WinnowError
from validators.guards import Guards

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
    """Frozen releases that hold the record, or quote it: they are yours to delete."""
    exports: list[str]
    """Files under `exports/`, and the file of `must_pass`, that hold the text: they too."""
    queues: list[str]
    """Argilla datasets that still hold the record because their server was not there: the next push or pull, or
    forgetting it again, deletes it."""


def forget(store: Store, folder: Folder, task: Task, wanted: str, *, why: str) -> Forgotten:
    """Remove one record's content from database, vectors, answers, reports and dropped rows.

    Running it again finishes what a kill left. Raises WinnowError when none or more than one record fits, and
    ServiceError while another command still reads what was there before.
    """
    with store.reading() as connection:
        record, text, family = _find(connection, wanted)
        already = connection.execute(select(t.forgotten).where(t.forgotten.c.record_id == record)).first() is not None
        held = _releases(connection, folder, record, text)
    files = _clean(folder, task, text) if text else []
    with store.writing() as connection:
        values = {"record_id": record, "why": why, "at": now()}
        connection.execute(insert(t.forgotten).values(**values).on_conflict_do_nothing())
        connection.execute(update(t.record).where(t.record.c.id == record).values(text="", fold_key=""))
        connection.execute(update(t.sighting).where(t.sighting.c.record_id == record).values(session=None, time=None))
        connection.execute(update(t.decision).where(t.decision.c.record_id == record).values(why=""))
        connection.execute(update(t.answer).where(t.answer.c.record_id == record).values(content="{}"))
        connection.execute(delete(t.flag).where(t.flag.c.record_id == record))
        connection.execute(delete(t.suspicion).where(t.suspicion.c.record_id == record))
        connection.execute(update(t.candidate).where(t.candidate.c.record_id == record).values(detail="{}"))
        if text:
            _blank_questions(connection, text)
        if _was_the_last(connection, family):
            connection.execute(update(t.family).where(t.family.c.id == family).values(declared=""))
    if text:
        files += _clean(folder, task, text)  # what another command wrote in between
    store.scour()
    exports = _kept_by_people(folder, task, text) if text else []
    return Forgotten(record, already, sorted(set(files)), held, exports, queues=[])


def _kept_by_people(folder: Folder, task: Task, text: str) -> list[str]:
    """Files that hold a text and that Winnow does not change."""
    places = [folder.root / "exports", *([folder.root / task.must_pass] if task.must_pass else [])]
    inside = [place for place in places if place.is_relative_to(folder.root)]
    return [str(path.relative_to(folder.root)) for place in inside for path in _holding(place, text)]


def _find(connection: Connection, wanted: str) -> tuple[str, str, str]:
    record = t.record.c
    query = (
        select(record.id, record.text, record.family_id).where(record.id.startswith(wanted, autoescape=True)).limit(3)
    )
    fits = connection.execute(query).fetchall() if len(wanted) >= SHORTEST else []
    if len(fits) != 1:
        found = "no record" if not fits else "more than one record"
        fix = "winnow show TEXT tells the id of a record"
        raise WinnowError(Fault(f"forget {wanted[:20]}", found, f"{SHORTEST} or more characters of one id", fix))
    return str(fits[0].id), str(fits[0].text), str(fits[0].family_id)


def _was_the_last(connection: Connection, family: str) -> bool:
    """Whether every record of a family is forgotten now."""
    gone = select(t.forgotten.c.record_id)
    left = select(t.record.c.id).where(t.record.c.family_id == family, t.record.c.id.not_in(gone)).limit(1)
    return connection.execute(left).first() is None


def _releases(connection: Connection, folder: Folder, record: str, text: str) -> list[str]:
    """Releases at hand that hold a record; those of before also quote texts that they leave out."""
    holding = {name for name, _ in placements(connection, folder, record)}
    names = [entry["name"] for entry in entries(connection, "release")]
    return [name for name in names if name in holding or (text and any(_holding(folder.releases / name, text)))]


def _clean(folder: Folder, task: Task, text: str) -> list[str]:
    """Remove a text from everything outside of the database; returns the files that held it."""
    delete_vectors([text, Guards(task.slots).masked(text)], folder.vectors)
    touched = []
    for place in (folder.reports, *folder.runs.glob("*/evaluation")):
        for path in _holding(place, text):
            path.unlink(missing_ok=True)
            touched.append(path)
    touched += [path for path in sorted(folder.dropped.glob("*.csv")) if _blank_row(path, text)]
    asked = (
        *folder.answers.rglob("*.json"),
        *folder.runs.glob("*/answers/*/*.json"),
        *folder.runs.glob("*/prompt.json"),
    )
    touched += [path for path in sorted(asked) if _blank_answer(path, text)]
    return [str(path.relative_to(folder.root)) for path in touched]


def _holding(place: Path, text: str) -> Iterator[Path]:
    """Files below a folder, or a file itself, that hold a text, in any form in which Winnow writes it."""
    forms = [form.encode() for form in _forms(text)]
    for path in sorted(place.rglob("*")) if place.is_dir() else (place,):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # another command took it away
        if any(form in content for form in forms):
            yield path


def _forms(text: str) -> set[str]:
    """How a text may be written in a file: plain, and as JSON, HTML and CSV escape it."""
    quoted = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    pages = {html.escape(text), html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return {text, text.replace('"', '""'), *quoted, *pages}


def _blank_row(path: Path, text: str) -> bool:
    """Empty the text of refused rows that repeat a record, or hold its text; says whether there were any."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8", errors="replace"), newline="")))
    place = DROPPED_COLUMNS.index("text")
    found = [i for i, row in enumerate(rows) if len(row) > place and text in canonical_text(from_cell(row[place]))]
    for i in found:
        rows[i][place] = ""
    if found:
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    return bool(found)


def _blank_answer(path: Path, text: str) -> bool:
    """Empty what is, or quotes, the text in an answer or a prompt; says whether there was any.

    The rest was paid for and stays.
    """
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    blanked = _without(answer, text)
    if blanked == answer:
        return False
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(blanked, ensure_ascii=False), encoding="utf-8")
    return True


def _blank_questions(connection: Connection, text: str) -> None:
    """Empty the quotations of a text in what generators asked; the rest of a question says what was paid for."""
    q = t.question.c
    for identity, body, about in connection.execute(select(q.id, q.body, q.about)).fetchall():
        blanked = {"body": _unquoted(body, text), "about": _unquoted(about, text)}
        if blanked != {"body": body, "about": about}:
            connection.execute(update(t.question).where(q.id == identity).values(**blanked))


def _unquoted(written: str, text: str) -> str:
    """JSON, also inside of JSON, without the quotations of a text."""
    for plain in {json.dumps(text), json.dumps(text, ensure_ascii=False)}:
        for quoted in (plain, plain.replace("<", "\\u003c").replace(">", "\\u003e")):
            written = written.replace(quoted, '""')
            for inner in (json.dumps(quoted)[1:-1], json.dumps(quoted, ensure_ascii=False)[1:-1]):
                written = written.replace(inner, '\\"\\"')
    return written


def _without(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, text) for inner in value]
    if not isinstance(value, str):
        return value
    return "" if canonical_text(value) == text else _unquoted(value, text)
