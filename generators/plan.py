"""The generation plan: how many queries each label, uncovered region and confused pair needs; read from JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.facet_values import BUILT_IN_FACETS

QUERIES_PER_REGION = 5
"""Queries to write for a region of uncovered traffic."""

CONTRASTS_PER_PAIR = 5
"""Contrastive pairs to write for two labels that are confused."""


@dataclass(frozen=True)
class PlannedRegion:
    """A group of traffic queries that nothing in train resembles."""

    id: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class LabelNeed:
    """How many queries a label needs, and which."""

    label: str
    count: int
    cells: Sequence[Mapping[str, Any]] = ()
    """Wordings that are missing: `phrasing`, `length`, `count`."""
    misclassified: Sequence[Mapping[str, str]] = ()
    """Train rows that a model misclassifies: `text` and `predicted`, a label; kind `fixes` needs them."""


@dataclass(frozen=True)
class GenerationPlan:
    """What generators are to write."""

    needs: Sequence[LabelNeed]
    regions: Sequence[PlannedRegion]
    pairs: Mapping[tuple[str, str], int]
    """Confused pairs, and how many contrasts each needs."""


def read_plan(path: Path, labels: Sequence[str]) -> GenerationPlan:
    """Read a plan. Raises WinnowError with all its problems."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = f"`{command('coverage')}` and `{command('feedback', 'RUN')}` write plans"
        raise WinnowError(Problem(str(path), str(error), "a plan as JSON", fix)) from None
    problems: list[Problem] = []
    raw = raw if isinstance(raw, dict) else {}
    needs = [
        need for need in (_label_need(path, i, one, labels, problems) for i, one in _entries(raw, "labels")) if need
    ]
    regions = [
        PlannedRegion(str(one.get("id", i)), tuple(map(str, one["records"])))
        for i, one in _entries(raw, "regions")
        if isinstance(one.get("records"), list)
    ]
    pairs: dict[tuple[str, str], int] = {}
    for where in ("confused", "overlaps"):
        for i, one in _entries(raw, where):
            named = one.get("labels")
            if not (isinstance(named, list) and len(named) == 2 and all(name in labels for name in named)):
                problems.append(
                    Problem(f"{path}, {where}[{i}].labels", repr(named), "two labels of the task", "correct it")
                )
            else:
                pairs.setdefault((named[0], named[1]), int(one.get("count", CONTRASTS_PER_PAIR)))
    if not (needs or regions or pairs) and not problems:
        problems.append(
            Problem(str(path), "it is empty", "labels, regions or confused pairs", "nothing needs to be written")
        )
    if problems:
        raise WinnowError(problems)
    return GenerationPlan(needs, regions, pairs)


def _entries(raw: Mapping[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = raw.get(name)
    for i, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield i, one


def _label_need(
    path: Path, position: int, one: Mapping[str, Any], labels: Sequence[str], problems: list[Problem]
) -> LabelNeed | None:
    label = one.get("label")
    if label not in labels:
        fix = "write the plan again: labels were renamed or removed since"
        problems.append(Problem(f"{path}, labels[{position}].label", repr(label), "a label of the task", fix))
        return None
    cells = [cell for cell in one.get("cells") or [] if {"phrasing", "length", "count"} <= cell.keys()]
    for facet, cell in product(("phrasing", "length"), cells):
        if cell[facet] not in (values := BUILT_IN_FACETS[facet]):
            where = f"{path}, labels[{position}].cells.{facet}"
            problems.append(Problem(where, repr(cell[facet]), " | ".join(values), "correct it"))
    count = max(sum(int(cell["count"]) for cell in cells), int(one.get("missing") or 0))
    misclassified = [
        {"text": str(m["text"]), "predicted": str(m["predicted"])}
        for m in one.get("misclassified") or []
        if {"text", "predicted"} <= m.keys() and m["predicted"] in labels
    ]
    return LabelNeed(str(label), count, cells, misclassified) if count else None
