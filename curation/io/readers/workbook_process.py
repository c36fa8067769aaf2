"""Read a workbook in a process of its own, which a damaged file may end: run as a script, it imports nothing of Winnow.

The parser is native code. It panics on damaged `.xls` files, and a cell far away makes it ask for more memory than any
machine has; both end the process. Standard input is the workbook, and standard output its sheets as JSON.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY_LIMIT = 8 << 30
"""Bytes of memory that the process may have."""

SIGNIFICANT_DIGITS = 15
"""Digits of a number that Excel shows."""


def cell_text(value: Any) -> str:
    """A cell as a person reads it: `1` is not `1.0`, a day has no time, and a number no digits beyond those shown."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.{SIGNIFICANT_DIGITS}g}"
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    return str(value) if isinstance(value, str | int | date | time | timedelta) else ""


def sheets_of(content: bytes) -> list[dict[str, Any]]:
    """The sheets with cells: name, whether it is hidden, the number of its first row, and its rows as texts."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    found = []
    with load_workbook(io.BytesIO(content)) as workbook:
        for one in workbook.sheets_metadata:
            if one.typ == SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_name(one.name)
                hidden = one.visible != SheetVisibleEnum.Visible
                first = sheet.start[0] + 1 if sheet.start else 1
                found.append({"name": one.name, "is_hidden": hidden, "first_row": first, "rows": _texts(sheet)})
    return found


def _texts(sheet: Any) -> list[list[str]]:
    """The cells from the first used one on; a cell that is merged with one above has its value."""
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python()]
    top, left = sheet.start or (0, 0)
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        for row in range(first - top + 1, last - top + 1):
            if top <= first and row < len(rows) and 0 <= column - left < len(rows[row]):
                rows[row][column - left] = rows[first - top][column - left]
    return rows


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _answer(content: bytes) -> dict[str, Any]:
    from python_calamine import CalamineError, PasswordError

    try:
        return {"sheets": sheets_of(content)}
    except PasswordError:
        return {"problem": "it has a password"}
    except (CalamineError, OSError, ValueError, MemoryError) as error:
        return {"problem": str(error)[:200]}


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_answer(sys.stdin.buffer.read())))
