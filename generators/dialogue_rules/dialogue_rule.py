"""What a rule that makes contrasts of dialogues works with, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from winnow.generators.dialogue_rules.single_call import SingleCall
from winnow.validators.tools.dialogue import Dialogue


class RefusedContrast(StrEnum):
    """Why a rule makes nothing of a dialogue: the result would be ambiguous, or would not read like a person's."""

    NO_SINGLE_CALL = "no_single_call"
    """The first answer that acts makes no call or several, or other answers are accepted in its place."""
    MORE_CALLS_FOLLOW = "more_calls_follow"
    """The request needs further calls before the user speaks again, or once they answer a question about it."""
    OTHER_TOOL_COULD_SERVE = "other_tool_could_serve"
    """Another offered tool is confusable with the called one, or does something similar."""
    ANSWERABLE_WITHOUT_TOOL = "answerable_without_tool"
    """The tool only computes what an assistant can work out, or finds what it knows."""
    NO_OTHER_TOOL = "no_other_tool"
    """No other tool is offered."""
    NO_SUCH_VALUE = "no_such_value"
    """The call has no value of the kind that the rule changes, written in the turn as it is in the call."""
    VALUE_ELSEWHERE = "value_elsewhere"
    """The value is also written elsewhere, or another value depends on it."""
    READS_BROKEN = "reads_broken"
    """The turn cannot be changed without breaking its grammar."""
    STILL_GIVEN = "still_given"
    """What is left of the turn could still give the value."""
    NO_WORDS_FOR_IT = "no_words_for_it"
    """The names of the argument or the description of the tool are no words that a person would use."""
    ASKED_ALREADY = "asked_already"
    """Every question about the tool is asked already."""
    NO_PARTNER = "no_partner"
    """No other request can be joined to it."""
    NOT_CONFUSABLE = "not_confusable"
    """The task declares no tool that is confusable with the called one."""
    ARGUMENTS_DO_NOT_MAP = "arguments_do_not_map"
    """The other tool takes other arguments."""
    NAMED_IN_TEXT = "named_in_text"
    """A turn or the system prompt names the tool."""
    TOOL_OF_THE_TASK = "tool_of_the_task"
    """The task declares the tool itself, so that its name is a label."""


@dataclass(frozen=True)
class DialogueSeed:
    """A dialogue of train, as rules read it."""

    id: str
    """Record id."""
    label: str
    request: SingleCall
    """Its first request, up to the call that answers it."""


@dataclass(frozen=True)
class RuleContext:
    """What rules know besides the seed. Nothing of it comes from the hold-out."""

    key: str
    """The key of every random choice."""
    system_prompt: str = ""
    task_tools: frozenset[str] = frozenset()
    """The names of the tools that the task declares."""
    confusable: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The tools that the task declares confusable with a tool."""
    partners: Sequence[DialogueSeed] = ()
    """The seeds whose requests can be joined to another."""
    place: int = 0
    """How many seeds with a call of the same tool come before this one."""


@dataclass(frozen=True)
class Contrast:
    """The other side of a dialogue."""

    dialogue: Dialogue
    label: str
    change: str
    """What was changed, in words."""


@dataclass(frozen=True)
class DialogueRule:
    """One way to make a contrast whose label follows from the change."""

    name: str
    version: int
    """Raised when the rule makes something else; it separates lots."""
    purpose: str
    """What it does, as half a sentence."""
    make: Callable[[DialogueSeed, RuleContext], Contrast | RefusedContrast]
    answers_whole_request: bool = False
    """Whether its contrast is only right where the call is all that the request needs."""

    def contrast(self, seed: DialogueSeed, context: RuleContext) -> Contrast | RefusedContrast:
        """The other side of a dialogue, or why there is none."""
        if self.answers_whole_request and seed.request.calls_follow:
            return RefusedContrast.MORE_CALLS_FOLLOW
        return self.make(seed, context)

    @property
    def stated_version(self) -> str:
        """Name and version, as records and lots state them."""
        return f"{self.name} {self.version}"
