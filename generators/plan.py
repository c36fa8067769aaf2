"""The plan: what `coverage` and `feedback` ask to be written, read from its JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generators.writing import Need
from validators.faults import Fault, WinnowError

PER_REGION = 5
"""Queries to write for a region of uncovered traffic."""
PER_PAIR = 5
"""Contrastive pairs to write for two labels that are confused."""


@dataclass(frozen=True)
class Region:
    """Traffic that nothing in train resembles."""

    id: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a plan asks of generators."""

    needs: Sequence[Need]
    regions: Sequence[Region]
    pairs: Mapping[tuple[str, str], int]
    """Confused pairs, and how many contrasts each is to have."""


def read_plan(path: Path, labels: Sequence[str]) -> Plan:
    """Read a plan. Raises WinnowError with all its faults."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = "`winnow coverage` and `winnow feedback RUN` write plans"
        raise WinnowError(Fault(f"--plan {path}", str(error), "a plan as JSON", fix)) from None
    faults: list[Fault] = []
    raw = raw if isinstance(raw, dict) else {}
    needs = [need for need in (_need(path, i, one, labels, faults) for i, one in _listed(raw, "labels")) if need]
    regions = [
        Region(str(one.get("id", i)), tuple(map(str, one["records"])))
        for i, one in _listed(raw, "regions")
        if isinstance(one.get("records"), list)
    ]
    pairs: dict[tuple[str, str], int] = {}
    for where in ("confused", "overlaps"):
        for i, one in _listed(raw, where):
            named = one.get("labels")
            if not (isinstance(named, list) and len(named) == 2 and all(name in labels for name in named)):
                faults.append(Fault(f"{path}, {where}[{i}].labels", repr(named), "two labels of the task", "mend it"))
            else:
                pairs.setdefault((named[0], named[1]), int(one.get("count", PER_PAIR)))
    if not (needs or regions or pairs) and not faults:
        faults.append(Fault(str(path), "it asks for nothing", "labels, regions or confused pairs", "nothing to do"))
    if faults:
        raise WinnowError(faults)
    return Plan(needs, regions, pairs)


def _listed(raw: Mapping[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = raw.get(name)
    for i, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield i, one


def _need(path: Path, place: int, one: Mapping[str, Any], labels: Sequence[str], faults: list[Fault]) -> Need | None:
    label = one.get("label")
    if label not in labels:
        fix = "draw the plan anew: labels were renamed or taken out since"
        faults.append(Fault(f"{path}, labels[{place}].label", repr(label), "a label of the task", fix))
        return None
    cells = [cell for cell in one.get("cells") or [] if {"phrasing", "length", "count"} <= cell.keys()]
    count = max(sum(int(cell["count"]) for cell in cells), int(one.get("missing") or 0))
    mistakes = [m for m in one.get("mistakes") or [] if {"text", "predicted"} <= m.keys()]
    return Need(str(label), count, cells, mistakes) if count else None
