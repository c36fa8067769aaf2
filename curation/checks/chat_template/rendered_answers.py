"""The rows that a model is trained on: for each answer of the assistant a prompt and the answer, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.curation.checks.chat_template.chat_messages import ChatMessage
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.validators.tools.call_formats.text_places import first_difference
from winnow.validators.tools.dialogue import Role


@dataclass(frozen=True)
class RenderedAnswer:
    """One answer in its template."""

    message: ChatMessage
    context: tuple[ChatMessage, ...]
    """The messages since the previous answer."""
    before: str
    """Everything up to the previous answer, as it was written with that answer; empty for the first one."""
    prompt: str
    """What the model reads before it answers."""
    whole: str
    """Everything with the answer."""

    @property
    def turn(self) -> int:
        """The index of the turn."""
        return self.message.turns[0]

    @property
    def shared(self) -> str:
        """The part of the prompt that the whole begins with: the prompt itself, unless the template rewrites it."""
        same = self.whole.startswith(self.prompt)
        return self.prompt if same else self.prompt[: first_difference(self.prompt, self.whole)]

    @property
    def answer(self) -> str:
        """What is trained: the answer with what the template writes around it."""
        return self.whole[len(self.shared) :]


def rendered_answers(
    chat: ChatTokenizer, messages: Sequence[ChatMessage], tools: Sequence[Any]
) -> Iterator[RenderedAnswer]:
    """Every answer in order, also those that are only context. Raises TemplateRefusalError at the first refused one."""
    fields = [message.fields for message in messages]
    before, since = "", 0
    for place, message in enumerate(messages):
        if message.role != Role.ASSISTANT:
            continue
        prompt = chat.render(fields[:place], tools, prompt=True)
        whole = chat.render(fields[: place + 1], tools, prompt=False)
        yield RenderedAnswer(message, tuple(messages[since:place]), before, prompt, whole)
        before, since = whole, place + 1
