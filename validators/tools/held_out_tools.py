"""Tools that are held out: only test calls them, and no prompt of train or validation offers them."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.config.task import Task
from winnow.core.vocabulary import Split
from winnow.validators.tools.dialogue import Call, Dialogue, Tool


def called_tools(dialogue: Dialogue) -> frozenset[str]:
    """The names of all tools that any turn calls, also one that is not trained, or that is accepted in place of a call.

    A model reads calls of turns that are only context, too.
    """
    return frozenset(name for _, call in dialogue.calls() for name in _names(call))


def _names(call: Call) -> Iterator[str]:
    yield call.name
    yield from (other.name for other in call.accepted_calls)


def calls_held_out_tool(dialogue: Dialogue, task: Task) -> bool:
    """Whether any turn calls a tool of `splits.hold_out_tools`."""
    return not called_tools(dialogue).isdisjoint(task.splits.hold_out_tools)


def offered_in_prompt(dialogue: Dialogue, task: Task, split: str) -> tuple[Tool, ...]:
    """The tools that the prompt of a dialogue offers: its own, in train and validation without those held out."""
    held_out = () if split == Split.TEST else task.splits.hold_out_tools
    return tuple(tool for tool in dialogue.tools if tool.name not in held_out)
