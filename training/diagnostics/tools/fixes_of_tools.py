"""The commands that findings about answers recommend."""

from __future__ import annotations

from collections.abc import Set

from winnow.core.commands import command
from winnow.core.model_vocabulary import GeneratorName
from winnow.validators.tools.behavior import Behavior

DIALOGUES_PER_FAILURE = 3
"""Dialogues to write for each failing one: a rule of thumb; the next evaluation shows whether they were enough."""

RULES_OF_BEHAVIORS = {
    Behavior.DIRECT: "ask_about_tool",
    Behavior.ASK: "blank_needed_value",
    Behavior.UNABLE: "drop_needed_tool",
}
"""The rule that makes dialogues of a behavior out of ones that call a tool."""


def more_dialogues(tool: str, failing: int, tools: Set[str]) -> str:
    """Dialogues that call a tool; from a file where the task does not have the tool."""
    if tool not in tools:
        return command("add", "FILE")
    return command(f"generate {GeneratorName.DIALOGUES}", tool=tool, count=DIALOGUES_PER_FAILURE * failing)


def contrasts_of_tools(first: str, second: str, tools: Set[str]) -> str:
    """Pairs of dialogues that differ little and call one or the other; from a file where the task lacks a tool."""
    if not {first, second} <= tools:
        return command("add", "FILE")
    return command(f"generate {GeneratorName.CONTRASTS}", pair=f"{first},{second}")


def contrasts_of_behavior(behavior: Behavior) -> str:
    """Dialogues of a behavior, each made by a rule from one that calls a tool."""
    return command(f"generate {GeneratorName.CONTRASTS}", by="rules", rule=RULES_OF_BEHAVIORS[behavior])
