"""Facets of a dialogue: named properties of its turns and calls, determined by rules. The words are English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool

TURN_COUNTS = {0: "one", 1: "one", 2: "two"}

MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)

COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|few|several|half an?|\d+)"

TIME_REFERENCE = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|noon|midnight|morning|afternoon|evening|weekend|right now|o'clock|"
    rf"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|{MONTHS}\.? \d{{1,4}}|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTHS}|"
    rf"(?:in|by|until|since|of|next|last|this) {MONTHS}|(?:the|by|on|until) \d{{1,2}}(?:st|nd|rd|th)|"
    r"\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m|p\.m)|[0-2]?\d:[0-5]\d|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:/\d{2,4})?|"
    rf"(?:next|last|this|every|{COUNT})(?: \w+)? (?:minutes?|hours?|days?|weeks?|months?|years?))\b",
    re.IGNORECASE,
)
"""A point or a span of time that the user names."""

ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|next to last|last|top|bottom)"

LISTED = (
    r"(?:ones?|of (?:them|these|those)|on (?:the|that|your|my) list|in (?:the|that|your|my) list|tasks?|events?|"
    r"appointments?|meetings?|items?|entr(?:y|ies)|options?|results?|choices?|hits?)"
)

CLAUSE_END = r"(?= ?(?:[,;.!?]|please|$))"

ORDINAL_REFERENCE = re.compile(
    rf"\b(?:the|that) (?:{ORDINAL}|\d+(?:st|nd|rd|th)) (?:\w+ )?{LISTED}\b|"
    rf"\bthe {ORDINAL}(?: two| three)?{CLAUSE_END}|"
    rf"\b(?:number|option|item|result) (?:\d{{1,2}}|one|two|three|four|five)\b|(?<!\w)#\d{{1,2}}\b|"
    r"\bthe (?:former|latter)\b",
    re.IGNORECASE,
)
"""Something is named by its place in a list: "the third one", "number two"."""

CLAUSE_START = r"(?:^|[.,;:!?–—-] ?)"

CORRECTS = (
    rf"\bno,? (?:wait|make (?:it|that)|i mean)\b|\bi meant?\b[ ,:]|\bscratch that\b|\bon second thoughts?\b|"
    rf"{CLAUSE_START}wait,|\bcorrection:|{CLAUSE_START}actually,? (?:make|let's|change|no\b|an? |at |on |it |that )"
)

CORRECTION = re.compile(CORRECTS, re.IGNORECASE)
"""The user corrects what the same turn said before."""

LATER_CORRECTION = re.compile(
    rf"{CORRECTS}|{CLAUSE_START}actually\b|^(?:no|nope),? (?:not|it|the|on|at|i|use|change)\b|^sorry,|\binstead\b",
    re.IGNORECASE,
)
"""The user corrects what an earlier turn said."""

DATE_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?|\d{1,2}:\d\d(?::\d\d)?")


def dialogue_facets(dialogue: Dialogue, label: str, task_tools: Sequence[Tool]) -> dict[str, str]:
    """Every facet that applies to a dialogue with this label, by name. `task_tools` are those of the task."""
    user_texts = [turn.content for turn in dialogue.turns if turn.role is Role.USER]
    found = {
        "turns": TURN_COUNTS.get(len(user_texts), "three_or_more"),
        "several_tools": _yes(len({call.name for _, call in dialogue.calls()}) > 1),
        "optional_arguments": optional_arguments(dialogue),
        "time_reference": _yes(any(map(TIME_REFERENCE.search, user_texts))),
        "threads_id": _yes(next(threading_calls(dialogue), None) is not None),
        "ordinal_reference": _yes(any(map(ORDINAL_REFERENCE.search, user_texts))),
        "correction": _yes(corrects(user_texts)),
        "tool_set": tool_set(dialogue, task_tools),
    }
    if label in list(Behavior):
        found["no_call_kind"] = label
    return found | {"difficulty": difficulty(found)}


def difficulty(facets: Mapping[str, str]) -> str:
    """`easy`, `medium` or `hard`: with none, one, or more of what makes a dialogue hard.

    These are several turns of the user, several tools, an id from a result, an ordinal reference, a correction, and a
    required value or a tool that is missing.
    """
    reasons = [facets["turns"] != "one", facets.get("no_call_kind") in (Behavior.ASK, Behavior.UNABLE)]
    reasons += [facets[name] == "yes" for name in ("several_tools", "threads_id", "ordinal_reference", "correction")]
    return ("easy", "medium", "hard")[min(sum(reasons), 2)]


def optional_arguments(dialogue: Dialogue) -> str:
    """`present` if a call has one, `absent` if calls could have one and have none, `none` where no call could."""
    possible = False
    for _, call in dialogue.calls():
        tool = dialogue.tool(call.name)
        optional = set(tool.properties) - set(tool.required) if tool else set()
        if optional & set(call.arguments):
            return "present"
        possible = possible or bool(optional)
    return "absent" if possible else "none"


def tool_set(dialogue: Dialogue, task_tools: Sequence[Tool]) -> str:
    """`all` of the task's tools are offered, a `subset` of them, `other` tools, or `none`."""
    offered = {tool.name: tool for tool in dialogue.tools}
    known = {tool.name: tool for tool in task_tools}
    if not offered:
        return "none"
    if offered == known:
        return "all"
    return "subset" if all(known.get(name) == tool for name, tool in offered.items()) else "other"


def corrects(user_texts: Sequence[str]) -> bool:
    """Whether the user corrects something that was said before: in the same turn, or in an earlier one."""
    return any(CORRECTION.search(text) for text in user_texts[:1]) or any(
        LATER_CORRECTION.search(text) for text in user_texts[1:]
    )


def threading_calls(dialogue: Dialogue) -> Iterator[Call]:
    """The calls with an id that an earlier result returned first: neither the user nor an earlier call gave it."""
    given, returned = "", set[str]()
    for turn in dialogue.turns:
        for call in turn.calls:
            if returned & set(_ids(call, dialogue.tool(call.name))):
                yield call
        if turn.role is Role.TOOL:
            returned |= {value for value in _result_values(turn.content) if value.casefold() not in given}
        else:
            calls = " ".join(value for call in turn.calls for value in _leaves(call.arguments))
            spoken = turn.content if turn.role is Role.USER else ""
            given += f" {spoken} {calls}".casefold()


def _ids(call: Call, tool: Tool | None) -> Iterator[str]:
    """The values of a call that may be ids: texts, but no dates, times and listed values, and numbers named so."""
    for name, value in call.arguments.items():
        schema = tool.properties.get(name, {}) if tool else {}
        is_id = name.lower().endswith("id") or name.lower().endswith("ids")
        if isinstance(schema, Mapping) and "enum" in schema:
            continue
        if isinstance(value, str | list) or is_id:
            yield from (leaf for leaf in _leaves(value) if is_id or not _is_plain(leaf))


def _is_plain(text: str) -> bool:
    return bool(DATE_OR_TIME.fullmatch(text)) or text.lstrip("-").replace(".", "", 1).isdigit()


def _result_values(text: str) -> set[str]:
    """The values of a result in JSON; the words of another one."""
    try:
        return set(_leaves(json.loads(text)))
    except ValueError:
        return {word.strip(".,:;!?()[]{}\"'") for word in text.split()} - {""}


def _leaves(value: Any) -> Iterator[str]:
    """The texts and numbers inside a JSON value, as text."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
        yield str(value)


def _yes(holds: object) -> str:
    return "yes" if holds else "no"
