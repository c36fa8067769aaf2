"""How the calls of an answer are written in a message of the assistant: one file a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.call_formats import fenced_json, hermes_tags, openai_tool_calls
from winnow.validators.tools.call_formats.answer import Answer, FormatError, FormatFault, FormatProblem
from winnow.validators.tools.dialogue import Dialogue, Role, Tool

__all__ = ["CALL_FORMATS", "Answer", "CallFormat", "FormatError", "FormatFault", "FormatProblem", "format_problems"]


@dataclass(frozen=True)
class CallFormat:
    """One way to write calls: as text in the content of a message, or under a key of their own."""

    parse: Callable[[Any, Sequence[Tool]], Answer]
    """The answer of a text or message, given the offered tools. Raises FormatError for what breaks the format."""
    render: Callable[[Answer, Sequence[Tool]], Any]
    """The inverse. Raises FormatError for an answer that the format cannot hold."""
    in_text: bool
    """Whether `parse` and `render` take and return a text, the content of the message; otherwise the message itself."""

    def message(self, answer: Answer, tools: Sequence[Tool] = ()) -> dict[str, Any]:
        """The message of an answer, as OpenAI's chat completions API and chat templates take it."""
        written = self.render(answer, tools)
        return {"role": Role.ASSISTANT.value, "content": written} if self.in_text else written


CALL_FORMATS: Mapping[str, CallFormat] = {
    CallFormatName.FENCED_JSON: CallFormat(fenced_json.parse, fenced_json.render, in_text=True),
    CallFormatName.HERMES_TAGS: CallFormat(hermes_tags.parse, hermes_tags.render, in_text=True),
    CallFormatName.OPENAI_TOOL_CALLS: CallFormat(openai_tool_calls.parse, openai_tool_calls.render, in_text=False),
}
"""Every call format by the name that `call_format` in winnow.yaml has for it. The first is the default."""


def format_problems(dialogue: Dialogue, call_format: CallFormat) -> dict[int, tuple[FormatProblem, ...]]:
    """Why turns of the assistant cannot be written in a format, by the index of the turn; other turns are left out."""
    found = {}
    for place, turn in enumerate(dialogue.turns):
        if turn.role == Role.ASSISTANT:
            try:
                call_format.render(Answer(turn.content, turn.calls), dialogue.tools)
            except FormatError as error:
                found[place] = error.problems
    return found
