"""The columns of a file of dropped rows, and how fixed rows come back from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from winnow.core.csv_cells import unescape_cell
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.validators.kinds.kind import Kind

DROPPED_DETAILS = (
    "label", "route", "split", "session", "time", "reason", "detail", "file", "row", "origin", "license",
)  # fmt: skip


def dropped_columns(kind: Kind) -> list[str]:
    """Header of the file that `add` writes for dropped rows; a file with all of these columns is one that was fixed."""
    return [*kind.content_columns, *DROPPED_DETAILS]


@dataclass(frozen=True)
class FixedRows:
    """The origin and license that corrected rows were dropped with; empty where they differ."""

    origin: str
    license: str


def unescape_value(value: Any) -> Any:
    """A value without the escape that protects spreadsheets from formulas."""
    return unescape_cell(value) if isinstance(value, str) else value


def fixed_rows(rows: list[Fields]) -> FixedRows:
    """The origin and license that all the rows share."""
    origins, licenses = ({value_text(fields[name]) for fields in rows} for name in ("origin", "license"))
    return FixedRows(origins.pop() if len(origins) == 1 else "", licenses.pop() if len(licenses) == 1 else "")
