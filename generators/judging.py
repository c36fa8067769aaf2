"""The blind second opinion: a judge labels what was proposed, and is not told what for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generators.chance import shuffled
from generators.prompts import prompt
from generators.question import Voice, items, question, read_items, shared_part
from generators.task import TaskBrief


@dataclass(frozen=True)
class Verdict:
    """What the judge says of one query."""

    label: str
    sure: bool
    why: str


def questions(task: TaskBrief, voice: Voice, texts: Sequence[str], *, key: str, size: int) -> list[tuple[str, str]]:
    """Questions that label all texts, in an order that tells nothing: the two sides of a pair rarely meet."""
    choice = {"type": "string", "enum": list(task.names)}
    fields: dict[str, dict[str, Any]] = {
        "query": {"type": "integer"},
        "why": {"type": "string"},
        "label": choice,
        "sure": {"type": "boolean"},
    }
    shared = shared_part(task, "judge_task")
    order = shuffled(range(len(texts)), key, "judge")
    found = []
    for start in range(0, len(order), size):
        part = order[start : start + size]
        asked = [{"query": number, "text": texts[i]} for number, i in enumerate(part)]
        own = prompt("judge").render(queries=asked)
        body = question(voice, shared=shared, own=own, schema=items("verdicts", fields), items=len(part))
        found.append((body, json.dumps({"texts": [texts[i] for i in part]})))
    return found


def verdicts(about: Mapping[str, Any], text: str, labels: Sequence[str]) -> dict[str, Verdict]:
    """The verdict on each text of a question, of those that have one."""
    fields: dict[str, type] = {"query": int, "label": str, "sure": bool, "why": str}
    texts, known = about["texts"], set(labels)
    return {
        texts[item["query"]]: Verdict(item["label"], item["sure"], item["why"])
        for item in read_items(text, "verdicts", fields)
        if 0 <= item["query"] < len(texts) and item["label"] in known
    }
