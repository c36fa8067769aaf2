"""The plan: what the coverage report asks generators and the label queue to do, as one JSON object."""

from __future__ import annotations

from collections import Counter
from typing import Any

from curation.coverage import Coverage
from curation.overlap import SLIGHTEST
from curation.wording import Shortfall, wordings

FORMAT = 1
CROSSES = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""The wordings that exist: a fragment, of at most three words, is short."""
SHOWN_OVERLAPS = 50


def plan(coverage: Coverage) -> dict[str, Any]:
    """What to write for each label, which queries to label, which labels to mend.

    `labels`: `label`, `labeled`, `target`, `missing`, `cells` [{`phrasing`, `length`, `have`, `count`}] and `facets`
    [{`facet`, `value`, `count`}] that their wording lacks. `regions`: uncovered traffic with the ids of its records.
    `overlaps`: pairs of labels with advice. Nothing of it comes from the hold-out reserves.
    """
    check = coverage.check
    return {
        "format": FORMAT,
        "task": check.task.name,
        "near": check.cover.near,
        "labels": _labels(coverage),
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
            if one.score >= SLIGHTEST
        ],
    }


def _labels(coverage: Coverage) -> list[dict[str, Any]]:
    check, missing = coverage.check, coverage.short_labels
    train = check.train
    worded = wordings(train["text"], {name: check.facets[name] for name in ("phrasing", "length")})
    crosses = Counter((label, w["phrasing"], w["length"]) for label, w in zip(train["label"], worded, strict=True))
    short: dict[str, list[Shortfall]] = {}
    for one in check.marginals.shortfalls:
        short.setdefault(one.label, []).append(one)
    planned = []
    for label in check.task.label_names:
        if label not in missing and label not in short:
            continue
        lacks = short.get(label, [])
        count = max(missing.get(label, 0), *(one.missing for one in lacks), 0)
        planned.append(
            {
                "label": label,
                "labeled": coverage.labeled[label],
                "target": check.task.targets.per_label,
                "missing": missing.get(label, 0),
                "cells": _cells({cell: crosses[label, *cell] for cell in CROSSES}, lacks, count),
                "facets": [
                    {"facet": one.facet, "value": one.value, "count": one.missing} for one in lacks if not one.too_much
                ],
            }
        )
    return planned


def _cells(have: dict[tuple[str, str], int], lacks: list[Shortfall], count: int) -> list[dict[str, Any]]:
    """Spread `count` rows over the crosses, the emptiest first; not over what the label has too much of."""
    crowded = {(one.facet, one.value) for one in lacks if one.too_much}
    open_cells = [c for c in CROSSES if ("phrasing", c[0]) not in crowded and ("length", c[1]) not in crowded]
    open_cells = open_cells or list(CROSSES)  # it has too much of everything: then all alike
    added: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        added[min(open_cells, key=lambda cell: have[cell] + added[cell])] += 1
    return [
        {"phrasing": cell[0], "length": cell[1], "have": have[cell], "count": added[cell]}
        for cell in open_cells
        if added[cell]
    ]
