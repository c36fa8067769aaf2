"""The share of train rows that an exclusion removes: shared by the gates duplicates and leakage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.vocabulary import ExclusionReason
from winnow.curation.checks.gates.gate import EVIDENCE_SHOWN, NO_TRAIN_ROW, Gate, gate_not_measured, verdict_of
from winnow.validators.stats.intervals import wilson_bounds

if TYPE_CHECKING:
    import pandas as pd


def measure_lost_share(
    name: str,
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    share_max: float,
    label_share_max: float,
    by: Sequence[str],
    evidence: Sequence[str],
    fix: str,
) -> Gate:
    """Share of train rows that an exclusion removes: of all rows, and of the label or source that loses most.

    `before` and `after` hold the train rows (columns `label`, `sources`). The gate fails when more than `share_max`
    of all rows is lost, or more than `label_share_max` of one value of a column in `by` ("label", "sources"), by the
    lower end of the 95 % Wilson interval: with few rows, one or two would decide.
    """
    if before.empty:
        return gate_not_measured(name, share_max, NO_TRAIN_ROW, command("add", "FILE"))
    total = 1 - len(after) / len(before)
    groups = {column: lost_by_value(before[column].explode(), after[column].explode()) for column in by}
    over = [
        f"{column.removesuffix('s')} {key} loses {share:.1%} ({count} of {rows} rows), more than {label_share_max:.0%}"
        for column, table in groups.items()
        for key, share, count, rows in table.itertuples(name=None)
        if wilson_bounds(share, rows)[0] > label_share_max
    ]
    worst = [
        f"{key} loses {share:.1%} ({count} of {rows} rows)"
        for key, share, count, rows in groups["label"].head(3).itertuples(name=None)
    ]
    failed = total > share_max or bool(over)
    return Gate(
        name,
        round(total, 4),
        share_max,
        verdict_of(failed),
        (*over[:EVIDENCE_SHOWN], *([] if over else worst), *evidence),
        fix if failed else "",
    )


def lost_by_value(before: pd.Series[str], after: pd.Series[str]) -> pd.DataFrame:
    """`share` and `count` of rows lost and `rows` before, for each value that lost any, the largest share first."""
    import pandas as pd

    counts = before.value_counts()
    gone = (counts - after.value_counts().reindex(counts.index, fill_value=0)).astype(int)
    table = pd.DataFrame({"share": gone / counts, "count": gone, "rows": counts})
    return table[table["count"] > 0].sort_values(["share", "count"], ascending=False, kind="stable")


def excluded_examples(final: pd.DataFrame, reason: ExclusionReason) -> list[str]:
    """Two excluded rows with the row they repeat, the least similar first: those most worth checking by eye."""
    texts = dict(zip(final["id"], final["text"], strict=True))
    rows = final[final["reason"] == reason].sort_values(["similarity", "id"]).head(2)
    return [
        f"{text[:80]!r} repeats {texts[kept_id][:80]!r} ({similarity:.3f})"
        for text, kept_id, similarity in rows[["text", "kept_id", "similarity"]].itertuples(index=False, name=None)
    ]
