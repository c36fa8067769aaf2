"""Gates: one measured check with a threshold each. Pure: they read the selection, they change nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["pass", "fail", "waived", "not_measured"]
Bound = Literal["at_most", "at_least"]
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
    "facet_marginals",
    "fallback_share",
    "synthetic_share",
    "mix",
    "traffic_coverage",
    "undecided_lots",
    "licences",
    "private_data",
)
SMALLEST_SOURCE = 20
"""A source with fewer train rows is not judged by the share it loses: one row would decide."""
SMALLEST_LABEL = 20
"""A label with fewer train rows is not judged by its facets: one row would decide."""
DECIDERS_OF_LOTS = ("adjudicator", "agreement", "person", "lot")
UNSAID = frozenset(["", "unknown", "none", "n/a", "na", "?", "-", "other", "unspecified", "not specified", "tbd"])
"""Words for a licence that nobody named."""
NON_COMMERCIAL = re.compile(
    r"\bby[- ]nc\b|\bcc\b.*\bnc\b|\bnon?[- ]?commercial|\bnot\b.*\bcommercial"
    r"|\b(?:research|academic|educational?|personal|private|evaluation|testing)\b.*\b(?:only|purposes?|use)\b",
    re.IGNORECASE,
)
"""As in CC-BY-NC-4.0 and its kin (SPDX identifiers), and in plain words."""
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
    bound: Bound = "at_most"
    """On which side of the threshold the gate passes."""


def schema(selected: pd.DataFrame, labels: Sequence[str]) -> Gate:
    """Breaches of the release schema; none is allowed."""
    from validators.schemas import schema_faults  # pandera takes its time to load

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
    import pandas as pd

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
    train: pd.Series[str],
    labels: Sequence[str],
    minimum: int,
    target: int,
    labeled: pd.Series[str],
    held: pd.Series[str],
) -> Gate:
    """Train rows of the smallest label.

    Labels under the target of `labeled` records, and those without a `held` (out) row, are told, not gated.
    """
    counts = train.value_counts().reindex(list(labels), fill_value=0)
    under = counts[counts < minimum].sort_values(kind="stable")
    evidence = [f"{label} has {count} train rows" for label, count in under.items()][:SHOWN]
    all_labeled = labeled.value_counts().reindex(list(labels), fill_value=0)
    short = int((all_labeled < target).sum())
    if short:
        evidence.append(f"{short} of {len(labels)} labels are under the target of {target} labeled records")
    unseen = [label for label in labels if label not in set(held)]
    if unseen and len(held):
        some = ", ".join(unseen[:SHOWN]) + (" …" if len(unseen) > SHOWN else "")
        evidence.append(f"{len(unseen)} labels have no validation or test row, so that nothing measures them: {some}")
    smallest = int(counts.min()) if len(counts) else 0
    starved = ", ".join(map(str, under.index[:SHOWN]))
    fix = "" if smallest >= minimum else f"add labeled rows for {starved}: winnow add FILE"
    return Gate("minimum_per_label", smallest, minimum, "fail" if fix else "pass", tuple(evidence), fix, "at_least")


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


def facet_marginals(shortfalls: Sequence[str], labels_short: int, labels_judged: int, share_max: float) -> Gate:
    """Share of labels whose train rows are too much alike in a facet; `shortfalls` says which and how."""
    if not labels_judged:
        why = f"no label has {SMALLEST_LABEL} train rows yet"
        return _not_measured("facet_marginals", share_max, why, "winnow add FILE")
    fix = "winnow coverage, which plans the wordings that are missing; then winnow add FILE with such rows"
    share = round(labels_short / labels_judged, 4)
    return _at_most("facet_marginals", share, share_max, shortfalls, fix, always=True)


def fallback_share(train: pd.Series[str], fallback: str | None, bounds: tuple[float, float]) -> Gate:
    """Share of the fallback in train, which must lie within the bounds; the bound that is nearer is the threshold."""
    low, high = bounds
    if fallback is None:
        return _not_measured("fallback_share", low, "the task has no fallback label", "")
    if train.empty:
        return _not_measured("fallback_share", low, "no train row yet", "winnow add FILE")
    share = round(float((train == fallback).mean()), 4)
    evidence = [f"{fallback} has {int((train == fallback).sum())} of {len(train)} train rows"]
    if share - low < high - share:
        wanted = math.ceil((low * len(train) - (train == fallback).sum()) / (1 - low)) if low < 1 else len(train)
        fix = f"winnow add FILE with {wanted} or more out-of-scope rows; or set targets.fallback_share in winnow.yaml"
        return _at_least("fallback_share", share, low, evidence, fix)
    fix = "winnow add FILE with rows of the other labels; or set targets.fallback_share in winnow.yaml"
    return _at_most("fallback_share", share, high, evidence, fix, always=True)


def mix(shares: Mapping[str, float], wanted: Mapping[str, tuple[float, float]]) -> Gate:
    """How far train's composition lies outside of what `targets.mix` allows, at its worst.

    `shares` are those of origins and of source files in train; what has none counts as 0.
    """
    if not wanted:
        return _not_measured("mix", 0, "winnow.yaml sets no targets.mix", "")
    if not shares:
        return _not_measured("mix", 0, "no train row yet", "winnow add FILE")
    own = {name: shares.get(name, 0.0) for name in wanted}
    outside = {name: max(low - own[name], own[name] - high, 0.0) for name, (low, high) in wanted.items()}
    evidence = [
        f"{name} has {own[name]:.1%} of train, wanted {low:.0%} to {high:.0%}" for name, (low, high) in wanted.items()
    ]
    worst = max(outside, key=lambda name: outside[name])
    want = "more" if own[worst] < wanted[worst][0] else "less"
    fix = f"winnow add FILE, so that train holds {want} of {worst}; or set targets.mix in winnow.yaml"
    return _at_most("mix", round(max(outside.values()), 4), 0, evidence, fix, always=True)


def traffic_coverage(similarity: Sequence[float], seen: Sequence[int], near: float | None, share_min: float) -> Gate:
    """Share of unlabeled log queries whose nearest train record is at least `near`, weighted by how often `seen`."""
    name, total = "traffic_coverage", sum(seen)
    if not total:
        return _not_measured(name, share_min, "no unlabeled log query", "winnow add FILE --origin log")
    if near is None:
        return _not_measured(name, share_min, "train is too small to say what near is", "winnow add FILE")
    covered = sum(n for cosine, n in zip(similarity, seen, strict=True) if cosine >= near)
    evidence = [f"{total - covered:,} of {total:,} queries have no train record at cosine {near:.3f} or above"]
    fix = "winnow coverage, which shows what they ask; then label such queries, or winnow add FILE with rows like them"
    return _at_least(name, round(covered / total, 4), share_min, evidence, fix)


def undecided_lots(selected: pd.DataFrame, waiting: int) -> Gate:
    """Synthetic rows in the selection that no person decided; none is allowed. `waiting` records are left out."""
    if not waiting and not (selected["origin"] == "synthetic").any():
        return _not_measured("undecided_lots", 0, "no synthetic record", "")
    undecided = selected[(selected["origin"] == "synthetic") & ~selected["decided_by"].isin(DECIDERS_OF_LOTS)]
    evidence = [f"record {i} is synthetic, and neither a person nor a lot decided it" for i in undecided["id"]]
    if waiting:
        evidence.append(f"{waiting:,} synthetic records wait for review and are left out")
    fix = "winnow push review, then winnow pull"
    return _at_most("undecided_lots", len(undecided), 0, evidence, fix, always=True)


def licences(selected: pd.DataFrame, allowed: Sequence[str]) -> Gate:
    """Selected records that no source shows under a usable licence: `unknown`, or forbidding commercial use."""
    if selected.empty:
        return _not_measured("licences", 0, "no labeled record yet", "winnow add FILE")
    usable = {name: licence_fault(name) is None or name in allowed for name in selected["licences"].explode().unique()}
    barred = selected[[not any(usable[name] for name in names) for names in selected["licences"]]]
    counts = barred["licences"].explode().value_counts()
    evidence = [f"{count:,} records under {name!r}: {licence_fault(str(name))}" for name, count in counts.items()]
    source = barred["sources"].iloc[0][0] if len(barred) else ""
    fix = (
        f"winnow retract {source}, then winnow add FILE --licence NAME (the reserves stay); or allow it under "
        "licences.allow in winnow.yaml"
    )
    return _at_most("licences", len(barred), 0, evidence, fix)


def private_data(found: Mapping[str, Sequence[str]], screened: int) -> Gate:
    """Live records with private data that the task does not allow: `found` names the entities, by record id."""
    if not screened:
        return _not_measured("private_data", 0, "no record yet", "winnow add FILE")
    evidence = [f"record {record} holds {', '.join(sorted(set(entities)))}" for record, entities in found.items()]
    fix = "winnow forget ID, for each; or allow the entity under private.policy in winnow.yaml"
    return _at_most("private_data", len(found), 0, evidence, fix)


def licence_fault(name: str) -> str | None:
    """Why a licence may not be used without a person's word, or None."""
    if name.strip().casefold() in UNSAID:
        return "nobody said what may be done with them"
    if "all rights reserved" in name.casefold():
        return "its owner allows nothing"
    return "it forbids commercial use" if NON_COMMERCIAL.search(name) else None


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


def _at_least(name: str, measured: float, threshold: float, evidence: Sequence[str], fix: str) -> Gate:
    """A gate that passes from its threshold on."""
    failed = measured < threshold
    verdict: Verdict = "fail" if failed else "pass"
    return Gate(name, measured, threshold, verdict, tuple(evidence[:SHOWN]), fix if failed else "", "at_least")


def _not_measured(name: str, threshold: float, why: str, fix: str) -> Gate:
    return Gate(name, None, threshold, "not_measured", (why,), fix)
