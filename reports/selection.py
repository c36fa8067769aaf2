"""What a check left out and why, as tables that open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from curation.folder import replacing
from curation.spreadsheet import as_cell

if TYPE_CHECKING:
    import pandas as pd

    from curation.check import Check


def write_selection(check: Check, folder: Path) -> list[Path]:
    """Write `excluded.csv`, each record with what it repeats, and `conflicts.csv`; returns their paths."""
    return [_write(excluded(check), folder / "excluded.csv"), _write(torn(check), folder / "conflicts.csv")]


def excluded(check: Check) -> pd.DataFrame:
    """Excluded records: `id, text, label, reason, keeper, keeper_text, similarity`."""
    table = check.table
    texts = dict(zip(table["id"], table["text"], strict=True))
    rows = table[table["split"] == "excluded"].sort_values(["reason", "similarity", "id"])
    return rows.assign(keeper_text=[texts.get(keeper, "") for keeper in rows["keeper"]])[
        ["id", "text", "label", "reason", "keeper", "keeper_text", "similarity"]
    ]


def torn(check: Check) -> pd.DataFrame:
    """Near train pairs under different labels: both ids, texts and labels, and the similarity."""
    facts = check.table.set_index("id")[["text", "label"]]
    pairs = check.conflicts
    left, right = facts.loc[pairs["left"]].reset_index(), facts.loc[pairs["right"]].reset_index()
    sides = left.add_prefix("left_").join(right.add_prefix("right_"))
    return sides.assign(similarity=pairs["similarity"].to_numpy())


def _write(table: pd.DataFrame, path: Path) -> Path:
    with replacing(path) as temporary:
        cells = {name: table[name].map(as_cell) for name in table.columns if name.endswith(("text", "label"))}
        table.assign(**cells).to_csv(temporary, index=False)
    return path
