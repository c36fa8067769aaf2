from __future__ import annotations

import json

import pytest

from tests.support.public_data import public_data
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.structure import StructureProblemName as Name
from winnow.validators.tools.structure import structure_problems


def user(text: str = "Weather in Rome?") -> Turn:
    return Turn(Role.USER, text)


def answer(text: str = "It is 18 °C.") -> Turn:
    return Turn(Role.ASSISTANT, text)


def calling(*ids: str, content: str = "") -> Turn:
    return Turn(Role.ASSISTANT, content, tuple(Call(call_id, "weather", {"city": "Rome"}) for call_id in ids))


def result(call_id: str, content: str = '{"celsius": 18}') -> Turn:
    return Turn(Role.TOOL, content, call_id=call_id)


def problems_of(*turns: Turn) -> list[tuple[Name, int, str]]:
    return [(problem.name, problem.turn, problem.call_id) for problem in structure_problems(Dialogue(turns))]


VALID = {
    "answered": (user(), answer()),
    "called": (user(), calling("call_1")),
    "called with prose": (user(), calling("call_1", content="Let me look.")),
    "answered from a result": (user(), calling("call_1"), result("call_1"), answer()),
    "parallel results in another order": (user(), calling("a", "b"), result("b"), result("a"), answer()),
    "calls after a result": (user(), calling("a"), result("a"), calling("b"), result("b"), answer(), user(), answer()),
    "unanswered calls at the end": (user(), answer("Which city?"), user("Rome."), calling("a", "b")),
    "a request alone": (user(),),
    "ends with results": (user(), calling("a", "b"), result("a"), result("b")),
    "ends with the user": (user(), answer(), user("Thanks.")),
    "reasoning": (user(), Turn(Role.ASSISTANT, "18 °C.", reasoning="It is Rome.")),
    "a failed turn stays as context": (
        user(),
        Turn(Role.ASSISTANT, calls=(Call("a", "weather", {}),), train=False),
        result("a", "error: no city"),
        calling("b"),
    ),
    "accepted calls": (user(), Turn(Role.ASSISTANT, calls=(Call("a", "f", {}, {}, (Call("a", "g", {}),)),))),
}


@pytest.mark.parametrize("turns", VALID.values(), ids=VALID)
def test_a_valid_order_is_accepted(turns: tuple[Turn, ...]) -> None:
    assert problems_of(*turns) == []


BROKEN = {
    "no turns": ((), [(Name.NO_TURNS, 0, "")]),
    "nothing trained": ((user(), Turn(Role.ASSISTANT, "Hi.", train=False)), [(Name.NOTHING_TO_LEARN, 1, "")]),
    "assistant first": ((answer(), user(), answer()), [(Name.FIRST_TURN_NOT_USER, 0, "")]),
    "result first": (
        (result("a"), user(), answer()),
        [(Name.FIRST_TURN_NOT_USER, 0, ""), (Name.RESULT_WITHOUT_CALL, 0, "a"), (Name.USER_AFTER_RESULT, 1, "")],
    ),
    "empty user": ((user(""), answer()), [(Name.EMPTY_TURN, 0, "")]),
    "blank user": ((user(" \n"), answer()), [(Name.EMPTY_TURN, 0, "")]),
    "empty answer": ((user(), answer("")), [(Name.EMPTY_TURN, 1, "")]),
    "empty result": ((user(), calling("a"), result("a", ""), answer()), [(Name.EMPTY_TURN, 2, "")]),
    "two users": ((user(), user(), answer()), [(Name.REPEATED_ROLE, 1, "")]),
    "two answers": ((user(), answer(), answer()), [(Name.REPEATED_ROLE, 2, "")]),
    "answer, then calls": ((user(), answer(), calling("a")), [(Name.REPEATED_ROLE, 2, "")]),
    "user after a result": (
        (user(), calling("a"), result("a"), user(), answer()),
        [(Name.USER_AFTER_RESULT, 3, "")],
    ),
    "calls of the user": (
        (Turn(Role.USER, "Hi.", (Call("a", "f", {}),)), result("a"), answer()),
        [(Name.CALLS_OUTSIDE_ASSISTANT, 0, "")],
    ),
    "calls of a tool": (
        (user(), calling("a"), Turn(Role.TOOL, "x", (Call("b", "f", {}),), "a"), result("b"), answer()),
        [(Name.CALLS_OUTSIDE_ASSISTANT, 2, "")],
    ),
    "reasoning of the user": (
        (Turn(Role.USER, "Hi.", reasoning="I am bored."), answer()),
        [(Name.REASONING_OUTSIDE_ASSISTANT, 0, "")],
    ),
    "call id in an answer": (
        (user(), calling("a"), Turn(Role.ASSISTANT, "18 °C.", call_id="a")),
        [(Name.UNANSWERED_CALL, 1, "a"), (Name.CALL_ID_OUTSIDE_RESULT, 2, "")],
    ),
    "call without id": ((user(), calling("")), [(Name.CALL_WITHOUT_ID, 1, "")]),
    "call without name": (
        (user(), Turn(Role.ASSISTANT, calls=(Call("a", " ", {}),))),
        [(Name.CALL_WITHOUT_NAME, 1, "a")],
    ),
    "call id twice in a turn": ((user(), calling("a", "a")), [(Name.REPEATED_CALL_ID, 1, "a")]),
    "call id twice in a dialogue": (
        (user(), calling("a"), result("a"), calling("a"), result("a"), answer()),
        [(Name.REPEATED_CALL_ID, 3, "a")],
    ),
    "accepted call of another id": (
        (user(), Turn(Role.ASSISTANT, calls=(Call("a", "f", {}, {}, (Call("b", "g", {}),)),))),
        [(Name.ACCEPTED_CALL, 1, "a")],
    ),
    "unanswered before the answer": ((user(), calling("a"), answer()), [(Name.UNANSWERED_CALL, 1, "a")]),
    "unanswered before the user": ((user(), calling("a"), user(), answer()), [(Name.UNANSWERED_CALL, 1, "a")]),
    "one of two unanswered": (
        (user(), calling("a", "b"), result("b"), answer()),
        [(Name.UNANSWERED_CALL, 1, "a")],
    ),
    "one of two unanswered at the end": ((user(), calling("a", "b"), result("a")), [(Name.UNANSWERED_CALL, 1, "b")]),
    "result without a call": ((user(), result("a"), answer()), [(Name.RESULT_WITHOUT_CALL, 1, "a")]),
    "result of another id": (
        (user(), calling("a"), result("b"), answer()),
        [(Name.UNANSWERED_CALL, 1, "a"), (Name.RESULT_WITHOUT_CALL, 2, "b")],
    ),
    "result without an id": (
        (user(), calling("a"), result(""), answer()),
        [(Name.UNANSWERED_CALL, 1, "a"), (Name.RESULT_WITHOUT_CALL, 2, "")],
    ),
    "two results": (
        (user(), calling("a"), result("a"), result("a"), answer()),
        [(Name.RESULT_TWICE, 3, "a")],
    ),
    "two results far apart": (
        (user(), calling("a"), result("a"), answer(), user(), calling("b"), result("b"), result("a"), answer()),
        [(Name.RESULT_TWICE, 7, "a")],
    ),
    "late result": (
        (user(), calling("a"), answer("Wait."), result("a"), answer()),
        [(Name.UNANSWERED_CALL, 1, "a"), (Name.RESULT_OUT_OF_PLACE, 3, "a")],
    ),
    "result before its call": (
        (user(), result("a"), calling("a")),
        [(Name.RESULT_WITHOUT_CALL, 1, "a")],
    ),
}


@pytest.mark.parametrize(("turns", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_broken_order_is_named(turns: tuple[Turn, ...], expected: list[tuple[Name, int, str]]) -> None:
    assert problems_of(*turns) == expected


def test_every_rule_has_a_broken_dialogue() -> None:
    assert {name for _, expected in BROKEN.values() for name, _, _ in expected} == set(Name)


def test_all_problems_are_reported_with_turns_as_people_count() -> None:
    turns = (answer(" "), user(), calling("a", "b"), result("a"), result("a"), user())
    assert [str(problem) for problem in structure_problems(Dialogue(turns))] == [
        "turn 1: nothing is said",
        "turn 1: the assistant speaks first, not the user",
        "turn 3: call 'b' has no result before turn 6; only calls of the last turn may have none",
        "turn 5: call 'a' has a result already",
    ]


def test_only_results_of_tools_without_result_may_be_empty() -> None:
    think = Turn(Role.ASSISTANT, "", (Call("a", "think", {"thought": "Rome, Italy?"}), Call("b", "weather", {})))
    dialogue = Dialogue((user(), think, result("a", ""), result("b", " "), answer()))
    found = [str(problem) for problem in structure_problems(dialogue, without_result=["think"])]
    assert found == [
        "turn 4: the result of tool 'weather' is empty; write what it returned or, if it returns nothing, "
        "add weather to tools_without_result in winnow.yaml"
    ]
    assert len(structure_problems(dialogue)) == 2
    assert structure_problems(dialogue, without_result=["weather", "think"]) == []
    silent = Dialogue((user(), think, result("a"), result("b"), answer("")))
    assert [problem.name for problem in structure_problems(silent, without_result=["think", ""])] == [Name.EMPTY_TURN]


def test_a_message_names_the_turn_of_the_call() -> None:
    late = (user(), answer(), user(), calling("a"), answer("Wait."), result("a"), calling("a"))
    assert [str(problem) for problem in structure_problems(Dialogue(late))] == [
        "turn 4: call 'a' has no result before turn 5; only calls of the last turn may have none",
        "turn 6: the result of call 'a' must follow turn 4 directly",
        "turn 7: call id 'a' is also that of a call in turn 4",
    ]


def test_public_dialogues_keep_the_order() -> None:
    rows = json.loads(public_data("llamafactory_toolcall/glaive_toolcall_en_demo.json").read_text(encoding="utf-8"))
    assert [structure_problems(Dialogue(tuple(_turns(row["conversations"])))) for row in rows] == [[]] * len(rows)


def _turns(messages: list[dict[str, str]]) -> list[Turn]:
    turns: list[Turn] = []
    for place, message in enumerate(messages):
        if message["from"] == "function_call":
            turns.append(calling(f"call_{place}"))
        elif message["from"] == "observation":
            turns.append(result(f"call_{place - 1}", message["value"]))
        else:
            turns.append((user if message["from"] == "human" else answer)(message["value"]))
    return turns
