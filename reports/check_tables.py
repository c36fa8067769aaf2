"""What a check excluded and why, and label conflicts, as CSV tables for a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.atomic import atomic_write
from winnow.core.csv_cells import escape_cell

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.checks.check import CheckResult


def write_check_tables(check: CheckResult, folder: Path) -> list[Path]:
    """Write `excluded.csv`, each record with the one it repeats, `conflicts.csv` and `near_hold_out.csv`."""
    return [
        write_table(excluded_table(check), folder / "excluded.csv"),
        write_table(conflict_table(check), folder / "conflicts.csv"),
        write_table(near_hold_out_table(check), folder / "near_hold_out.csv"),
    ]


def excluded_table(check: CheckResult) -> pd.DataFrame:
    """Excluded records: `id, text, label, reason, kept_id, kept_text, similarity`."""
    table = check.table
    texts = dict(zip(table["id"], table["text"], strict=True))
    rows = table[table["split"] == "excluded"].sort_values(["reason", "similarity", "id"])
    return rows.assign(kept_text=[texts.get(kept_id, "") for kept_id in rows["kept_id"]])[
        ["id", "text", "label", "reason", "kept_id", "kept_text", "similarity"]
    ]


def conflict_table(check: CheckResult) -> pd.DataFrame:
    """Near train pairs under different labels: both ids, texts and labels, and the similarity."""
    facts = check.table.set_index("id")[["text", "label"]]
    pairs = check.conflicts
    left, right = facts.loc[pairs["left"]].reset_index(), facts.loc[pairs["right"]].reset_index()
    sides = left.add_prefix("left_").join(right.add_prefix("right_"))
    return sides.assign(similarity=pairs["similarity"].to_numpy())


def near_hold_out_table(check: CheckResult) -> pd.DataFrame:
    """Train records near a hold-out record that are no leaks: both texts and labels, the similarity, what differs."""
    import pandas as pd

    facts = check.table[["id", "text", "label"]]
    train = facts.iloc[[one.position for one in check.spared]].reset_index(drop=True)
    near = facts.iloc[[one.nearest.position for one in check.spared]].reset_index(drop=True).add_prefix("hold_out_")
    found = {
        "similarity": [one.nearest.similarity for one in check.spared],
        "differs_in": [";".join(one.guards) for one in check.spared],
    }
    return train.join(near).join(pd.DataFrame(found))


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV in one step; no text and no label starts like a formula. Returns its path."""
    with atomic_write(path) as temporary:
        cells = {name: table[name].map(escape_cell) for name in table.columns if name.endswith(("text", "label"))}
        table.assign(**cells).to_csv(temporary, index=False)
    return path
