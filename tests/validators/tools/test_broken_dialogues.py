"""Valid dialogues, broken in one way at every place where that is possible: each way is named, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn, messages_json, tools_json
from winnow.validators.tools.schemas.argument_problem import ArgumentProblemName as Argument
from winnow.validators.tools.schemas.check_arguments import argument_problems
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.structure import StructureProblemName as Structure
from winnow.validators.tools.structure import structure_problems

PLACE = {
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
    "required": ["city"],
}
TOOLS = read_tools(
    [
        {
            "type": "function",
            "function": {
                "name": "order_taxi",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "day": {"type": "string", "format": "date"},
                        "time": {"type": "string", "format": "time"},
                        "people": {"type": "integer", "minimum": 1, "maximum": 8},
                        "start": PLACE,
                        "stops": {"type": "array", "items": PLACE, "maxItems": 2},
                        "size": {"type": "string", "enum": ["small", "large"]},
                        "shared": {"type": "boolean"},
                    },
                    "required": ["day", "people", "start"],
                },
            },
        },
        {
            "name": "convert",
            "input_schema": {
                "$ref": "#/$defs/Convert",
                "$defs": {
                    "Convert": {
                        "type": "object",
                        "properties": {
                            "amount": {"type": "number"},
                            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                        },
                        "required": ["amount", "currency"],
                    }
                },
            },
        },
        {
            "name": "mail",
            "parameters": {"to": {"type": "List[str]"}, "text": {"type": "str"}, "urgent": {"type": "bool, optional"}},
        },
    ]
).tools
TAXI = {
    "day": "2026-03-05",
    "time": "08:30",
    "people": 3,
    "start": {"street": "Elm Street 4", "city": "Salem"},
    "stops": [{"city": "Dover"}],
    "size": "large",
    "shared": False,
}
MAIL = {"to": ["ann@example.com"], "text": "The taxi comes on 2026-03-05."}


def user(text: str) -> Turn:
    return Turn(Role.USER, text)


def said(text: str) -> Turn:
    return Turn(Role.ASSISTANT, text)


def result(call_id: str) -> Turn:
    return Turn(Role.TOOL, '{"ok": true}', call_id=call_id)


def calling(*calls: Call, text: str = "") -> Turn:
    return Turn(Role.ASSISTANT, text, calls)


VALID = (
    Dialogue(
        (
            user("A taxi for three, please."),
            said("For which day?"),
            user("March 5th."),
            calling(Call("call_1", "order_taxi", TAXI)),
        ),
        TOOLS,
    ),
    Dialogue(
        (
            user("Order a taxi and tell Ann. How much is 12.50 in euros?"),
            calling(
                Call("call_1", "order_taxi", TAXI),
                Call("call_2", "convert", {"amount": 12.5, "currency": "EUR"}),
                text="One moment.",
            ),
            result("call_2"),
            result("call_1"),
            calling(Call("call_3", "mail", MAIL)),
            result("call_3"),
            said("It is ordered, and Ann knows."),
            user("Thanks!"),
            said("You're welcome."),
        ),
        TOOLS,
    ),
    Dialogue(
        (
            user("How much is 3 in yen?"),
            calling(Call("call_1", "convert", {"amount": 3, "currency": "JPY"})),
            result("call_1"),
            said("About 450."),
        ),
        TOOLS,
    ),
)

Broken = Iterator[Dialogue]


def turns_changed(dialogue: Dialogue, change: Callable[[Turn], Turn | None]) -> Broken:
    """The dialogue with one turn changed, for each turn that the change applies to."""
    for place, turn in enumerate(dialogue.turns):
        changed = change(turn)
        if changed is not None:
            yield replace(dialogue, turns=(*dialogue.turns[:place], changed, *dialogue.turns[place + 1 :]))


def turn_changes(change: Callable[[Turn], Turn | None]) -> Callable[[Dialogue], Broken]:
    return lambda dialogue: turns_changed(dialogue, change)


def call_changes(change: Callable[[Call], Call | None]) -> Callable[[Dialogue], Broken]:
    """The dialogue with its one or first call of a turn changed, for each turn with calls."""

    def changed(turn: Turn) -> Turn | None:
        for place, call in enumerate(turn.calls):
            new = change(call)
            if new is not None:
                return replace(turn, calls=(*turn.calls[:place], new, *turn.calls[place + 1 :]))
        return None

    return turn_changes(changed)


def argument_changes(name: str, change: Callable[[Any], Any]) -> Callable[[Dialogue], Broken]:
    """The dialogue with one argument of a call changed."""

    def changed(call: Call) -> Call | None:
        if name not in call.arguments:
            return None
        return replace(call, arguments={**call.arguments, name: change(call.arguments[name])})

    return call_changes(changed)


def without_argument(name: str) -> Callable[[Dialogue], Broken]:
    def changed(call: Call) -> Call | None:
        rest = {key: value for key, value in call.arguments.items() if key != name}
        return replace(call, arguments=rest) if name in call.arguments else None

    return call_changes(changed)


def places(dialogue: Dialogue, wanted: Callable[[int], bool]) -> list[int]:
    return [place for place in range(len(dialogue.turns)) if wanted(place)]


def with_turns(dialogue: Dialogue, turns: list[Turn]) -> Dialogue:
    return replace(dialogue, turns=tuple(turns))


def without_result(dialogue: Dialogue) -> Broken:
    for place in places(dialogue, lambda place: dialogue.turns[place].role is Role.TOOL):
        yield with_turns(dialogue, [*dialogue.turns[:place], *dialogue.turns[place + 1 :]])


def result_repeated(dialogue: Dialogue) -> Broken:
    for place in places(dialogue, lambda place: dialogue.turns[place].role is Role.TOOL):
        yield with_turns(dialogue, [*dialogue.turns[: place + 1], *dialogue.turns[place:]])


def result_at_the_end(dialogue: Dialogue) -> Broken:
    for place in places(dialogue, lambda place: dialogue.turns[place].role is Role.TOOL):
        rest = [*dialogue.turns[:place], *dialogue.turns[place + 1 :]]
        yield with_turns(dialogue, [*rest, dialogue.turns[place]])


def spoken_twice(role: Role) -> Callable[[Dialogue], Broken]:
    def repeated(dialogue: Dialogue) -> Broken:
        wanted = places(dialogue, lambda place: dialogue.turns[place].role is role and not dialogue.turns[place].calls)
        for place in wanted:
            yield with_turns(dialogue, [*dialogue.turns[:place], dialogue.turns[place], *dialogue.turns[place:]])

    return repeated


def without_first_turn(dialogue: Dialogue) -> Broken:
    yield with_turns(dialogue, list(dialogue.turns[1:]))


def user_after_results(dialogue: Dialogue) -> Broken:
    for place in places(dialogue, lambda place: dialogue.turns[place].role is Role.TOOL):
        if dialogue.turns[place + 1].role is not Role.TOOL:
            yield with_turns(dialogue, [*dialogue.turns[: place + 1], user("And?"), *dialogue.turns[place + 1 :]])


def nothing_trained(dialogue: Dialogue) -> Broken:
    yield with_turns(dialogue, [replace(turn, train=False) for turn in dialogue.turns])


def ids_alike(dialogue: Dialogue) -> Broken:
    yield from call_changes(lambda call: replace(call, id="call_1") if call.id != "call_1" else None)(dialogue)


def without_tool(dialogue: Dialogue) -> Broken:
    for name in {call.name for _, call in dialogue.calls()}:
        yield replace(dialogue, tools=tuple(tool for tool in dialogue.tools if tool.name != name))


def of_role(role: Role, change: Callable[[Turn], Turn]) -> Callable[[Dialogue], Broken]:
    return turn_changes(lambda turn: change(turn) if turn.role is role else None)


def answer_lost(dialogue: Dialogue) -> Broken:
    yield from turns_changed(
        dialogue, lambda turn: replace(turn, content="") if turn.role is Role.ASSISTANT and not turn.calls else None
    )


def more_arguments(call: Call) -> Call:
    return replace(call, arguments={**call.arguments, "comment": "soon"})


def accepting(**accepted: list[Any]) -> Callable[[Dialogue], Broken]:
    return call_changes(lambda call: replace(call, accepted=accepted) if call.name == "order_taxi" else None)


CALL = Call("call_9", "convert", {"amount": 1, "currency": "EUR"})
OTHER_ID = call_changes(lambda call: replace(call, accepted_calls=(replace(CALL, id="other"),)))
NESTED = call_changes(lambda call: replace(call, accepted_calls=(replace(CALL, id=call.id, accepted_calls=(CALL,)),)))
WAYS: Mapping[str, tuple[Callable[[Dialogue], Broken], Structure | Argument]] = {
    "the user says nothing": (of_role(Role.USER, lambda turn: replace(turn, content=" ")), Structure.EMPTY_TURN),
    "the assistant says nothing": (answer_lost, Structure.EMPTY_TURN),
    "a tool returns nothing": (of_role(Role.TOOL, lambda turn: replace(turn, content="")), Structure.EMPTY_TURN),
    "the calls are lost": (
        turn_changes(lambda turn: replace(turn, calls=(), content="") if turn.calls else None),
        Structure.EMPTY_TURN,
    ),
    "the user speaks twice": (spoken_twice(Role.USER), Structure.REPEATED_ROLE),
    "the assistant speaks twice": (spoken_twice(Role.ASSISTANT), Structure.REPEATED_ROLE),
    "the first turn is lost": (without_first_turn, Structure.FIRST_TURN_NOT_USER),
    "the user speaks after results": (user_after_results, Structure.USER_AFTER_RESULT),
    "nothing is trained": (nothing_trained, Structure.NOTHING_TO_LEARN),
    "no turns": (lambda dialogue: iter([replace(dialogue, turns=())]), Structure.NO_TURNS),
    "the user calls": (
        of_role(Role.USER, lambda turn: replace(turn, calls=(CALL,))),
        Structure.CALLS_OUTSIDE_ASSISTANT,
    ),
    "a tool calls": (of_role(Role.TOOL, lambda turn: replace(turn, calls=(CALL,))), Structure.CALLS_OUTSIDE_ASSISTANT),
    "the user reasons": (
        of_role(Role.USER, lambda turn: replace(turn, reasoning="Hm.")),
        Structure.REASONING_OUTSIDE_ASSISTANT,
    ),
    "an answer has a call id": (
        of_role(Role.ASSISTANT, lambda turn: replace(turn, call_id="call_1")),
        Structure.CALL_ID_OUTSIDE_RESULT,
    ),
    "a call has no id": (call_changes(lambda call: replace(call, id="")), Structure.CALL_WITHOUT_ID),
    "a call has no name": (call_changes(lambda call: replace(call, name="")), Structure.CALL_WITHOUT_NAME),
    "two calls have one id": (ids_alike, Structure.REPEATED_CALL_ID),
    "an accepted call has another id": (OTHER_ID, Structure.ACCEPTED_CALL),
    "an accepted call accepts calls": (NESTED, Structure.ACCEPTED_CALL),
    "a result is lost": (without_result, Structure.UNANSWERED_CALL),
    "a result is there twice": (result_repeated, Structure.RESULT_TWICE),
    "a result comes late": (result_at_the_end, Structure.RESULT_OUT_OF_PLACE),
    "a result has another id": (
        of_role(Role.TOOL, lambda turn: replace(turn, call_id="call_99")),
        Structure.RESULT_WITHOUT_CALL,
    ),
    "a result has no id": (of_role(Role.TOOL, lambda turn: replace(turn, call_id="")), Structure.RESULT_WITHOUT_CALL),
    "a tool is not offered": (without_tool, Argument.UNKNOWN_TOOL),
    "a tool has another name": (call_changes(lambda call: replace(call, name=f"{call.name}s")), Argument.UNKNOWN_TOOL),
    "the case of a tool's name": (
        call_changes(lambda call: replace(call, name=call.name.upper())),
        Argument.UNKNOWN_TOOL,
    ),
    "no arguments": (call_changes(lambda call: replace(call, arguments={})), Argument.MISSING),
    "a required argument is missing": (without_argument("day"), Argument.MISSING),
    "a required argument of an xLAM tool is missing": (without_argument("text"), Argument.MISSING),
    "an argument too many": (call_changes(more_arguments), Argument.UNDECLARED),
    "a nested argument too many": (argument_changes("start", lambda value: {**value, "zip": "1"}), Argument.UNDECLARED),
    "an argument too many in a list": (
        argument_changes("stops", lambda value: [*value, {"city": "x", "zip": "1"}]),
        Argument.UNDECLARED,
    ),
    "a nested required argument is missing": (
        argument_changes("start", lambda value: {"street": "x"}),
        Argument.MISSING,
    ),
    "a date that does not exist": (argument_changes("day", lambda value: "2026-02-29"), Argument.NO_SUCH_DATE),
    "a date that does not exist, in a text": (
        argument_changes("text", lambda value: "2026-06-31"),
        Argument.NO_SUCH_DATE,
    ),
    "a date in another form": (argument_changes("day", lambda value: "03/05/2026"), Argument.WRONG_FORMAT),
    "a date in words": (argument_changes("day", lambda value: "March 5th"), Argument.WRONG_FORMAT),
    "a time in words": (argument_changes("time", lambda value: "half past eight"), Argument.WRONG_FORMAT),
    "a time that does not exist": (argument_changes("time", lambda value: "25:00"), Argument.WRONG_FORMAT),
    "an integer as text": (argument_changes("people", str), Argument.NUMBER_AS_STRING),
    "an integer as a float": (argument_changes("people", float), Argument.FLOAT_FOR_INTEGER),
    "a fraction for an integer": (argument_changes("people", lambda value: 2.5), Argument.WRONG_TYPE),
    "too many people": (argument_changes("people", lambda value: 9), Argument.OUT_OF_RANGE),
    "no people": (argument_changes("people", lambda value: 0), Argument.OUT_OF_RANGE),
    "a number in words": (argument_changes("amount", lambda value: "three"), Argument.WRONG_TYPE),
    "a number as text": (argument_changes("amount", str), Argument.NUMBER_AS_STRING),
    "a boolean as text": (argument_changes("shared", lambda value: "false"), Argument.BOOLEAN_AS_STRING),
    "a boolean as a number": (argument_changes("shared", int), Argument.WRONG_TYPE),
    "null": (argument_changes("size", lambda value: None), Argument.NULL_VALUE),
    "a value that is not in the enum": (argument_changes("size", lambda value: "medium"), Argument.NOT_IN_ENUM),
    "another case of an enum": (argument_changes("size", str.upper), Argument.NOT_IN_ENUM),
    "an object as text": (argument_changes("start", lambda value: '{"city": "Salem"}'), Argument.JSON_AS_STRING),
    "a list as text": (argument_changes("to", lambda value: '["ann@example.com"]'), Argument.JSON_AS_STRING),
    "an item instead of a list": (argument_changes("stops", lambda value: value[0]), Argument.WRONG_TYPE),
    "a list instead of an item": (argument_changes("day", lambda value: [value]), Argument.WRONG_TYPE),
    "an item of another type": (argument_changes("stops", lambda value: ["Dover"]), Argument.WRONG_TYPE),
    "too many items": (argument_changes("stops", lambda value: value * 3), Argument.WRONG_LENGTH),
    "a text that does not match the pattern": (
        argument_changes("currency", lambda value: "euro"),
        Argument.PATTERN_MISMATCH,
    ),
    "an accepted value of another type": (accepting(people=["3"]), Argument.NUMBER_AS_STRING),
    "an accepted value without its required argument": (accepting(day=[""]), Argument.MISSING),
    "an accepted value of an undeclared argument": (accepting(zip=["1"]), Argument.UNDECLARED),
}


def written(dialogue: Dialogue) -> tuple[str, str]:
    return messages_json(dialogue), tools_json(dialogue)


def names_of(dialogue: Dialogue) -> set[str]:
    return {problem.name for problem in (*structure_problems(dialogue), *argument_problems(dialogue))}


def test_the_valid_dialogues_are_valid() -> None:
    assert [names_of(dialogue) for dialogue in VALID] == [set(), set(), set()]
    assert {tool.name for tool in TOOLS} == {"order_taxi", "convert", "mail"}


def test_there_are_many_ways() -> None:
    assert len(WAYS) >= 60
    assert {expected for _, expected in WAYS.values()} >= set(Structure)


@pytest.mark.parametrize(("breaking", "expected"), WAYS.values(), ids=WAYS)
def test_a_broken_dialogue_is_named(breaking: Callable[[Dialogue], Broken], expected: Structure | Argument) -> None:
    broken = [one for dialogue in VALID for one in breaking(dialogue) if written(one) != written(dialogue)]
    assert broken
    found = [names_of(one) for one in broken]
    assert all(expected in names for names in found), found


def test_no_tool_is_offered_for_a_call() -> None:
    for dialogue in VALID:
        assert Argument.UNKNOWN_TOOL in names_of(replace(dialogue, tools=()))
