"""Dialogues with the same turns of the user: which of them disagree, and how clearly."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.same_question import AnsweredDialogue, disagreements

PARAMETERS = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "date": {"type": "string"},
        "priority": {"type": "string", "enum": ["low", "high", "normal"], "default": "normal"},
    },
}
TASK, EVENT, LIST = (Tool(name, "", PARAMETERS) for name in ("create_task", "create_event", "list_tasks"))


def call(name: str = "create_task", number: int = 1, **arguments: object) -> Call:
    return Call(f"call_{number}", name, arguments)  # type: ignore[arg-type]


def answered(
    identity: str,
    *steps: Sequence[Call] | str,
    said: str = "Add milk",
    result: str = "ok",
    tools: Sequence[Tool] = (TASK, EVENT, LIST),
    train: bool = True,
    label: str = "x",
) -> AnsweredDialogue:
    turns = [Turn(Role.USER, said)]
    for step in steps:
        if isinstance(step, str):
            turns.append(Turn(Role.ASSISTANT, step, train=train))
        else:
            turns.append(Turn(Role.ASSISTANT, calls=tuple(step), train=train))
            turns += [Turn(Role.TOOL, result, call_id=one.id) for one in step]
    return AnsweredDialogue(identity, label, Dialogue(tuple(turns), tuple(tools)))


def clear(one: AnsweredDialogue, other: AnsweredDialogue) -> bool | None:
    """Whether two dialogues disagree clearly; None if they do not disagree."""
    first, second = disagreements([one, other])
    assert bool(first) == bool(second)
    return first[0].clear if first else None


def test_other_tools_and_other_values_disagree() -> None:
    base = answered("a", [call(title="Milk", date="2026-03-04")], "Added.")
    assert clear(base, answered("b", [call("create_event", title="Milk", date="2026-03-04")], "Added.")) is True
    assert clear(base, answered("b", [call(title="Milk", date="2026-03-05")], "Added.")) is True
    assert clear(base, answered("b", "I cannot do that.")) is True
    assert clear(base, answered("b", [call(title="Groceries", date="2026-03-04")], "Added.")) is False
    assert clear(base, answered("b", [call(title="Milk")], "Added.")) is False


def test_the_same_in_other_words_agrees() -> None:
    base = answered("a", [call(title="Milk", date="2026-03-04")], "Added.")
    same = answered("b", [call(title="milk", date="March 4, 2026", priority="normal")], "It is on your list.")
    assert clear(base, same) is None
    assert clear(base, answered("b", [call("create_event", title="Milk")], said="Add bread")) is None
    assert clear(base, answered("b", [call("create_event", title="Milk")], said="add  MILK")) is True


def test_the_order_of_calls_at_once_does_not_matter() -> None:
    one = answered("a", [call(title="Milk"), call("create_event", 2, title="Gym")], "Added.")
    assert (
        clear(one, answered("b", [call("create_event", title="Gym"), call(number=2, title="Milk")], "Added.")) is None
    )


def test_both_must_be_offered_what_the_other_calls() -> None:
    one = answered("a", [call(title="Milk")], "Added.")
    assert clear(one, answered("b", [call("create_event", title="Milk")], tools=(EVENT,))) is None
    assert clear(one, answered("b", "I cannot do that.", tools=(EVENT,))) is None


def test_a_tool_that_is_declared_differently_has_other_arguments() -> None:
    other = Tool("create_task", "", {"type": "object", "properties": {"date": {"type": "string"}}})
    one = answered("a", [call(date="2026-03-04")])
    assert clear(one, answered("b", [call(date="2026-03-05")], tools=(other,))) is None


def test_after_different_results_other_arguments_or_no_call_are_right() -> None:
    one = answered("a", [call("list_tasks")], [call(number=2, title="Milk")], "Added.", result="[]")
    assert (
        clear(one, answered("b", [call("list_tasks")], [call(number=2, priority="low")], "Yes.", result="[1]")) is None
    )
    assert clear(one, answered("b", [call("list_tasks")], "It is there already.", result="[1]")) is None
    assert clear(one, answered("b", [call("list_tasks")], "It is there already.", result="[]")) is True
    assert clear(one, answered("b", [call("list_tasks")], [call("create_event", 2)], "Yes.", result="[1]")) is True


def test_accepted_alternatives_agree() -> None:
    accepting = Call("call_1", "create_task", {"title": "Milk"}, {"priority": ["", "high"]}, (call("create_event"),))
    one = answered("a", [accepting])
    assert clear(one, answered("b", [call(title="Milk", priority="high")])) is None
    assert clear(one, answered("b", [call("create_event")])) is None
    assert clear(one, answered("b", [call(title="Milk", priority="low")])) is False


def test_answers_in_text_disagree_by_their_label_if_the_same_is_offered() -> None:
    asks = answered("a", "When?", label="ask")
    assert clear(asks, answered("b", "I have no such tool.", label="unable")) is True
    assert clear(asks, answered("b", "I have no such tool.", label="unable", tools=(LIST,))) is None
    assert clear(asks, answered("b", "What day?", label="ask")) is None


def test_turns_that_are_not_learned_do_not_disagree() -> None:
    one = answered("a", [call(title="Milk")], "Added.")
    assert clear(one, answered("b", [call("create_event")], "Added.", train=False)) is None


def test_only_the_minority_is_suspected() -> None:
    agreeing = [answered(name, [call(title="Milk")]) for name in "abc"]
    found = disagreements([*agreeing, answered("d", [call("create_event", title="Milk")])])
    assert [len(one) for one in found] == [0, 0, 0, 3]
    assert [one.other.id for one in found[3]] == ["a", "b", "c"]
    assert found[3][0].turn == 1
    assert found[3][0].own == 'create_event({"title": "Milk"})'
