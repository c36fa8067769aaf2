"""Questions that ask Claude for queries of one label, and what its answers propose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generators.grid import Brief, briefs, chunks
from generators.prompts import prompt
from generators.proposals import Material, Proposal
from generators.question import Voice, items, question, read_items, shared_part

SEEDS = 5
"""Real queries that a request shows; other ones in each."""
NEAR = 8
OTHERS = 3
"""Real queries of each neighbouring label."""
KINDS = ("examples", "ambiguous", "domain", "fixes")
"""Ways of writing for a label, each with a prompt of its name."""
MISTAKES = 8
QUERIES = items("queries", {"brief": {"type": "integer"}, "text": {"type": "string"}})
Asked = tuple[str, str]
"""A question's body, and what it is about."""


@dataclass(frozen=True)
class Need:
    """How many queries a label needs, and which."""

    label: str
    count: int
    cells: Sequence[Mapping[str, Any]] = ()
    """Wordings that it lacks: `phrasing`, `length`, `count`."""
    mistakes: Sequence[Mapping[str, str]] = ()
    """What a model gets wrong of train: `text` and `predicted`; kind `fixes` needs them."""


def for_label(
    material: Material, voice: Voice, need: Need, *, kind: str = "examples", size: int, turn: int
) -> list[Asked]:
    """Questions for the queries that a label needs, `size` to a request; `turn` counts the rounds that came before."""
    label, beside = need.label, neighbours(material, need.label)
    key = f"{material.key}/{kind}/{label}/{turn}"
    wanted = briefs(need.count, key=key, cells=need.cells, slots=material.task.slots)
    if kind == "ambiguous":
        wanted = [{**one, "looks_like": beside[i % len(beside)]} for i, one in enumerate(wanted)] if beside else []
    return [
        _asked(
            material, voice, label, part, kind=kind, beside=beside, mistakes=need.mistakes, where=(kind, turn, number)
        )
        for number, part in enumerate(chunks(wanted, size))
    ]


def negatives(material: Material, voice: Voice, label: str, count: int, *, size: int, turn: int) -> list[Asked]:
    """Questions for queries that no label is for: every other one right beside a label, each label in turn."""
    others = [name for name in material.task.names if name != label]
    wanted = briefs(count, key=f"{material.key}/negatives/{turn}", slots=material.task.slots)
    scoped: list[Brief] = [
        {**one, "scope": "near", "beside": others[(turn + i // 2) % len(others)]}
        if i % 2 == 0 and others
        else {**one, "scope": "far"}
        for i, one in enumerate(wanted)
    ]
    found = []
    for number, part in enumerate(chunks(scoped, size)):
        beside = list(dict.fromkeys(one["beside"] for one in part if "beside" in one))
        found.append(
            _asked(material, voice, label, part, kind="negatives", beside=beside, where=("negatives", turn, number))
        )
    return found


def for_region(
    material: Material, voice: Voice, queries: Sequence[str], count: int, *, size: int, turn: int, name: str
) -> list[Asked]:
    """Questions for queries like real ones that nobody labeled; the answers name the labels."""
    wanted = briefs(count, key=f"{material.key}/region/{name}/{turn}")
    choice = {"type": "string", "enum": list(material.task.names)}
    schema = items("queries", {"brief": {"type": "integer"}, "text": {"type": "string"}, "label": choice})
    found = []
    for part in chunks(wanted, size):
        own = prompt("regions").render(briefs=part, queries=list(queries), fallback=material.task.fallback)
        body = question(voice, shared=shared_part(material.task), own=own, schema=schema, items=len(part))
        found.append((body, json.dumps({"kind": "regions", "region": name, "briefs": part})))
    return found


def proposed(about: Mapping[str, Any], text: str) -> list[Proposal]:
    """What an answer proposes: at most one query a brief, and none for a brief that was not given."""
    fields: dict[str, type] = {"brief": int, "text": str}
    if "label" not in about:
        fields["label"] = str
    known = {brief["brief"]: brief for brief in about["briefs"]}
    found: dict[int, Proposal] = {}
    for item in read_items(text, "queries", fields):
        brief = known.get(item["brief"])
        if brief is None or item["brief"] in found or not item["text"].strip():
            continue
        detail = {name: value for name, value in brief.items() if name != "brief"} | {"kind": about["kind"]}
        found[item["brief"]] = Proposal(item["text"], about.get("label") or item["label"], detail)
    return [found[number] for number in sorted(found)]


def neighbours(material: Material, label: str) -> list[str]:
    """Labels that people mix up with a label, as the task says; those whose near miss points there too."""
    pairs = [pair for pair in material.task.confusable if label in pair]
    named = [one if other == label else other for one, other in pairs]
    for one in material.task.labels:
        if one.near_miss and one.name == label:
            named.append(one.near_miss.label)
        if one.near_miss and one.near_miss.label == label:
            named.append(one.name)
    return [name for name in dict.fromkeys(named) if name != label]


def _asked(
    material: Material,
    voice: Voice,
    label: str,
    part: Sequence[Brief],
    *,
    kind: str,
    beside: Sequence[str],
    where: tuple[object, ...],
    mistakes: Sequence[Mapping[str, str]] = (),
) -> Asked:
    from generators.chance import shuffled

    seeds = material.texts(label, SEEDS, *where)
    values: dict[str, Any] = {
        "label": label,
        "briefs": list(part),
        "seeds": seeds,
        "near": list(material.near(label, seeds))[:NEAR],
        "others": {name: material.texts(name, OTHERS, *where) for name in beside},
    }
    if kind == "fixes":
        values["mistakes"] = shuffled(mistakes, material.key, *where)[:MISTAKES]
    own = prompt(kind).render(**values)
    body = question(voice, shared=shared_part(material.task), own=own, schema=QUERIES, items=len(part))
    return body, json.dumps({"kind": kind, "label": label, "briefs": list(part)})
