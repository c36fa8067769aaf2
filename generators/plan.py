"""The generation plan: what generators are to write, by quota, label, uncovered region and confused pair; from JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.facet_values import BUILT_IN_FACETS
from winnow.core.hashing import json_hash
from winnow.core.quota_names import CONTRASTS_PER_PAIR, PAIR_SEPARATOR, QUERIES_PER_REGION, QuotaName
from winnow.generators.plan_quotas import Quota, QuotaScope, read_count, read_quotas, unknown_name
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.tools.strict_json import read_json

PLAN_KEYS = (
    "format",
    "id",
    "task",
    "run",
    "near_cosine",
    "quotas",
    "labels",
    "regions",
    "confused",
    "overlaps",
    "arguments",
    "traffic",
    "next_steps",
    "guidelines",
)
"""What a plan may contain."""

LISTS = ("labels", "regions", "confused", "overlaps", "arguments")
"""The parts of a plan that are lists of objects."""

LIST_IN = {"labels": "misclassified", "regions": "records"}
"""What an entry of a part holds as a list, if it holds it."""

CELL_KEYS = ("phrasing", "length", "count")
"""What each wording of a label must have."""


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
    id: str = ""
    """What has been added for a plan is counted by its id: a plan that is edited keeps it."""
    quotas: Sequence[Quota] = ()
    """How many records of which type are to be added. Where the plan states none, they follow from the other parts."""


def read_plan(path: Path, task: Task) -> GenerationPlan:
    """Read a plan for a task. Raises WinnowError with all its problems."""
    raw, labels = _read_object(path), kind_of(task).targets(task)
    problems = [unknown_name(f"{path}, {key}", key, PLAN_KEYS) for key in raw if key not in PLAN_KEYS]
    problems += _form_problems(path, raw)
    needs = [
        need for need in (_label_need(path, i, one, labels, problems) for i, one in _entries(raw, "labels")) if need
    ]
    regions = [
        PlannedRegion(str(one.get("id", i)), tuple(map(str, one["records"])))
        for i, one in _entries(raw, "regions")
        if isinstance(one.get("records"), list)
    ]
    plan = GenerationPlan(needs, regions, dict(_pairs(path, raw, labels, problems)))
    scope = QuotaScope(task, [one.id for one in regions], list(plan.pairs))
    scope = replace(scope, gaps=list(_gaps(path, raw, scope.names(QuotaName.ARGUMENTS), problems)))
    stated = read_quotas(f"{path}, quotas", raw["quotas"], scope, problems) if "quotas" in raw else None
    if not (needs or regions or plan.pairs or stated) and not problems:
        expected = "quotas, labels, regions or confused pairs"
        problems.append(Problem(str(path), "it is empty", expected, "nothing needs to be written"))
    if problems:
        raise WinnowError(problems)
    quotas = _implied_quotas(plan, task) if stated is None else stated
    identity = str(raw.get("id") or json_hash([str(one) + f" {one.count}" for one in quotas], length=12))
    return replace(plan, id=identity, quotas=quotas)


def _read_object(path: Path) -> Mapping[str, Any]:
    fix = f"`{command('coverage')}` and `{command('feedback', 'RUN')}` write plans"
    try:
        raw = read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WinnowError(Problem(str(path), str(error), "a plan as JSON", fix)) from None
    if not isinstance(raw, dict):
        raise WinnowError(Problem(str(path), f"a JSON {type(raw).__name__}", "a plan as a JSON object", fix))
    return raw


def _form_problems(path: Path, raw: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the form of an id, of lists and of what they hold."""
    named = raw.get("id", "")
    found = [] if isinstance(named, str) else [Problem(f"{path}, id", _shown(named), "a text", "correct it")]
    for name in LISTS:
        listed = raw.get(name, [])
        if not isinstance(listed, list):
            found.append(Problem(f"{path}, {name}", f"a {type(listed).__name__}", "a list", "correct it"))
            continue
        entries = [(f"{path}, {name}[{i}]", one) for i, one in enumerate(listed)]
        found += [
            Problem(where, _shown(one), "an object", "correct it")
            for where, one in entries
            if not isinstance(one, dict)
        ]
        if name in LIST_IN:
            key = LIST_IN[name]
            found += [
                Problem(f"{where}.{key}", _shown(one[key]), "a list", "correct it")
                for where, one in entries
                if isinstance(one, dict) and not isinstance(one.get(key) or [], list)
            ]
    return found


def _shown(value: object) -> str:
    return repr(value)[:100]


def _entries(raw: Mapping[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list, with their positions."""
    found = raw.get(name)
    for i, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield i, one


def _gaps(path: Path, raw: Mapping[str, Any], known: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    """The gaps in the use of arguments, of those that the tools of the task can have."""
    possible = set(known)
    for i, one in _entries(raw, "arguments"):
        key = str(one.get("key"))
        if key in possible:
            yield key
        else:
            problems.append(unknown_name(f"{path}, arguments[{i}].key", key, known))


def _implied_quotas(plan: GenerationPlan, task: Task) -> list[Quota]:
    """The quotas of a plan that states none, as feedback wrote it before there were quotas."""
    if task.kind != INTENTS.name:
        return []
    quotas = [Quota(QuotaName.PER_LABEL, need.label, need.count) for need in plan.needs if need.label != task.fallback]
    quotas += [Quota(QuotaName.REGIONS, region.id, QUERIES_PER_REGION) for region in plan.regions]
    return quotas + [Quota(QuotaName.CONTRASTS, PAIR_SEPARATOR.join(pair), count) for pair, count in plan.pairs.items()]


def _pairs(
    path: Path, raw: Mapping[str, Any], labels: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[tuple[str, str], int]]:
    seen: set[tuple[str, str]] = set()
    for where in ("confused", "overlaps"):
        for i, one in _entries(raw, where):
            named = one.get("labels")
            if not _is_pair(named, labels):
                fix = "correct it"
                problems.append(Problem(f"{path}, {where}[{i}].labels", repr(named), "two labels of the task", fix))
                continue
            pair = (one["labels"][0], one["labels"][1])
            count = read_count(f"{path}, {where}[{i}].count", one.get("count", CONTRASTS_PER_PAIR), problems)
            if pair not in seen:
                yield pair, count
            seen.add(pair)


def _is_pair(named: object, labels: Sequence[str]) -> bool:
    return (
        isinstance(named, list) and len(named) == 2 and named[0] != named[1] and all(name in labels for name in named)
    )


def _label_need(
    path: Path, position: int, one: Mapping[str, Any], labels: Sequence[str], problems: list[Problem]
) -> LabelNeed | None:
    label, where = one.get("label"), f"{path}, labels[{position}]"
    if label not in labels:
        fix = "write the plan again: labels were renamed or removed since"
        problems.append(Problem(f"{where}.label", repr(label), "a label of the task", fix))
        return None
    cells = _cells(f"{where}.cells", one.get("cells") or [], problems)
    in_cells = sum(read_count(f"{where}.cells.count", cell["count"], problems) for cell in cells)
    count = max(in_cells, read_count(f"{where}.missing", one.get("missing") or 0, problems))
    misclassified = [
        {"text": str(m["text"]), "predicted": str(m["predicted"])}
        for _, m in _entries(one, "misclassified")
        if {"text", "predicted"} <= m.keys() and m["predicted"] in labels
    ]
    return LabelNeed(str(label), count, cells, misclassified) if count else None


def _cells(where: str, raw: object, problems: list[Problem]) -> list[Mapping[str, Any]]:
    """The wordings of a label that have all their keys and known values."""
    listed = raw if isinstance(raw, list) else [raw]
    whole: list[Mapping[str, Any]] = [
        cell for cell in listed if isinstance(cell, dict) and set(CELL_KEYS) <= cell.keys()
    ]
    if len(whole) < len(listed):
        expected = f"wordings with {', '.join(CELL_KEYS)}"
        problems.append(Problem(where, f"{len(listed) - len(whole)} without them", expected, "correct it"))
    for facet, cell in product(("phrasing", "length"), whole):
        if cell[facet] not in (values := BUILT_IN_FACETS[facet]):
            problems.append(Problem(f"{where}.{facet}", repr(cell[facet]), " | ".join(values), "correct it"))
    return whole
