"""Reads one file or table into rows that screening and adding understand."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.private import redacted
from curation.reading import formats
from curation.reading.columns import DROPPED_COLUMNS, Columns, find_columns, pick
from curation.reading.decoding import decoded, unzipped
from curation.spreadsheet import from_cell
from validators.faults import Fault, WinnowError
from validators.screening import Drop

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("auto", "csv", "tsv", "jsonl", "json", "parquet", "sqlite", "rasa", "lines")
SESSION_NAMES = (
    "session", "session_id", "user", "user_id", "customer", "customer_id", "conversation", "conversation_id", "thread",
)  # fmt: skip
"""Columns that may say which rows belong together."""
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".yml": "rasa",
    ".yaml": "rasa",
    ".txt": "lines",
}


@dataclass(frozen=True)
class Row:
    """One row as the file gave it: values unchecked, and the fault where it could not be read at all."""

    number: int
    text: object = None
    label: object = None
    route: object = None
    split: object = None
    session: object = None
    time: object = None
    fault: Drop | None = None
    family: str | None = None
    """The id of a family that stands: a variation joins the family of its seed. No file says this."""


@dataclass(frozen=True)
class Mended:
    """What a file of mended rows says of the file that the rows come from; empty where its rows differ."""

    origin: str
    licence: str


@dataclass(frozen=True)
class Reading:
    """What one file held."""

    name: str
    file_hash: str
    """SHA-256 of the file's bytes as they lay on disk."""
    columns: Columns
    rows: list[Row]
    notes: list[str]
    mended: Mended | None = None
    """Set for a file of dropped rows that comes back: its rows keep their session, split, origin and licence."""


@dataclass(frozen=True)
class Rows:
    """What one file held, before anybody said which column is what."""

    name: str
    file_hash: str
    """SHA-256 of the file's bytes as they lay on disk."""
    rows: list[formats.NumberedRow]
    notes: list[str]


def read_file(
    path: Path,
    *,
    columns: Columns | None = None,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
) -> Reading:
    """Read a file of any known format.

    Raises WinnowError when the file as a whole cannot be read; single bad rows come back with their fault.
    """
    found = read_rows(path, format=format, encoding=encoding, table=table)
    return _reading(found.name, found.file_hash, found.rows, columns or Columns(), found.notes)


def read_rows(
    path: Path,
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
) -> Rows:
    """Numbered rows of a file of any known format, with all their columns.

    Raises WinnowError when the file as a whole cannot be read; single bad rows come back as a Drop.
    """
    name = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WinnowError(Fault(str(path), error.strerror or str(error), "a readable file", "check the path")) from None
    content = unzipped(data, name=name)
    if content.startswith(b"PK\x03\x04"):
        raise WinnowError(Fault(name, "a zip archive or an Excel workbook", "a text table", "save it as CSV"))
    kind = _format(path, content) if format == "auto" else format
    if kind not in FORMATS:
        raise WinnowError(Fault(name, f"unknown format {kind!r}", ", ".join(FORMATS), "correct --format"))
    notes: list[str] = []
    if kind == "parquet":
        numbered = list(formats.parquet_rows(content, name=name))
    elif kind == "sqlite":
        _refuse_unfinished(path)
        numbered = list(formats.sqlite_rows(content, name=name, table=table))
    else:
        text, notes = decoded(content, name=name, encoding=encoding)
        numbered = list(_text_rows(kind, text, name))
    return Rows(name, hashlib.sha256(data).hexdigest(), numbered, notes)


def read_table(frame: pd.DataFrame, *, columns: Columns | None = None, name: str = "DataFrame") -> Reading:
    """Read a pandas table; missing values count as absent."""
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    digest = hashlib.sha256(frame.to_csv(index=False).encode("utf-8", "surrogatepass")).hexdigest()
    numbered: list[formats.NumberedRow] = [
        (number, {str(key): value for key, value in item.items()}) for number, item in enumerate(records, 1)
    ]
    return _reading(name, digest, numbered, columns or Columns(), [])


def _refuse_unfinished(path: Path) -> None:
    """A SQLite file whose newest rows still lie in its write-ahead log would be read without them."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        fix = "close the program that uses it, or run `PRAGMA wal_checkpoint(TRUNCATE)` in it"
        raise WinnowError(Fault(path.name, f"its newest rows are still in {log.name}", "a database at rest", fix))


def _text_rows(kind: str, text: str, name: str) -> Iterator[formats.NumberedRow]:
    if kind == "json":
        return formats.json_rows(text, name=name)
    if kind == "rasa":
        return formats.rasa_rows(text, name=name)
    readers = {
        "csv": formats.csv_rows,
        "tsv": formats.tsv_rows,
        "jsonl": formats.jsonl_rows,
        "lines": formats.line_rows,
    }
    return readers[kind](text)


def _format(path: Path, content: bytes) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if suffixes and suffixes[-1] in _SUFFIXES:
        return _SUFFIXES[suffixes[-1]]
    start = content[:2000].lstrip()
    if start.startswith(b"["):
        return "json"
    return "jsonl" if start.startswith(b"{") else "csv"


def _reading(name: str, digest: str, numbered: list[formats.NumberedRow], told: Columns, notes: list[str]) -> Reading:
    if not numbered:
        raise WinnowError(Fault(name, "no row", "rows of queries", "check that it is the right file, or say --format"))
    good = [fields for _, fields in numbered if not isinstance(fields, Drop)]
    present = list(dict.fromkeys(key for fields in good for key in fields))
    if not good:
        rows = [Row(number, fault=fault) for number, fault in numbered if isinstance(fault, Drop)]
        return Reading(name, digest, told, rows, [*notes, f"{name}: no readable row"])
    mended = _mended(good) if set(DROPPED_COLUMNS) <= set(present) else None
    if mended:
        numbered = [(n, f if isinstance(f, Drop) else {k: _uncelled(v) for k, v in f.items()}) for n, f in numbered]
    if mended and told.family is None:
        told = replace(told, family="session", split="split")
    splits = [_key(fields.get(key)) for key in present if key.lower() == "split" for fields in good]
    columns = find_columns(told, present, splits=splits, name=name)
    chosen = ", ".join(f"{role} = {column!r}" for role, column in columns.chosen().items())
    unused = [key for key in present if key not in columns.chosen().values()]
    notes = [*notes, f"{name}: {chosen}" + (f"; not used: {', '.join(map(redacted, unused[:10]))}" if unused else "")]
    people = [key for key in unused if key.casefold() in SESSION_NAMES]
    if people and columns.family is None:
        hint = f"say --family-column {people[0]} if its rows belong together: they then share a split, for ever"
        notes.append(f"{name}: {hint}")
    rows = [_row(number, fields, columns) for number, fields in numbered]
    return Reading(name, digest, columns, rows, notes, mended)


def _uncelled(value: Any) -> Any:
    return from_cell(value) if isinstance(value, str) else value


def _mended(rows: list[formats.Fields]) -> Mended:
    origins, licences = ({_key(fields[name]) for fields in rows} for name in ("origin", "licence"))
    return Mended(origins.pop() if len(origins) == 1 else "", licences.pop() if len(licences) == 1 else "")


def _row(number: int, fields: formats.Fields | Drop, columns: Columns) -> Row:
    if isinstance(fields, Drop):
        return Row(number, fault=fields)
    return Row(
        number,
        text=pick(fields, columns.text),
        label=pick(fields, columns.label),
        route=pick(fields, columns.route),
        split=pick(fields, columns.split),
        session=pick(fields, columns.family),
        time=pick(fields, columns.time),
    )


def _key(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
