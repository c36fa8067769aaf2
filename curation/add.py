"""Add: files become records, sightings and decisions, in one transaction; what may not enter is written down."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from curation.clock import now
from curation.folder import replacing
from curation.intake import (
    Batch,
    NewSource,
    StayPut,
    insert_new,
    live_records,
    reserve_counts,
    store_batch,
    store_records,
    store_sightings,
    store_source,
)
from curation.private import Scrubber
from curation.reading import DROPPED_COLUMNS, Reading
from curation.reading.columns import split_name
from curation.rename import renamings
from curation.screen import WITHHELD, Dropped, Kept, Memory, other_language, screen
from curation.spreadsheet import as_cell
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.working import forgotten_ids
from validators.faults import Fault, WinnowError

ORIGINS = ("human", "log", "public", "synthetic")
UNKNOWN_LICENCE = "unknown"
LONGEST_CELL = 4000
"""Characters of a refused cell that are written out."""
NAME_BATCH = "say --origin synthetic --batch NAME --generator NAME --prompt-version V --model NAME"


TRIES = 5
"""How often who adds begins again when another command renames or forgets meanwhile."""


class Meanwhile(Exception):  # noqa: N818  (it is no fault: the caller reads the task again and tries once more)
    """Another command changed what decides about rows, while rows were being screened."""


@dataclass(frozen=True)
class Addition:
    """How files are added."""

    origin: str | None = None
    """None: `human` for a file with labels, `log` for one without."""
    licence: str = UNKNOWN_LICENCE
    split: str | None = None
    """The official split of rows that name none."""
    batch: Batch | None = None


@dataclass(frozen=True)
class AddResult:
    """given = added + known + dropped."""

    given: int = 0
    added: int = 0
    """Records that were new."""
    known: int = 0
    """Rows whose record was there already; a new sighting counts towards its weight."""
    dropped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    flagged: dict[str, int] = field(default_factory=dict)
    private: dict[str, int] = field(default_factory=dict)
    """Private values that were replaced by stand-ins, by entity."""
    dropped_file: str | None = None
    sources: list[str] = field(default_factory=list)
    reserves: dict[str, int] = field(default_factory=dict)
    """Reserve of the records that were added."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Screened:
    """One file after screening."""

    reading: Reading
    origin: str
    licence: str
    settings: str
    kept: list[Kept]
    dropped: list[Dropped]


def add(
    store: Store,
    task: Task,
    readings: Sequence[Reading],
    addition: Addition,
    scrubber: Scrubber,
    *,
    dropped_dir: Path,
    also: Callable[[Connection, Set[str]], None] | None = None,
) -> AddResult:
    """Screen and store what was read. Adding the same file again changes nothing.

    `also` writes what belongs to it, in the same transaction; it is given the ids of the records that enter.
    Raises WinnowError when a file was added before under other settings, or when the options contradict each other,
    and Meanwhile when another command renamed or forgot something while the files were screened.
    """
    _check(task, addition)
    with store.reading() as connection:
        memory = Memory(scrubber, forgotten_ids(connection), renamings(connection))
    screened = [_screen(reading, task, addition, memory) for reading in readings]
    kept = [row for one in screened for row in one.kept]
    flags = _language_flags(kept, task)
    dropped_file = _write_dropped(screened, dropped_dir, scrubber)
    moment = now()
    with _undone(dropped_file), store.writing() as connection:
        if (forgotten_ids(connection), renamings(connection)) != (memory.forgotten, memory.renamed):
            raise Meanwhile
        live_before = live_records(connection, {row.record_id for row in kept})
        if addition.batch:
            store_batch(connection, addition.batch, moment)
        sources = [store_source(connection, _new_source(one, addition), moment) for one in screened]
        pairs = [(source, row) for source, one in zip(sources, screened, strict=True) for row in one.kept]
        origins = {source: one.origin for source, one in zip(sources, screened, strict=True)}
        mended = {source for source, one in zip(sources, screened, strict=True) if one.reading.mended}
        stay = store_records(connection, task, pairs, origins, mended, moment)
        store_sightings(connection, pairs, moment)
        insert_new(connection, t.flag, [{"record_id": r, "name": "language", "detail": d} for r, d in flags.items()])
        if also:
            also(connection, {row.record_id for row in kept})
        added = {row.record_id for row in kept} - live_before
        reserves = reserve_counts(connection, added)
    given = sum(len(one.reading.rows) for one in screened)
    dropped = sum(len(one.dropped) for one in screened)
    return AddResult(
        given=given,
        added=len(added),
        known=given - dropped - len(added),
        dropped=dropped,
        reasons=dict(Counter(d.drop.reason for one in screened for d in one.dropped).most_common()),
        flagged={"language": len(flags)} if flags else {},
        private=dict(sum((row.private for row in kept), Counter[str]()).most_common()),
        dropped_file=str(dropped_file.path) if dropped_file else None,
        sources=sources,
        reserves=reserves,
        notes=[note for one in screened for note in one.reading.notes]
        + _time_notes(screened)
        + _renamed_notes(kept)
        + _kept_notes(stay),
    )


@contextlib.contextmanager
def _undone(dropped: _DroppedFile | None) -> Iterator[None]:
    """Take the file of refused rows away again when nothing is added after all."""
    try:
        yield
    except BaseException:
        if dropped and dropped.new:
            dropped.path.unlink(missing_ok=True)
        raise


def _time_notes(screened: Sequence[_Screened]) -> list[str]:
    unread = sum(row.unread_time for one in screened for row in one.kept)
    return [f"{unread:,} times are not ISO 8601 or seconds since 1970, and are not kept"] if unread else []


def _renamed_notes(kept: Sequence[Kept]) -> list[str]:
    renamed = Counter((row.given_label, row.label) for row in kept if row.given_label != row.label)
    return [f"{count:,} rows labeled {old!r} count as {new!r}: it was renamed" for (old, new), count in renamed.items()]


def _kept_notes(kept: StayPut) -> list[str]:
    notes = []
    if kept.reserves:
        given = "the official split given now: a reserve is for ever"
        notes.append(f"{kept.reserves:,} known records keep another reserve than {given}")
    if kept.families:
        given = "the session declared now: a family is for ever, and the session's rows may stand in several splits"
        notes.append(f"{kept.families:,} known records keep another family than {given}")
    return notes


def _check(task: Task, addition: Addition) -> None:
    faults = []
    if task.kind != "intents":
        fix = "this version adds intents only"
        faults.append(Fault("winnow.yaml", f"kind {task.kind!r}", "kind: intents", fix))
    if addition.origin is not None and addition.origin not in ORIGINS:
        faults.append(Fault("--origin", repr(addition.origin), ", ".join(ORIGINS), "correct --origin"))
    if addition.split is not None and addition.split not in ("train", "validation", "test"):
        faults.append(Fault("--split", repr(addition.split), "train, validation or test", "correct --split"))
    if addition.batch and addition.origin != "synthetic":
        fix = "say --origin synthetic, or leave out --batch"
        faults.append(Fault("--batch", f"origin {addition.origin or 'not said'}", "origin synthetic", fix))
    if addition.origin == "synthetic" and not addition.batch:
        faults.append(Fault("--origin synthetic", "no batch", "the batch that made the rows", NAME_BATCH))
    if addition.origin == "synthetic" and addition.split in ("validation", "test"):
        faults.append(Fault("--split", addition.split, "train: synthetic rows are never hold-out", "leave out --split"))
    if faults:
        raise WinnowError(faults)


def _screen(reading: Reading, task: Task, addition: Addition, memory: Memory) -> _Screened:
    kept, dropped = screen(reading.rows, task, memory, split=addition.split)
    labeled = any(row.label not in (None, "") for row in reading.rows)
    remembered = reading.mended.origin if reading.mended else ""
    origin = addition.origin or remembered or ("human" if labeled else "log")
    licence = memory.scrubber.scrub(addition.licence).text
    if licence == UNKNOWN_LICENCE and reading.mended and reading.mended.licence:
        licence = reading.mended.licence
    if origin == "synthetic" and not addition.batch:
        raise WinnowError(Fault(reading.name, "synthetic rows without a batch", "the batch that made them", NAME_BATCH))
    if addition.origin is None and not remembered:
        why = "it has labels" if labeled else "it has no labels"
        reading.notes.append(f"{reading.name}: origin {origin!r}, because {why}; say --origin to change that")
    if licence == UNKNOWN_LICENCE:
        reading.notes.append(f"{reading.name}: licence unknown, and a release needs one: say --licence NAME")
    stem = split_name(Path(reading.name).name.split(".")[0])
    if stem and addition.split is None and "split" not in reading.columns.chosen():
        reading.notes.append(f"{reading.name}: no official split; say --split {stem} if it is one")
    settings = {
        "columns": reading.columns.chosen(),
        "origin": origin,
        "licence": licence,
        "split": addition.split,
        "batch": addition.batch.id if addition.batch else None,
    }
    return _Screened(reading, origin, licence, json.dumps(settings, sort_keys=True), kept, dropped)


def _new_source(one: _Screened, addition: Addition) -> NewSource:
    return NewSource(
        file_hash=one.reading.file_hash,
        name=one.reading.name,
        settings=one.settings,
        origin=one.origin,
        licence=one.licence,
        batch_id=addition.batch.id if addition.batch else None,
    )


def _language_flags(kept: Sequence[Kept], task: Task) -> dict[str, str]:
    texts = {row.record_id: row.text for row in kept}
    ids = list(texts)
    return {ids[i]: found for i, found in other_language(list(texts.values()), task.language).items()}


@dataclass(frozen=True)
class _DroppedFile:
    """Where refused rows were written, and whether they were not there before."""

    path: Path
    new: bool


def _write_dropped(screened: Sequence[_Screened], folder: Path, scrubber: Scrubber) -> _DroppedFile | None:
    """All refused rows of one command, as a CSV that a person can mend and add again.

    Private data is replaced in every cell, and where it is the reason the text is left out: source and row say where it
    is. A file that someone has begun to mend is never overwritten.
    """
    rows = [(one, fallen) for one in screened for fallen in one.dropped]
    if not rows:
        return None
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(DROPPED_COLUMNS)
    for one, fallen in rows:
        row, withheld = fallen.row, fallen.drop.reason in WITHHELD
        text = fallen.drop.raw if row.text is None else row.text
        session = scrubber.pseudonym(str(row.session)) if row.session else None
        told = [row.label, row.route, row.split, session, row.time, fallen.drop.reason, fallen.drop.detail]
        trace = [one.reading.name, row.number, one.origin, one.licence]
        cells = [_scrubbed(value, scrubber) for value in ("" if withheld else text, *told)]
        writer.writerow([as_cell(cell) for cell in (*cells, *map(str, trace))])
    content = buffer.getvalue().encode()
    digest = hashlib.sha256("".join(one.reading.file_hash for one in screened).encode()).hexdigest()[:12]
    stem = f"{Path(screened[0].reading.name).stem[:60]}-{digest}"
    names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
    path = next(p for p in (folder / f"{n}.csv" for n in names) if not p.exists() or p.read_bytes() == content)
    new = not path.exists()
    if new:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    return _DroppedFile(path, new)


def _scrubbed(value: object, scrubber: Scrubber) -> str:
    """A cell without private data; of a very long one only the beginning, which is enough to find and mend it."""
    text = "" if value is None else str(value).encode("utf-8", "backslashreplace").decode()
    if len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]} … ({len(text):,} characters)"
    return scrubber.scrub(text).text
