"""The coverage page: uncovered traffic, and labels that are short, uniform or overlapping."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.atomic import atomic_write
from winnow.core.vocabulary import SPLITS
from winnow.curation.checks.coverage.coverage_plan import coverage_plan
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.checks.coverage.label_overlap import MIN_SHOWN_SCORE
from winnow.curation.checks.coverage.task_facets import wording_texts
from winnow.reports.html import render, write_page
from winnow.validators.kinds import kind_of

REGIONS_SHOWN = 40

OVERLAPS_SHOWN = 12

SHORTFALLS_SHOWN = 40

WEAKEST_SHOWN = 20

STEPS_SHOWN = 40

TARGETS_SHOWN = 100

ARGUMENTS_SHOWN = 200


class CoverageFiles(NamedTuple):
    """The files about coverage."""

    page: Path
    plan: Path
    """The generation plan."""


def write_coverage(coverage: CoverageReport, folder: Path) -> CoverageFiles:
    """Write `coverage.html` and `plan.json`; returns their paths."""
    plan_path = folder / "plan.json"
    with atomic_write(plan_path) as temporary:
        temporary.write_text(json.dumps(coverage_plan(coverage), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return CoverageFiles(write_page(coverage_page(coverage), folder / "coverage.html"), plan_path)


def coverage_page(coverage: CoverageReport) -> str:
    """The page as HTML."""
    check = coverage.check
    return render(
        "coverage.html.j2",
        task=check.task,
        noun=kind_of(check.task).noun,
        splits=SPLITS,
        steps_shown=STEPS_SHOWN,
        targets_shown=TARGETS_SHOWN,
        arguments_shown=ARGUMENTS_SHOWN,
        c=coverage,
        check=check,
        near=check.traffic_coverage.near_cosine,
        regions=coverage.regions[:REGIONS_SHOWN],
        weakest=coverage.by_label[:WEAKEST_SHOWN],
        overlaps=_overlaps(coverage),
        heat=_facet_heat_map(coverage),
        shortfalls=check.marginals.shortfalls[:SHORTFALLS_SHOWN],
        diversity=_diversity(coverage),
        compared=any(measured.made_by != "all" for measured in coverage.diversity),
        composition=_composition(coverage),
    )


def _overlaps(coverage: CoverageReport) -> list[dict[str, Any]]:
    train = coverage.check.train
    texts = dict(zip(train["id"], wording_texts(train, kind_of(coverage.check.task)), strict=True))
    return [
        {
            "one": one,
            "pairs": [(texts[pair.left], texts[pair.right], pair.similarity) for pair in one.pairs[:3]],
        }
        for one in coverage.overlaps[:OVERLAPS_SHOWN]
        if one.score >= MIN_SHOWN_SCORE
    ]


def _facet_heat_map(coverage: CoverageReport) -> dict[str, Any]:
    """The heat map, labels with the fewest records first; a cell is the share of a facet value among train rows."""
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


def _diversity(coverage: CoverageReport) -> list[dict[str, Any]]:
    """One row per label: all rows, and human and synthetic rows if it has both; the least diverse first."""
    rows: dict[str, dict[str, Any]] = {}
    for measured in coverage.diversity:
        rows.setdefault(measured.label, {"label": measured.label})[measured.made_by] = measured.measures
    return sorted(rows.values(), key=lambda row: (row["all"].vendi / row["all"].rows, row["label"]))


def _composition(coverage: CoverageReport) -> dict[str, Any]:
    """Exported rows by origin and split, by source, and by license."""
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
        "licenses": Counter(
            license_name for licenses in selected["licenses"] for license_name in licenses
        ).most_common(),
    }
