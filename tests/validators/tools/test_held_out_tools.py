"""Which dialogues call a tool that is held out, and which tools a prompt offers."""

from __future__ import annotations

import pytest

from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.held_out_tools import called_tools, calls_held_out_tool, offered_in_prompt

TOOLS = tuple(Tool(name, "", {"type": "object"}) for name in ("close", "find", "open"))
TASK = parse_task("name: t\nkind: tools\nsplits: {hold_out_tools: [find]}\n")


def dialogue(*calls: Call, train: bool = True) -> Dialogue:
    return Dialogue((Turn(Role.USER, "Please."), Turn(Role.ASSISTANT, "Yes.", calls, train=train)), TOOLS)


@pytest.mark.parametrize(
    ("one", "called", "held_out"),
    [
        (dialogue(), set(), False),
        (dialogue(Call("call_1", "open", {})), {"open"}, False),
        (dialogue(Call("call_1", "open", {}), Call("call_2", "find", {})), {"open", "find"}, True),
        (dialogue(Call("call_1", "find", {}), train=False), {"find"}, True),
        (
            dialogue(Call("call_1", "open", {}, accepted_calls=(Call("call_1", "find", {}),))),
            {"open", "find"},
            True,
        ),
    ],
    ids=["no call", "another tool", "one of two", "a turn that is only context", "an accepted call"],
)
def test_every_call_counts(one: Dialogue, called: set[str], held_out: bool) -> None:
    assert called_tools(one) == called
    assert calls_held_out_tool(one, TASK) is held_out
    assert not calls_held_out_tool(one, parse_task("name: t\nkind: tools\n"))


@pytest.mark.parametrize(
    ("split", "offered"),
    [("train", ["close", "open"]), ("validation", ["close", "open"]), ("test", ["close", "find", "open"])],
)
def test_only_the_prompts_of_test_offer_a_tool_that_is_held_out(split: str, offered: list[str]) -> None:
    assert [tool.name for tool in offered_in_prompt(dialogue(), TASK, split)] == offered


def test_only_tasks_with_tools_hold_tools_out() -> None:
    with pytest.raises(WinnowError, match=r"winnow.yaml:4: tools that are held out, in a task of kind intents"):
        parse_task("name: t\nkind: intents\nlabels: [{name: a}]\nsplits: {hold_out_tools: [find]}\n")
