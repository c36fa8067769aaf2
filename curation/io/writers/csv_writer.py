"""CSV: a header and one line per row, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.csv_cells import escape_cell
from winnow.curation.io.writers.export_format import ExportFormat

if TYPE_CHECKING:
    import pandas as pd


def csv_text(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """A header and one line per row; facets are joined by spaces, and no cell starts like a formula."""
    table = rows[list(columns)].assign(facets=[" ".join(f) for f in rows["facets"]])
    cells = {name: table[name].map(escape_cell) for name in table.columns if name != "weight"}
    return str(table.assign(**cells).to_csv(index=False, lineterminator="\n"))


CSV_FORMAT = ExportFormat("csv", ".csv", table=csv_text)
