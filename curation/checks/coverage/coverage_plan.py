"""The plan: what the coverage report asks generators and the label queue to do, as one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from winnow.core.hashing import json_hash
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.checks.coverage.label_overlap import MIN_SHOWN_SCORE
from winnow.curation.checks.coverage.planned_quotas import planned_quotas
from winnow.curation.checks.coverage.task_facets import record_facets
from winnow.validators.kinds import kind_of
from winnow.validators.tools.argument_gaps import argument_gaps
from winnow.validators.wording.label_facets import FacetShortfall

PLAN_FORMAT = 1

FACET_COMBINATIONS = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""The combinations that exist: a fragment has at most three words, so it is short."""

SHOWN_OVERLAPS = 50
"""Pairs of labels in the plan."""


def coverage_plan(coverage: CoverageReport) -> dict[str, Any]:
    """What to write for each label, which queries to label, which labels to redefine.

    `labels`: `label`, `labeled`, `target`, `missing`, `cells` [{`phrasing`, `length`, `have`, `count`}] and `facets`
    [{`facet`, `value`, `count`}] that are missing. `regions`: uncovered traffic with the ids of its records.
    `overlaps`: pairs of labels with advice. `quotas`: how many records of which type generators are to add. For
    dialogues also `arguments`: gaps in their use, `traffic`: what it asks for, and `next_steps`: what people should
    write. Nothing in it quotes records assigned to hold-out.
    """
    check, labels = coverage.check, _labels(coverage)
    quotas = planned_quotas(coverage, {one["label"]: _rows_of(one) for one in labels})
    return {
        "format": PLAN_FORMAT,
        "id": json_hash([check.task.name, quotas], length=12),
        "task": check.task.name,
        "quotas": quotas,
        "near_cosine": check.traffic_coverage.near_cosine,
        "labels": labels,
        "regions": [
            {
                "id": region.id,
                "words": region.words,
                "queries": region.queries,
                "records": region.record_ids,
                "examples": [example.text for example in region.examples],
                "nearest_label": region.nearest_label,
                "synthetic_only": region.synthetic_only,
            }
            for region in coverage.regions
        ],
        "overlaps": [
            {
                "labels": list(one.labels),
                "score": one.score,
                "advice": one.advice,
                "pairs": [[pair.left, pair.right] for pair in one.pairs],
            }
            for one in coverage.overlaps[:SHOWN_OVERLAPS]
            if one.score >= MIN_SHOWN_SCORE
        ],
        **_dialogue_parts(coverage),
        "next_steps": coverage.next_steps,
    }


def _rows_of(planned: Mapping[str, Any]) -> int:
    """The rows that a label lacks, for its target and for its wordings."""
    return max(int(planned["missing"]), sum(int(cell["count"]) for cell in planned["cells"]))


def _dialogue_parts(coverage: CoverageReport) -> dict[str, Any]:
    """Gaps of arguments and of traffic, for kinds with dialogues."""
    if coverage.tools is None or coverage.tool_traffic is None:
        return {}
    return {
        "arguments": [{**asdict(gap), "key": gap.key} for gap in argument_gaps(coverage.tools.arguments)],
        "traffic": [asdict(one) for one in coverage.tool_traffic.gaps],
    }


def _labels(coverage: CoverageReport) -> list[dict[str, Any]]:
    check, missing = coverage.check, coverage.short_labels
    train = check.train
    wordings = record_facets(train, check.task, {name: check.facets[name] for name in ("phrasing", "length")})
    counts = Counter((label, w["phrasing"], w["length"]) for label, w in zip(train["label"], wordings, strict=True))
    short: dict[str, list[FacetShortfall]] = {}
    for one in check.marginals.shortfalls:
        short.setdefault(one.label, []).append(one)
    planned = []
    for label in kind_of(check.task).targets(check.task):
        if label not in missing and label not in short:
            continue
        shortfalls = short.get(label, [])
        count = max(missing.get(label, 0), *(one.missing for one in shortfalls), 0)
        planned.append(
            {
                "label": label,
                "labeled": coverage.labeled[label],
                "target": check.task.targets.per_label,
                "missing": missing.get(label, 0),
                "cells": _rows_by_combination(
                    {cell: counts[label, *cell] for cell in FACET_COMBINATIONS}, shortfalls, count
                ),
                "facets": [
                    {"facet": one.facet, "value": one.value, "count": one.missing}
                    for one in shortfalls
                    if not one.too_much
                ],
            }
        )
    return planned


def _rows_by_combination(
    have: dict[tuple[str, str], int], shortfalls: list[FacetShortfall], count: int
) -> list[dict[str, Any]]:
    """Spread `count` rows over the combinations, the emptiest first; not over values that the label has too many of."""
    too_frequent = {(one.facet, one.value) for one in shortfalls if one.too_much}
    open_cells = [
        c for c in FACET_COMBINATIONS if ("phrasing", c[0]) not in too_frequent and ("length", c[1]) not in too_frequent
    ]
    open_cells = open_cells or list(FACET_COMBINATIONS)  # too many of every value: then over all
    added: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        added[min(open_cells, key=lambda cell: have[cell] + added[cell])] += 1
    return [
        {"phrasing": cell[0], "length": cell[1], "have": have[cell], "count": added[cell]}
        for cell in open_cells
        if added[cell]
    ]
