"""Contrastive pairs: two queries that differ as little as possible and have different labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from generators.prompts import prompt
from generators.proposals import Material, Proposal
from generators.question import Voice, items, question, read_items, shared_part

SEEDS = 6
PAIRS = items("pairs", {"first": {"type": "string"}, "second": {"type": "string"}, "edit": {"type": "string"}})
BAND = (0.60, 0.999)
"""Cosine of the two sides: below, they are two queries and no edit; above, the same one. On MiniLM a changed direction
("to" for "from") has 0.995, a changed topic word 0.6 to 0.9."""
Pair = tuple[str, str]


def for_pair(
    material: Material, voice: Voice, pair: Pair, count: int, *, edits: Sequence[str] = (), size: int, turn: int
) -> list[tuple[str, str]]:
    """Questions for `count` pairs, `size` to a request. `edits` are the differences that stand already."""
    first, second = pair
    found = []
    for number, start in enumerate(range(0, count, size)):
        wanted = min(size, count - start)
        own = prompt("contrasts").render(
            count=wanted,
            first=first,
            second=second,
            first_seeds=material.texts(first, SEEDS, "contrasts", second, turn, number),
            second_seeds=material.texts(second, SEEDS, "contrasts", first, turn, number),
            edits=list(edits),
        )
        body = question(voice, shared=shared_part(material.task), own=own, schema=PAIRS, items=2 * wanted)
        found.append((body, json.dumps({"kind": "contrasts", "pair": [first, second], "count": wanted})))
    return found


def proposed(about: Mapping[str, Any], text: str, question_id: str) -> list[Proposal]:
    """Both sides of every pair of an answer, one after the other, as one new family."""
    first, second = about["pair"]
    fields: dict[str, type] = {"first": str, "second": str, "edit": str}
    pairs = [item for item in read_items(text, "pairs", fields) if item["first"].strip() and item["second"].strip()]
    return [
        Proposal(item[side], label, {"kind": "contrasts", "edit": item["edit"]}, kin=f"contrast {question_id} {number}")
        for number, item in enumerate(pairs[: about["count"]])
        for side, label in (("first", first), ("second", second))
    ]


def unlike_an_edit(cosine: float) -> str:
    """Why the two sides of a pair are no minimal edit; empty where they are one."""
    if cosine < BAND[0]:
        return "too_far_apart"
    return "" if cosine <= BAND[1] else "the_same_text"
