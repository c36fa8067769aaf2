"""The data lead's coverage page: what train lacks of what users ask, which labels are short, one-sided or overlap."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from curation.coverage import Coverage
from curation.folder import replacing
from curation.overlap import SLIGHTEST
from curation.plan import plan
from reports.page import render, write_page

REGIONS_SHOWN = 40
OVERLAPS_SHOWN = 12
SHORTFALLS_SHOWN = 40
WEAKEST_SHOWN = 20
SPLITS = ("train", "validation", "test")


def write_coverage(coverage: Coverage, folder: Path) -> tuple[Path, Path]:
    """Write `coverage.html` and `plan.json`; returns their paths."""
    plan_path = folder / "plan.json"
    with replacing(plan_path) as temporary:
        temporary.write_text(json.dumps(plan(coverage), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return write_page(coverage_page(coverage), folder / "coverage.html"), plan_path


def coverage_page(coverage: Coverage) -> str:
    """The page as HTML."""
    check = coverage.check
    return render(
        "coverage.html.j2",
        task=check.task,
        c=coverage,
        check=check,
        near=check.cover.near,
        regions=coverage.regions[:REGIONS_SHOWN],
        weakest=coverage.by_label[:WEAKEST_SHOWN],
        overlaps=_overlaps(coverage),
        heat=_heat(coverage),
        shortfalls=check.marginals.shortfalls[:SHORTFALLS_SHOWN],
        diversity=_diversity(coverage),
        compared=any(group.made_by != "all" for group in coverage.diversity),
        composition=_composition(coverage),
    )


def _overlaps(coverage: Coverage) -> list[dict[str, Any]]:
    texts = dict(zip(coverage.check.table["id"], coverage.check.table["text"], strict=True))
    return [
        {
            "one": one,
            "pairs": [(texts[pair.left], texts[pair.right], pair.similarity) for pair in one.pairs[:3]],
        }
        for one in coverage.overlaps[:OVERLAPS_SHOWN]
        if one.score >= SLIGHTEST
    ]


def _heat(coverage: Coverage) -> dict[str, Any]:
    """Rows of the heat map: the emptiest labels first; each cell the share of a facet's value among train rows."""
    marginals = coverage.check.marginals
    values = next(iter(marginals.counts.values()), {})
    columns = [(facet, list(found)) for facet, found in values.items() if found]
    short = Counter(one.label for one in marginals.shortfalls)
    target = coverage.check.task.targets.per_label
    order = sorted(
        marginals.rows, key=lambda label: (coverage.labeled[label] >= target, -short[label], coverage.labeled[label])
    )
    rows = [
        {
            "label": label,
            "train": marginals.rows[label],
            "labeled": coverage.labeled[label],
            "cells": [
                (count, _share(count, marginals.rows[label]))
                for facet, _ in columns
                for count in marginals.counts[label][facet].values()
            ],
        }
        for label in order
    ]
    return {"columns": columns, "rows": rows}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _diversity(coverage: Coverage) -> list[dict[str, Any]]:
    """One row a label: its own measures, and people beside machines where both wrote some; the least diverse first."""
    rows: dict[str, dict[str, Any]] = {}
    for group in coverage.diversity:
        rows.setdefault(group.label, {"label": group.label})[group.made_by] = group.measures
    return sorted(rows.values(), key=lambda row: (row["all"].vendi / row["all"].rows, row["label"]))


def _composition(coverage: Coverage) -> dict[str, Any]:
    """Exported rows by origin and split, by source, and by licence."""
    selected = coverage.check.selected
    by_origin = Counter(zip(selected["origin"], selected["split"], strict=True))
    origins = sorted(set(selected["origin"]))
    sources = Counter(source for shown in selected["sources"] for source in shown)
    train = max(int((selected["split"] == "train").sum()), 1)
    return {
        "origins": [
            {
                "origin": origin,
                "counts": [by_origin[origin, split] for split in SPLITS],
                "share": by_origin[origin, "train"] / train,
                "wanted": coverage.check.task.targets.mix.get(origin),
            }
            for origin in origins
        ],
        "sources": [(coverage.check.sources[source], count) for source, count in sources.most_common()],
        "licences": Counter(licence for licences in selected["licences"] for licence in licences).most_common(),
    }
