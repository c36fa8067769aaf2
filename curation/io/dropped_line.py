"""One line of a file of dropped rows: the row as it was, why it was dropped, and how its file was added."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import SkipValidation

from winnow.core.record import Record
from winnow.core.vocabulary import RawFormat

UncheckedText = Annotated[str, SkipValidation]
"""A text that may hold lone surrogates: bytes of the file that are not valid characters."""


class DroppedBatch(Record):
    """The generation batch of a synthetic source."""

    id: str
    """Name of the batch."""
    generator: str
    """Generator that produced it."""
    prompt_version: str
    """Version of the generator's prompt."""
    model: str
    """Model that wrote the rows."""


class DroppedSource(Record):
    """The source of a dropped row: with it the fixed row is added as a row of the file that it came from."""

    file_hash: str
    """SHA-256 of the file's bytes, as hexadecimal digits."""
    format: RawFormat
    """Format of `raw`."""
    origin: str
    """Origin that the file was added with."""
    license: str
    """License that the file was added with."""
    split: str | None
    """Official split of the file's rows that do not name one."""
    settings: dict[str, Any]
    """Columns and options that the file was added with, as the source stores them."""
    batch: DroppedBatch | None
    """The batch of a synthetic source."""


class DroppedLine(Record):
    """A dropped row. To fix it, change `row` (or `raw`) and add the file again; the other fields stay as they are."""

    winnow: Literal["dropped row"]
    """Marks the line as a dropped row."""
    reason: str
    """Why the row was dropped, as a name."""
    detail: UncheckedText
    """The same as a sentence."""
    fix: UncheckedText
    """The setting or the edit that lets the row in."""
    file: UncheckedText
    """Name of the file that the row came from."""
    number: int
    """Row of that file, as the reader counts it."""
    row: SkipValidation[dict[str, Any]] | None
    """Every column of the row with its value; private values are replaced. A value that JSON lacks is an object with
    `winnow_type` and `text`. None for a row that could not be read into columns."""
    raw: UncheckedText | None
    """The line of a row that could not be read into columns, in a CSV file below its header."""
    repairable: bool
    """Whether the fixed row can be added from here; a row of a generator or of a release is made or added again."""
    source: DroppedSource
    """The file that the row came from, and how it was added."""

    def text(self) -> str:
        """The line as JSON. Characters stay readable unless the line holds bytes that are not valid characters."""
        facts = self.model_dump(warnings=False)
        line = json.dumps(facts, ensure_ascii=False)
        return line if is_encodable(line) else json.dumps(facts)


def is_encodable(text: str) -> bool:
    """Whether every character of a text is a valid one."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
