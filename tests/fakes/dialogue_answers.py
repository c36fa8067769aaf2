"""A writer for the local Claude: what a careful one would answer to questions about dialogues of examples/assistant."""

from __future__ import annotations

import hashlib
import json
import random
import re
from typing import Any

from tests.fakes.claude_answers import THINGS, Json, query

Turn = dict[str, Any]

BY_ID = {
    "update_task": ("task_id", {"priority": "low"}, "low priority for it"),
    "complete_task": ("task_id", {}, "it is done"),
    "delete_task": ("task_id", {}, "nobody needs it any more"),
    "update_event": ("event_id", {"duration": 45}, "it takes 45 minutes"),
    "delete_event": ("event_id", {}, "it is called off"),
}
"""The id of each tool that changes something, other arguments, and the words that give them."""

PRIORITIES = ("low", "medium", "high")


def careful_assistant(request: Json) -> Json:
    """Answers every kind of question about dialogues; each dialogue is another one."""
    schema = request["output_config"]["format"]["schema"]["properties"]
    own = request["messages"][0]["content"]
    draw = random.Random(hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest())
    kind = next(iter(schema))
    return {kind: ANSWERS[kind](own, draw)}


def _dialogues(own: str, draw: random.Random) -> list[Json]:
    behavior = re.search(r"with the tool (\S+)\.", own)
    briefs = json.loads(next(line for line in own.splitlines() if line.startswith('[{"brief"')))
    label = behavior[1] if behavior else next(name for name, words in BEHAVIORS.items() if words in own)
    return [{"brief": brief["brief"], "turns": opening(label, brief, draw)} for brief in briefs]


BEHAVIORS = {
    "ask": "asks for exactly this value",
    "unable": "says in one or two short\nsentences that it cannot do this",
    "direct": "answers the user directly",
}


def opening(label: str, brief: Json, draw: random.Random) -> list[Turn]:
    """The turns with which a dialogue of a tool or a behavior begins."""
    thing = f"{draw.choice(THINGS)} {draw.randrange(10**6)}"
    if label in BEHAVIORS:
        return [user(query(draw) + asked_of(label)), assistant(in_text(label))]
    if brief["form"] == "revised" and "first" in brief:
        said, call = made_call(brief["first"], thing, draw)
        return [user(said), assistant("I'll do it.", call)]
    if brief["form"] in ("lookup", "ordinal", "revised"):
        return [user(f"show me what is open about: {query(draw)}"), assistant("I'll look.", ("list_tasks", {}))]
    calls = [made_call(label, thing, draw)]
    if also := brief.get("also"):
        calls.append(made_call(also, f"{draw.choice(THINGS)} {draw.randrange(10**6)}", draw))
    turns = [user(" and also ".join(said for said, _ in calls)), assistant("I'll do it.", *(call for _, call in calls))]
    return [user("one more thing"), assistant("What is it?"), *turns] if brief["form"] == "asked_first" else turns


def asked_of(label: str) -> str:
    return "; put it into my calendar" if label == "ask" else ""


def in_text(label: str) -> str:
    return {
        "ask": "What date should I put it on?",
        "unable": "Sorry, I have no tool for that.",
        "direct": "You are welcome, that is all there is to it.",
    }[label]


def made_call(tool: str, thing: str, draw: random.Random) -> tuple[str, tuple[str, Json]]:
    """What a user says, and the call that it means."""
    day, time = f"2026-03-{draw.randrange(3, 29):02}", f"{draw.randrange(9, 17):02}:15"
    if tool in BY_ID:
        name, more, words = BY_ID[tool]
        item = f"{name.removesuffix('_id')}_{draw.randrange(10**6)}"
        return f"{item}, the one about {thing}: {words}", (tool, {name: item, **more})
    return {
        "create_task": (f"to do: {thing}", ("create_task", {"title": thing})),
        "list_tasks": (f"what is due by {day}? asked for {thing}", ("list_tasks", {"due_by": day})),
        "create_event": (
            f"appointment: {thing} on {day} at {time}",
            ("create_event", {"title": thing, "date": day, "start_time": time}),
        ),
        "get_weather": (f"how is the weather in Lyon? i have to {thing}", ("get_weather", {"location": "Lyon"})),
        "send_email": (
            f"mail desk@example.com, subject {thing}: {thing}",
            ("send_email", {"to": ["desk@example.com"], "subject": thing, "body": thing}),
        ),
    }[tool]


def _results(own: str, draw: random.Random) -> list[Json]:
    calls = json.loads(re.search(r"The calls:\n<data>(.*)</data>", own)[1])  # type: ignore[index]
    return [
        {"dialogue": one["dialogue"], "call": one["call"], "result": json.dumps(result_of(one, draw))} for one in calls
    ]


def result_of(call: Json, draw: random.Random) -> Any:
    noun = "task" if "task" in call["tool"] else "event"
    entry = {"id": f"{noun}_{draw.randrange(10**6)}", "status": "open"}
    if call["tool"] == "list_tasks":
        return [{"id": f"event_{draw.randrange(10**6)}"}, {**entry, "title": draw.choice(THINGS)}]
    return entry | call["arguments"]


def _continuations(own: str, draw: random.Random) -> list[Json]:
    listed = json.loads(re.findall(r"<data>(.*)</data>", own)[-1])
    return [{"dialogue": one["dialogue"], "turns": continuation(one, draw)} for one in listed]


def continuation(one: Json, draw: random.Random) -> list[Turn]:
    """What follows the results of a dialogue."""
    if one["form"] == "closed":
        return [assistant("That is done.")]
    name, more, words = BY_ID[one["tool"]]
    result = json.loads(one["turns"][-1]["text"])
    entries = result if isinstance(result, list) else [result]
    found = next(entry["id"] for entry in entries if entry["id"].startswith(name.removesuffix("id")))
    call = assistant("I'll do that.", (one["tool"], {name: found, **more}))
    said = f"the second one, please: {words} because of {query(draw)}"
    return [assistant("Here they are."), user(said), call]


def _pairs(own: str, draw: random.Random) -> list[Json]:
    count = int(re.search(r"Write (\d+) pairs", own)[1])  # type: ignore[index]
    first, second = re.search(r"behavior of the first is (\S+), that of the second\s(\S+),", own).groups()  # type: ignore[union-attr]
    return [pair(first, second, draw) for _ in range(count)]


def pair(first: str, second: str, draw: random.Random) -> Json:
    """Two requests that differ in one word, and call two tools for things to do and appointments."""
    thing = f"{draw.choice(THINGS)} {draw.randrange(10**6)}"
    sides = {}
    for side, label in (("first", first), ("second", second)):
        arguments: Json = {"title": thing}
        if label == "create_event":
            arguments |= {"date": "2026-03-04", "start_time": "15:00"}
        said = f"{thing}, 2026-03-04 15:00 ({label.removeprefix('create_')})"
        sides[side] = [user(said), assistant("I'll do that.", (label, arguments))]
    return {**sides, "edit": f"task or event: {thing}"}


def _verdicts(own: str, draw: random.Random) -> list[Json]:
    del draw
    asked = json.loads(re.findall(r"<data>(.*)</data>", own)[-1])
    return [
        {"query": one["query"], "why": "its words", "behavior": "call", "tools": [judged(one["user"])], "sure": True}
        for one in asked
    ]


def judged(said: list[str]) -> str:
    """The tool that the words of `pair` name."""
    return "create_event" if "(event)" in " ".join(said) else "create_task"


ANSWERS = {
    "dialogues": _dialogues,
    "results": _results,
    "continuations": _continuations,
    "pairs": _pairs,
    "verdicts": _verdicts,
}


def user(text: str) -> Turn:
    return {"role": "user", "text": text, "calls": []}


def assistant(text: str, *calls: tuple[str, Json]) -> Turn:
    made = [{"tool": tool, "arguments": json.dumps(arguments)} for tool, arguments in calls]
    return {"role": "assistant", "text": text, "calls": made}
