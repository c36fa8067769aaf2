"""Gates: one measured check with a threshold each. Pure: they read the selection, they change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from validators.schemas import schema_faults

Verdict = Literal["pass", "fail", "waived", "not_measured"]
NOT_WAIVABLE = ("schema", "hold_out_integrity", "undecided_lots", "call_format")
"""Design rule 7."""
GATES = (
    "schema",
    "hold_out_integrity",
    "duplicates",
    "leakage",
    "disputed",
    "minimum_per_label",
    "label_balance",
    "synthetic_share",
)
SMALLEST_SOURCE = 20
"""A source with fewer train rows is not judged by the share it loses: one row would decide."""
SHOWN = 5
"""Pieces of evidence a gate lists."""


@dataclass(frozen=True)
class Gate:
    """What was measured, against what, and what to do about it."""

    name: str
    measured: float | None
    """None when not measured."""
    threshold: float
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    fix: str = ""
    """The command or edit that mends it; empty when nothing is to be done."""


def schema(selected: pd.DataFrame, labels: Sequence[str]) -> Gate:
    """Breaches of the release schema; none is allowed."""
    if selected.empty:
        return _not_measured("schema", 0, "no labeled record yet", "winnow add FILE")
    faults = schema_faults(selected, labels)
    return _at_most("schema", len(faults), 0, faults, "mend winnow.yaml, or mend the rows and winnow add FILE")


def hold_out_integrity(selected: pd.DataFrame) -> Gate:
    """Breaches of rule 1 and of "no family spans two splits"; none is allowed, and no split may be empty."""
    if selected.empty:
        return _not_measured("hold_out_integrity", 0, "no labeled record yet", "winnow add FILE")
    faults = [
        f"the {split} split is empty"
        for split in ("train", "validation", "test")
        if split not in set(selected["split"])
    ]
    spans = selected.groupby("family", sort=True)["split"].nunique()
    faults += [f"family {family} spans {n} splits" for family, n in spans[spans > 1].items()]
    held = selected[selected["split"] != "train"]
    faults += [
        f"record {i} in {s} is synthetic"
        for i, s in held.loc[held["origin"] == "synthetic", ["id", "split"]].to_numpy()
    ]
    machine = ~held["decided_by"].isin(["adjudicator", "agreement", "person", "file"])
    faults += [
        f"record {i} in {s} was labeled by no person and no file"
        for i, s in held.loc[machine, ["id", "split"]].to_numpy()
    ]
    moved = held.loc[held["split"] != held["reserve"], ["id", "split", "reserve"]]
    faults += [f"record {i} is exported as {s} but reserved for {r}" for i, s, r in moved.to_numpy()]
    fix = "winnow add FILE: labeled rows without an official split, so that some are drawn for every split"
    return _at_most("hold_out_integrity", len(faults), 0, faults, fix)


def lost(
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
    """Share of train rows that an exclusion costs: over all, and for what loses most.

    `before` and `after` hold the train rows (columns `label`, `sources`). The gate fails when the whole loses more
    than `share_max`, or one value of a column in `by` ("label", "sources") more than `label_share_max`.
    """
    if before.empty:
        return _not_measured(name, share_max, "no train row yet", "winnow add FILE")
    total = 1 - len(after) / len(before)
    groups = {column: lost_by(before[column].explode(), after[column].explode()) for column in by}
    over = [
        f"{column.removesuffix('s')} {key} loses {share:.1%} ({count} of {rows} rows), more than {label_share_max:.0%}"
        for column, table in groups.items()
        for key, share, count, rows in table.itertuples(name=None)
        if share > label_share_max and (column == "label" or rows >= SMALLEST_SOURCE)
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
        "fail" if failed else "pass",
        (*over[:SHOWN], *([] if over else worst), *evidence),
        fix if failed else "",
    )


def lost_by(before: pd.Series[str], after: pd.Series[str]) -> pd.DataFrame:
    """`share` and `count` of rows lost and `rows` before, by value, the largest share first; only what lost any."""
    counts = before.value_counts()
    gone = (counts - after.value_counts().reindex(counts.index, fill_value=0)).astype(int)
    table = pd.DataFrame({"share": gone / counts, "count": gone, "rows": counts})
    return table[table["count"] > 0].sort_values(["share", "count"], ascending=False, kind="stable")


def disputed(states: pd.Series[str], pairs: Mapping[tuple[str, ...], int], share_max: float) -> Gate:
    """Share of disputed records among those with a label or a dispute. `pairs` counts disputes by their labels."""
    labeled, torn = int((states == "labeled").sum()), int((states == "disputed").sum())
    if labeled + torn == 0:
        return _not_measured("disputed", share_max, "no labeled record yet", "winnow add FILE")
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    evidence = [f"{' and '.join(labels)}: {count} texts under both" for labels, count in ranked]
    fix = "mend the labels in the source file, then winnow retract SOURCE and winnow add FILE"
    return _at_most("disputed", round(torn / (labeled + torn), 4), share_max, evidence, fix, always=True)


def minimum_per_label(
    train: pd.Series[str], labels: Sequence[str], minimum: int, target: int, labeled: pd.Series[str]
) -> Gate:
    """Train rows of the smallest label. Labels under the target of labeled records are told, not gated."""
    counts = train.value_counts().reindex(list(labels), fill_value=0)
    under = counts[counts < minimum].sort_values(kind="stable")
    evidence = [f"{label} has {count} train rows" for label, count in under.items()]
    all_labeled = labeled.value_counts().reindex(list(labels), fill_value=0)
    short = int((all_labeled < target).sum())
    if short:
        evidence.append(f"{short} of {len(labels)} labels are under the target of {target} labeled records")
    smallest = int(counts.min()) if len(counts) else 0
    verdict: Verdict = "pass" if smallest >= minimum else "fail"
    fix = (
        "" if verdict == "pass" else f"add labeled rows for {', '.join(map(str, under.index[:SHOWN]))}: winnow add FILE"
    )
    return Gate("minimum_per_label", smallest, minimum, verdict, tuple(evidence[:SHOWN]), fix)


def label_balance(train: pd.Series[str], fallback: str | None, ratio_max: float) -> Gate:
    """Largest label of train to the smallest one that has rows, the fallback left out."""
    counts = train[train != fallback].value_counts()
    if counts.empty:
        return _not_measured("label_balance", ratio_max, "no train row yet", "winnow add FILE")
    ratio = round(float(counts.iloc[0] / counts.iloc[-1]), 2)
    evidence = [f"{counts.index[0]} has {counts.iloc[0]} train rows, {counts.index[-1]} has {counts.iloc[-1]}"]
    fix = f"winnow add FILE with rows for {counts.index[-1]}; or winnow waive label_balance, where traffic is uneven"
    return _at_most("label_balance", ratio, ratio_max, evidence, fix, always=True)


def synthetic_share(train_origins: pd.Series[str], share_max: float) -> Gate:
    """Share of synthetic rows in train."""
    if train_origins.empty:
        return _not_measured("synthetic_share", share_max, "no train row yet", "winnow add FILE")
    share = round(float((train_origins == "synthetic").mean()), 4)
    return _at_most("synthetic_share", share, share_max, [], "winnow add FILE with rows that people wrote")


def with_waivers(gates: Sequence[Gate], waived: Mapping[str, str]) -> list[Gate]:
    """Failed gates that a valid waiver covers become `waived`; `waived` maps a gate to who, why and until when."""
    return [
        replace(gate, verdict="waived", fix="", evidence=(f"waived: {waived[gate.name]}", *gate.evidence))
        if gate.verdict == "fail" and gate.name in waived and gate.name not in NOT_WAIVABLE
        else gate
        for gate in gates
    ]


def _at_most(
    name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str, *, always: bool = False
) -> Gate:
    """A gate that passes up to its threshold. Evidence is shown when it fails, or `always`."""
    failed = measured > threshold
    shown = list(evidence[:SHOWN]) if failed or always else []
    if failed and len(evidence) > SHOWN:
        shown.append(f"and {len(evidence) - SHOWN} more")
    return Gate(name, measured, threshold, "fail" if failed else "pass", tuple(shown), fix if failed else "")


def _not_measured(name: str, threshold: float, why: str, fix: str) -> Gate:
    return Gate(name, None, threshold, "not_measured", (why,), fix)
