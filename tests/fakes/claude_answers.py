"""A writer for the local Claude: what a careful one would answer to Winnow's questions."""

from __future__ import annotations

import hashlib
import json
import random
import re
from typing import Any

Json = dict[str, Any]

OPENINGS = (
    "how do i", "why can't i", "please help me", "i need to", "who can", "is there a way to", "when will you",
    "my colleague wants to", "we have to", "since this morning i cannot", "could somebody", "where can i",
)  # fmt: skip

THINGS = (
    "change the shift plan of the night team", "order a second screen for the new desk", "reset the code of the door",
    "book the large room for thursday", "get a receipt for the train ticket", "move the payday to the first",
    "unlock the shared calendar", "replace the broken headset", "see who approved the invoice", "park near the gate",
    "cancel the catering for the workshop", "print in color on the third floor", "share the folder with an auditor",
    "extend the contract of the intern", "correct the address on the payslip", "block the badge that was lost",
    "set up the projector", "report a leak in the kitchen", "claim the hotel night in lyon", "join the language course",
)  # fmt: skip

TAILS = ("today", "for the whole team", "from abroad", "without a manager", "twice", "on a phone", "again", "by friday")


def careful(request: Json) -> Json:
    """Answers every kind of question; each query is another one."""
    own = request["messages"][0]["content"]
    schema = request["output_config"]["format"]["schema"]["properties"]
    draw = random.Random(hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest())
    if "verdicts" in schema:
        choice = schema["verdicts"]["items"]["properties"]["label"]["enum"]
        queries = json.loads(re.findall(r"<data>(.*)</data>", own)[-1])
        told = [{"query": one["query"], "label": label_in(one["text"], choice), "why": "its words"} for one in queries]
        return {"verdicts": [{**one, "sure": True} for one in told]}
    if "pairs" in schema:
        count = int(re.search(r"Write (\d+) pairs", own)[1])
        first, second = re.search(r"first has the label (\S+), the second the label (\S+),", own).groups()
        texts = [query(draw) for _ in range(count)]
        return {
            "pairs": [
                {"first": f"{text} ({first})", "second": f"{text} ({second})", "edit": f"the word {first}"}
                for text in texts
            ]
        }
    briefs = json.loads(next(line for line in own.splitlines() if line.startswith('[{"brief"')))
    label = re.search(r"whose label is ([^\s:,.]+)", own)
    found = [{"brief": brief["brief"], "text": f"{query(draw)} ({label[1] if label else ''})"} for brief in briefs]
    if "label" in schema["queries"]["items"]["properties"]:
        choice = schema["queries"]["items"]["properties"]["label"]["enum"]
        found = [{**one, "label": draw.choice(choice)} for one in found]
    return {"queries": found}


def query(draw: random.Random) -> str:
    """A query that nothing else says: some thousands of combinations, and a number."""
    return f"{draw.choice(OPENINGS)} {draw.choice(THINGS)} {draw.choice(TAILS)} {draw.randrange(10**6)}"


def label_in(text: str, labels: list[str]) -> str:
    """The label that a query of `careful` names; the first where it names none."""
    named = re.search(r"\((\S+)\)", text)
    return named[1] if named and named[1] in labels else labels[0]
