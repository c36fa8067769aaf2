"""Write dropped rows, whole, with the reason, to a CSV that can be fixed and added again."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.csv_cells import escape_cell
from winnow.core.hashing import stable_hash
from winnow.curation.ingest.screen import TEXT_WITHHELD, DroppedRow
from winnow.curation.ingest.screen_file import ScreenedFile
from winnow.curation.io.readers.dropped_rows import dropped_columns
from winnow.curation.pii.scrub import Scrubber
from winnow.validators.kinds.kind import Kind

MAX_CELL_CHARACTERS = 4000
"""Characters of a dropped cell that are written out."""


@dataclass(frozen=True)
class DroppedFile:
    """Where dropped rows were written, and whether the file is new."""

    path: Path
    new: bool


def write_dropped(
    screened: Sequence[ScreenedFile], kind: Kind, folder: Path, scrubber: Scrubber, *, dry_run: bool = False
) -> DroppedFile | None:
    """All dropped rows of one command, as a CSV that can be fixed and added again.

    Private data is replaced in every cell; if it is the reason for dropping the row, the text is left out, and source
    and row say where to find it. A file that somebody has started to edit is never overwritten. A dry run names the
    file and does not write it.
    """
    rows = [(one, dropped_row) for one in screened for dropped_row in one.dropped]
    if not rows:
        return None
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(dropped_columns(kind))
    for one, dropped_row in rows:
        row, withheld = dropped_row.row, dropped_row.drop.reason in TEXT_WITHHELD
        cells = [""] * len(kind.content_columns) if withheld else _content_cells(dropped_row, kind)
        session = scrubber.pseudonym(str(row.session)) if row.session else None
        details = [row.label, row.route, row.split, session, row.time, dropped_row.drop.reason, dropped_row.drop.detail]
        trace = [one.reading.name, row.number, one.origin, one.license]
        scrubbed = [_scrubbed_cell(value, scrubber) for value in (*cells, *details)]
        writer.writerow([escape_cell(cell) for cell in (*scrubbed, *map(str, trace))])
    content = buffer.getvalue().encode()
    digest = stable_hash("".join(one.reading.file_hash for one in screened), length=12)
    stem = f"{Path(screened[0].reading.name).stem[:60]}-{digest}"
    names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
    path = next(p for p in (folder / f"{n}.csv" for n in names) if not p.exists() or p.read_bytes() == content)
    new = not path.exists()
    if new and not dry_run:
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
    return DroppedFile(path, new)


def _content_cells(dropped_row: DroppedRow, kind: Kind) -> list[object]:
    """The values of a row's content; a row that could not be parsed stands whole in the first column."""
    values = [dropped_row.row.content.get(name) for name in kind.content_columns]
    return values if any(value is not None for value in values) else [dropped_row.drop.raw, *values[1:]]


def _scrubbed_cell(value: object, scrubber: Scrubber) -> str:
    """A cell without private data; a very long one is truncated, with enough text left to find and fix it."""
    text = "" if value is None else str(value).encode("utf-8", "backslashreplace").decode()
    if len(text) > MAX_CELL_CHARACTERS:
        text = f"{text[:MAX_CELL_CHARACTERS]} … ({len(text):,} characters)"
    return scrubber.scrub(text).text
