"""The first request of a dialogue that one call answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from winnow.generators.dialogue_rules.tool_purpose import is_lookup
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

PLAIN_PROSE = "I'll do that."
"""What an answer says before a call that is not the call it was written for."""

LOOKUP_PROSE = "I'll look that up."
"""The same where the tool only finds something."""


@dataclass(frozen=True)
class SingleCall:
    """A dialogue up to its first answer that calls a tool, which makes exactly one call."""

    before: tuple[Turn, ...]
    """The turns before the request."""
    asked: str
    """What the user says in the turn that the call answers."""
    answer: Turn
    """The turn with the call."""
    call: Call
    tool: Tool
    """The called tool, as it is offered."""
    tools: tuple[Tool, ...]
    """All offered tools."""
    calls_follow: bool
    """Whether the request needs other calls: before the user speaks again, or once they answer a question about it."""

    @property
    def other_tools(self) -> tuple[Tool, ...]:
        """The offered tools without the called one."""
        return tuple(one for one in self.tools if one.name != self.call.name)

    @property
    def plain_prose(self) -> str:
        """A sentence that stands for every call, where the answer has prose before its call."""
        if not self.answer.content.strip():
            return ""
        return LOOKUP_PROSE if is_lookup(self.tool) else PLAIN_PROSE

    def text_besides(self) -> str:
        """Everything that was said before the request."""
        return "\n".join(turn.content for turn in self.before)

    def with_answer(self, asked: str, answer: str, tools: tuple[Tool, ...] | None = None) -> Dialogue:
        """The dialogue with another request that is answered in text."""
        turns = (*self.before, Turn(Role.USER, asked), Turn(Role.ASSISTANT, answer))
        return Dialogue(turns, self.tools if tools is None else tools)

    def with_calls(
        self, asked: str, calls: Sequence[Call], *, prose: str | None = None, tools: tuple[Tool, ...] | None = None
    ) -> Dialogue:
        """The dialogue with another request that is answered by calls, numbered anew; other `prose` before them."""
        numbered = tuple(replace(call, id=f"call_{place}") for place, call in enumerate(calls, 1))
        answer = Turn(Role.ASSISTANT, self.answer.content if prose is None else prose, numbered)
        turns = (*self.before, Turn(Role.USER, asked), answer)
        return Dialogue(turns, self.tools if tools is None else tools)


def single_call(dialogue: Dialogue) -> SingleCall | None:
    """The first request that is answered by one call; None where the first answer that acts makes several.

    Also None where other answers are accepted in its place, or where the turn is not trained.
    """
    place = next((place for place, turn in enumerate(dialogue.turns) if turn.calls), 0)
    answer = dialogue.turns[place] if place else None
    if answer is None or len(answer.calls) != 1 or not answer.is_learned:
        return None
    (call,), request = answer.calls, dialogue.turns[place - 1]
    tool = dialogue.tool(call.name)
    if tool is None or request.role is not Role.USER or call.accepted or call.accepted_calls:
        return None
    return SingleCall(
        dialogue.turns[: place - 1],
        request.content,
        answer,
        call,
        tool,
        dialogue.tools,
        _calls_follow(dialogue.turns[place + 1 :]),
    )


def _calls_follow(turns: Sequence[Turn]) -> bool:
    """Whether an answer calls a tool before the user speaks again, or after the assistant asked them something."""
    is_question = False
    for turn in turns:
        if turn.calls:
            return True
        if turn.role is Role.USER and not is_question:
            return False
        is_question = turn.content.rstrip().endswith("?")
    return False
