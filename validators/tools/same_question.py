"""Dialogues in which the user says the same and the assistant calls something else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from winnow.core.example import canonical_text, fold_key
from winnow.validators.tools.dialogue import OMITTED, Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.same_value import same_value
from winnow.validators.tools.strict_json import JsonValue, write_json

MAX_COMPARED = 100
"""A dialogue is compared with at most so many others that have the same turns of the user."""


@dataclass(frozen=True)
class AnsweredDialogue:
    """A dialogue with the id of its record and its label."""

    id: str
    label: str
    dialogue: Dialogue


@dataclass(frozen=True)
class Disagreement:
    """What another dialogue does where this one does something else."""

    other: AnsweredDialogue
    turn: int
    """Index of the turn of this dialogue, from 0."""
    own: str
    """The calls of this dialogue, in words."""
    others: str
    """The calls of the other one."""
    clear: bool
    """Whether tools, or values that are no free text, differ."""


@dataclass(frozen=True)
class _Batch:
    """The calls of one turn and their results; without calls, the answer that ends the work on a user's turn."""

    turn: int
    spoken: Turn
    results: tuple[str, ...] = ()


def user_turns(dialogue: Dialogue) -> tuple[str, ...]:
    """What the user says, without differences of case, width and white space."""
    return tuple(fold_key(canonical_text(turn.content)) for turn in dialogue.turns if turn.role is Role.USER)


def disagreements(dialogues: Sequence[AnsweredDialogue]) -> list[list[Disagreement]]:
    """For each dialogue those that disagree with it, the clear ones first; none if more of them agree with it."""
    same: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in sorted(range(len(dialogues)), key=lambda place: dialogues[place].id):
        same[user_turns(dialogues[place].dialogue)].append(place)
    found: list[list[Disagreement]] = [[] for _ in dialogues]
    for places in same.values():
        for place in places if len(places) > 1 else ():
            others = [dialogues[other] for other in places[:MAX_COMPARED] if other != place]
            found[place] = _of_one(dialogues[place], others)
    return found


def _of_one(own: AnsweredDialogue, others: Sequence[AnsweredDialogue]) -> list[Disagreement]:
    against = [one for other in others if (one := _disagreement(own, other))]
    agreeing = len(others) - len(against) + 1
    return sorted(against, key=lambda one: (not one.clear, one.other.id)) if len(against) >= agreeing else []


def _disagreement(own: AnsweredDialogue, other: AnsweredDialogue) -> Disagreement | None:
    """The first difference, if each of the two was offered what the other one calls."""
    first, second = own.dialogue, other.dialogue
    if not (_is_offered(first, second) and _is_offered(second, first)):
        return None
    for one, another, same_past in _aligned(first, second):
        if one and another and not (one.spoken.train and another.spoken.train):
            return None
        calls, others = (batch.spoken.calls if batch else () for batch in (one, another))
        if not same_past and not (calls and others):
            return None
        unlike = _unlike(calls, others, first, second, names_only=not same_past)
        if unlike is not None:
            turn = one.turn if one else len(first.turns) - 1
            return Disagreement(other, turn, _words(calls), _words(others), clear=unlike)
    return _other_behavior(own, other)


def _is_offered(offering: Dialogue, calling: Dialogue) -> bool:
    return all(offering.tool(call.name) for _, call in calling.calls())


def _other_behavior(own: AnsweredDialogue, other: AnsweredDialogue) -> Disagreement | None:
    """A difference between answers in text: of what is asked, refused or answered, with the same tools."""
    called = any(True for one in (own, other) for _ in one.dialogue.calls())
    if called or own.label == other.label or own.dialogue.tools != other.dialogue.tools:
        return None
    return Disagreement(other, len(own.dialogue.turns) - 1, own.label, other.label, clear=True)


def _aligned(one: Dialogue, other: Dialogue) -> Iterator[tuple[_Batch | None, _Batch | None, bool]]:
    """The batches of two dialogues side by side, and whether all results before them are equal."""
    same_past = True
    for mine, its in zip(_by_user_turn(one), _by_user_turn(other), strict=True):
        for first, second in zip_longest(mine, its):
            yield first, second, same_past
            same_past = same_past and (first.results if first else ()) == (second.results if second else ())


def _by_user_turn(dialogue: Dialogue) -> list[list[_Batch]]:
    """For each turn of the user, the turns with which the assistant responds."""
    found: list[list[_Batch]] = []
    for place, turn in enumerate(dialogue.turns):
        if turn.role is Role.USER:
            found.append([])
        elif turn.role is Role.ASSISTANT and found:
            found[-1].append(_Batch(place, turn, _results(dialogue, turn)))
    return found


def _results(dialogue: Dialogue, turn: Turn) -> tuple[str, ...]:
    ids = [call.id for call in turn.calls]
    return tuple(sorted(one.content for one in dialogue.turns if one.call_id in ids and one.role is Role.TOOL))


def _unlike(
    calls: Sequence[Call], others: Sequence[Call], one: Dialogue, other: Dialogue, *, names_only: bool
) -> bool | None:
    """None if the calls of two turns agree, else whether they differ in more than free text."""
    rest, unmatched = list(others), []
    for call in calls:
        match = next((o for o in rest if _agree(call, o, one, other, names_only=names_only)), None)
        if match is None:
            unmatched.append(call)
        else:
            rest.remove(match)
    if not unmatched and not rest:
        return None
    if Counter(call.name for call in unmatched) != Counter(call.name for call in rest):
        return True
    pairs = zip(sorted(unmatched, key=_name), sorted(rest, key=_name), strict=True)
    return any(_differs_clearly(call, o, one) for call, o in pairs)


def _name(call: Call) -> str:
    return call.name


def _agree(call: Call, other: Call, one: Dialogue, another: Dialogue, *, names_only: bool) -> bool:
    """Whether any accepted form of one call is an accepted form of the other."""
    forms = ((a, b) for a in (call, *call.accepted_calls) for b in (other, *other.accepted_calls) if a.name == b.name)
    return any(names_only or not _unlike_arguments(a, b, one.tool(a.name), another.tool(b.name)) for a, b in forms)


def _unlike_arguments(call: Call, other: Call, tool: Tool | None, other_tool: Tool | None) -> list[str]:
    """The arguments with another meaning; none if the tool is declared differently."""
    if tool is None or other_tool is None or tool.parameters != other_tool.parameters:
        return []
    names = sorted({*call.arguments, *other.arguments})
    return [name for name in names if not _same_argument(name, call, other, tool)]


def _same_argument(name: str, call: Call, other: Call, tool: Tool) -> bool:
    mine, its = _accepted(name, call, tool), _accepted(name, other, tool)
    return any(same_value(name, one, another) for one in mine for another in its)


def _accepted(name: str, call: Call, tool: Tool) -> list[JsonValue]:
    """The values that are right for an argument; None stands for leaving it out, and for the default."""
    value = call.arguments.get(name)
    values = [value, *call.accepted.get(name, ())]
    schema = tool.properties.get(name)
    default = schema.get("default") if isinstance(schema, Mapping) else None
    return [None if one in (OMITTED, default) else one for one in values]


def _differs_clearly(call: Call, other: Call, dialogue: Dialogue) -> bool:
    """Whether an argument that both calls have differs and is more than words: a number, date, id or listed value."""
    tool = dialogue.tool(call.name)
    unlike = _unlike_arguments(call, other, tool, tool)
    both = [name for name in unlike if name in call.arguments and name in other.arguments]
    return any(not _is_free_text(call.arguments[name], name, tool) for name in both)


def _is_free_text(value: JsonValue, name: str, tool: Tool | None) -> bool:
    schema = tool.properties.get(name) if tool else None
    listed = isinstance(schema, Mapping) and "enum" in schema
    return isinstance(value, str) and not listed and not any(map(str.isdigit, value))


def _words(calls: Sequence[Call]) -> str:
    return ", ".join(f"{call.name}({write_json(call.arguments)})" for call in calls) or "no tool"
