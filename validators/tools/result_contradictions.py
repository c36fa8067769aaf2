"""Results of tools that contradict their call, or the answer that follows them. The words of answers are English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from winnow.validators.tools.dialogue import Call, Dialogue, Role
from winnow.validators.tools.grounding.folding import fold, split_name
from winnow.validators.tools.same_value import same_value
from winnow.validators.tools.strict_json import JsonError, JsonValue, read_json

ECHOING_VERBS = frozenset(
    "create add new make insert post register update edit change modify set rename move assign get read fetch view "
    "show retrieve lookup book reserve schedule reschedule order cancel delete remove complete finish close mark send "
    "return exchange".split()
)
"""First words of tools whose result describes the object of the call. Searches, lists and conversions do not."""

CREATING_VERBS = frozenset("create add new make insert post register book reserve schedule order send".split())
"""Those whose result has an id that the call cannot know."""

STATE_KEYS = frozenset(
    "status state message error errors success ok result results count total code type updated created".split()
)
"""Keys that say what happened; an argument of the same name may ask for something else."""

MAX_FAILURE_CHARACTERS = 300
"""A longer text is content that may speak of errors, not the message of a failure."""

_FAILED_STATES = frozenset("error failed failure fail not_found notfound invalid unauthorized forbidden denied".split())

_FAILURE_TEXT = re.compile(
    r"^\W*(?:error|failed|failure|exception|invalid)\b|\bnot found\b|\bno such\b|\b(?:does not|doesn't) exist\b|"
    r"\b(?:failed|unable) to\b|\bcould not be\b",
    re.I,
)

_FILLER = re.compile(r"\b(?:no|not a) (?:problem|worries|trouble|issue)\b|\bno need to\b|\bdon't forget\b", re.I)

_ADMITS = re.compile(
    r"\b(?:no|not|cannot|never|nothing|none|neither|without|unable|fail\w*|errors?|sorry|unfortunately|apolog\w+|"
    r"problem|issues?|trouble|invalid|unavailable|denied|declined|refused|missing|incorrect|wrong|exceed\w*|"
    r"unsuccessful\w*|try again|retry|already|instead|unknown|only|transfer\w*|down|timed out)\b|n[’']t\b|\?",
    re.I,
)
"""Words with which an answer admits a failure, or asks what to do."""


@dataclass(frozen=True)
class Contradiction:
    """One contradiction, with its place."""

    turn: int
    """Index of the turn of the result, from 0."""
    call_id: str
    """The call of the result."""
    why: str
    """What contradicts what; turns are counted from 1 here."""


def result_contradictions(dialogue: Dialogue) -> list[Contradiction]:
    """Every contradiction of a dialogue, in order. What is not learned counts for nothing."""
    calls = {call.id: (dialogue.turns[place], call) for place, call in dialogue.calls()}
    found: list[Contradiction] = []
    for place, turn in enumerate(dialogue.turns):
        if turn.role is not Role.TOOL or turn.call_id not in calls:
            continue
        caller, call = calls[turn.call_id]
        if is_failure(turn.content):
            found += _ignored_failure(dialogue, place)
        elif caller.train:
            found += [Contradiction(place, call.id, why) for why in _other_values(call, turn.content, place)]
    return found


def is_failure(result: str) -> bool:
    """Whether the text of a result says that the call failed."""
    value = _json(result)
    if isinstance(value, Mapping):
        return _object_failed(value)
    return len(result) <= MAX_FAILURE_CHARACTERS and bool(_FAILURE_TEXT.search(str(value)))


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = read_json(text)
    except JsonError:
        return text
    return value


def _object_failed(value: Mapping[str, JsonValue]) -> bool:
    fields = {key.lower(): inner for key, inner in value.items()}
    if any(fields.get(key) not in (None, False, "", 0, [], {}) for key in ("error", "errors", "exception", "is_error")):
        return True
    if any(fields.get(key) is False for key in ("success", "ok", "found")):
        return True
    states = {fold(str(fields.get(key, ""))).replace(" ", "_") for key in ("status", "result")}
    message = fields.get("message")
    return bool(states & _FAILED_STATES) or (isinstance(message, str) and bool(_FAILURE_TEXT.search(message)))


def _ignored_failure(dialogue: Dialogue, place: int) -> Iterator[Contradiction]:
    """The failed result at a place, if the answer after it does not admit the failure; another call is no answer."""
    answer = _answer_after(dialogue, place)
    if answer is None:
        return
    turn = dialogue.turns[answer]
    if turn.calls or not turn.train or _ADMITS.search(_FILLER.sub("", turn.content)):
        return
    call_id = dialogue.turns[place].call_id
    why = (
        f"turn {place + 1}: the result of {call_id} is a failure, {_cut(dialogue.turns[place].content)}; "
        f"turn {answer + 1} answers as if it had not failed: {_cut(turn.content)}"
    )
    yield Contradiction(place, call_id, why)


def _answer_after(dialogue: Dialogue, place: int) -> int | None:
    later = range(place + 1, len(dialogue.turns))
    return next((index for index in later if dialogue.turns[index].role is Role.ASSISTANT), None)


def _other_values(call: Call, result: str, place: int) -> Iterator[str]:
    """Every argument for which the object of a result has another value."""
    words = split_name(call.name)
    described = _described_object(_json(result)) if ECHOING_VERBS & set(words[:1]) else {}
    for name, value in call.arguments.items():
        key = _matching_key(name, call, described)
        if key is not None and _differs(name, value, described[key]):
            yield f"turn {place + 1}, {call.id}: {name} is {value!r} in the call and {described[key]!r} in its result"


def _described_object(value: JsonValue) -> Mapping[str, JsonValue]:
    """The object that a result describes: its only member that is an object, with its other members."""
    if not isinstance(value, Mapping):
        return {}
    inner = [one for one in value.values() if isinstance(one, Mapping)]
    return {**inner[0], **value} if len(inner) == 1 else value


def _matching_key(name: str, call: Call, described: Mapping[str, JsonValue]) -> str | None:
    """The key of the result that an argument sets or names; `new_date` sets `date`, `task_id` names the `id`."""
    keys = {_joined(key): key for key in described}
    words = split_name(name)
    arguments = {_joined(other) for other in call.arguments}
    if _joined(name) in STATE_KEYS or f"new{_joined(name)}" in arguments:
        return None
    if _joined(name) in keys:
        return keys[_joined(name)]
    if words[0] == "new":
        return keys.get("".join(words[1:]))
    tool = split_name(call.name)
    names_object = words[-1] == "id" and len(words) > 1 and set(words[:-1]) <= set(tool[1:])
    return keys.get("id") if names_object and tool[0] not in CREATING_VERBS else None


def _joined(name: str) -> str:
    return "".join(split_name(name))


def _differs(name: str, given: JsonValue, returned: JsonValue) -> bool:
    """Whether two values contradict; lists do if they have nothing in common, and empty values never."""
    if given in (None, "") or returned in (None, "") or isinstance(given, Mapping) or isinstance(returned, Mapping):
        return False
    ones, others = _elements(given), _elements(returned)
    if any(isinstance(one, Mapping) for one in (*ones, *others)) or not ones or not others:
        return False
    return not any(same_value(name, one, other) for one in ones for other in others)


def _elements(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _cut(text: str) -> str:
    return repr(text if len(text) <= 160 else f"{text[:160]} …")
