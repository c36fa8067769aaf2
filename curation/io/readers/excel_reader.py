"""Workbooks of Excel and LibreOffice: one sheet, with its values as a person reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.commands import table_option
from winnow.core.counted import counted
from winnow.core.suggest import suggestion
from winnow.curation.io.readers import workbook_process
from winnow.curation.io.readers.file_format import FileFormat, InputFile
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file
from winnow.curation.io.readers.table_header import (
    LOOKED_AT_ROWS,
    TableHeader,
    find_header,
    header_note,
    numbered_names,
    unique_names,
)

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of `.xlsx`, `.xlsm`, `.xlsb` and `.ods`, and those of `.xls`."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    is_hidden: bool
    first_row: int
    """The number of its first row, as the workbook shows it."""
    rows: list[list[str]]

    @property
    def filled(self) -> list[tuple[int, list[str]]]:
        """The rows that are not blank, with their numbers."""
        numbered = enumerate(self.rows, self.first_row)
        return [(number, cells) for number, cells in numbered if any(cell.strip() for cell in cells)]


def excel_rows(file: InputFile) -> Iterator[NumberedRow]:
    """Rows of the sheet that is named, or of the only one with rows. The row number is that of the sheet."""
    sheet = _sheet_to_read(read_sheets(file.content, name=file.name), file)
    yield from _named_rows(sheet.filled, file)


def read_sheets(content: bytes, *, name: str) -> list[Sheet]:
    """The sheets of a workbook. Raises WinnowError for a file that is none or is damaged."""
    if not content.startswith((ZIP_MAGIC, OLE_MAGIC)):
        raise unreadable_file(name, "no workbook", "a file of Excel or LibreOffice", "leave the format out")
    script = [sys.executable, "-I", str(Path(workbook_process.__file__))]
    done = subprocess.run(script, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    answer: dict[str, Any] = (
        json.loads(done.stdout) if done.returncode == 0 else {"problem": "it is damaged, or larger than memory"}
    )
    if "problem" in answer:
        found = f"a workbook that cannot be read: {answer['problem']}"
        raise unreadable_file(name, found, "an intact workbook", "open it and save it again as .xlsx, or as CSV")
    return [Sheet(**one) for one in answer["sheets"]]


def _sheet_to_read(sheets: Sequence[Sheet], file: InputFile) -> Sheet:
    """The sheet with the name, or the only one with rows that is not hidden. Raises WinnowError that lists them."""
    by_name = {one.name: one for one in sheets}
    filled = [one for one in sheets if one.filled]
    if file.table in by_name:
        _note_others([one for one in filled if one.name != file.table], file)
        return by_name[str(file.table)]
    listed = ", ".join(f"{one.name} ({counted(len(one.filled), 'row')})" for one in filled)
    if file.table is not None:
        fix = suggestion(file.table, [*by_name], "choose one of these")
        raise unreadable_file(file.name, f"no sheet {file.table!r}", f"one of {listed}", fix)
    if not filled:
        raise unreadable_file(file.name, "no sheet with rows", "a sheet with rows", "check that it is the right file")
    shown = [one for one in filled if not one.is_hidden] or filled
    if len(shown) > 1:
        largest = max(shown, key=lambda one: len(one.filled)).name
        fix = f"name the sheet: {table_option(largest)}"
        raise unreadable_file(file.name, f"{len(filled)} sheets: {listed}", "one sheet", fix)
    if len(filled) > 1:
        file.notes.append(f"{file.name}: sheet {shown[0].name!r}; hidden sheets are not read: {listed}")
    return shown[0]


def _note_others(others: Sequence[Sheet], file: InputFile) -> None:
    if others:
        listed = ", ".join(f"{one.name!r} ({counted(len(one.filled), 'row')})" for one in others)
        file.notes.append(f"{file.name}: sheet {file.table!r}; not read: {listed}")


def _named_rows(filled: Sequence[tuple[int, list[str]]], file: InputFile) -> Iterator[NumberedRow]:
    """The rows below the header as columns; columns without a name and a value are left out."""
    sample = [cells for _, cells in filled[:LOOKED_AT_ROWS]]
    header = TableHeader(0, file.header) if file.header is not None else find_header(sample, file.labels)
    file.notes.extend(header_note(file.name, header))
    below = filled[header.rows_above + 1 :] if header.is_present else filled
    names = _names(filled, header)
    yield from ((number, {name: cells[place] for place, name in names.items()}) for number, cells in below)


def _names(filled: Sequence[tuple[int, list[str]]], header: TableHeader) -> Mapping[int, str]:
    """The name of each column, by its place. One with values and without a name has its number."""
    width = max((len(cells) for _, cells in filled), default=0)
    kept = filled[header.rows_above :]
    used = [place for place in range(width) if any(cells[place].strip() for _, cells in kept)]
    if not header.is_present or not kept:
        return dict(zip(used, numbered_names(len(used)), strict=True))
    given = [kept[0][1][place].strip() or f"column {place + 1}" for place in used]
    return dict(zip(used, unique_names(given), strict=True))


EXCEL = FileFormat(
    "excel", excel_rows, suffixes=(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), magic=(ZIP_MAGIC, OLE_MAGIC)
)
