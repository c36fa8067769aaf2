"""ShareGPT: `conversations` of `from` and `value`, and its relatives, with calls and results in messages of their own.

LLaMA-Factory and APIGen-MT have `function_call` and `observation`, ms-swift has `tool_call` and `tool_response`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from winnow.validators.tools.dialects.answer_parts import AnswerPart, joined_parts
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall
from winnow.validators.tools.dialects.reasoning_tags import split_reasoning
from winnow.validators.tools.dialects.spoken_messages import (
    SPEAKERS,
    Speaker,
    is_chat,
    is_learned,
    key_problems,
    speaker_name,
    speaker_of,
    text_of_message,
    value_of_message,
)
from winnow.validators.tools.dialects.written_calls import structured_calls, written_calls
from winnow.validators.tools.dialects.written_results import WrittenResult, result_list

END_OF_TEXT = "<|endoftext|>"
"""What ends every answer in files that were made from glaive's."""


class MarkedAnswer(NamedTuple):
    """What the text of an answer says and calls."""

    text: str
    calls: tuple[SourceCall, ...] = ()


@dataclass(frozen=True)
class Markup:
    """How the texts of a dialect hold calls and results."""

    answer: Callable[[str], MarkedAnswer] = MarkedAnswer
    """The text and the calls of an answer without its reasoning. Raises DialogueError."""
    results: Callable[[str, Sequence[str]], list[WrittenResult]] = result_list
    """The results that a text holds, given the tools whose results are awaited. Raises DialogueError."""
    holds_results: Callable[[str], bool] = lambda text: False
    """Whether a text of the user is nothing but results."""


@dataclass
class _ChatReader:
    """The messages that were read so far."""

    markup: Markup
    builder: DialogueBuilder = field(default_factory=DialogueBuilder)
    parts: list[AnswerPart] = field(default_factory=list)
    """Messages of the assistant whose turn is not ended yet."""

    def take(self, number: int, message: Message) -> None:
        """Read one message."""
        for problem in key_problems(message):
            self.builder.add_problem(number, problem)
        text, speaker = text_of_message(message), speaker_of(message)
        if speaker is None:
            expected = ", ".join(SPEAKERS)
            self.builder.add_problem(number, f"the speaker {speaker_name(message)!r}, expected one of {expected}")
        elif text is None and speaker is not Speaker.CALL:
            self.builder.add_problem(number, "the content is not text")
        else:
            self._take_spoken(number, speaker, message, text or "")

    def end_turn(self, *, before_result: bool = False) -> None:
        """End the turn of the assistant."""
        for one in joined_parts(self.parts, before_result=before_result):
            self.builder.add_answer(one.number, one.text, one.calls, reasoning=one.reasoning, train=one.train)
        self.parts = []

    def _take_spoken(self, number: int, speaker: Speaker, message: Message, text: str) -> None:
        if speaker in (Speaker.ANSWER, Speaker.CALL):
            self._take_part(number, message, text, is_call=speaker is Speaker.CALL)
            return
        is_result = speaker is Speaker.RESULT or (speaker is Speaker.USER and self.markup.holds_results(text))
        self.end_turn(before_result=is_result)
        if is_result:
            self._take_results(number, message, text)
        elif speaker is Speaker.SYSTEM:
            self.builder.add_system(number, text)
        else:
            self.builder.add_user(text)

    def _take_part(self, number: int, message: Message, text: str, *, is_call: bool) -> None:
        try:
            reasoning, rest = split_reasoning(text.rstrip().removesuffix(END_OF_TEXT))
            marked = _only_calls(message, rest) if is_call else self.markup.answer(rest)
        except DialogueError as error:
            self.builder.add_problems(number, error)
            marked, reasoning = MarkedAnswer(text), ""
        self.parts.append(AnswerPart(number, marked.text, marked.calls, reasoning, is_learned(message)))

    def _take_results(self, number: int, message: Message, text: str) -> None:
        try:
            results = self.markup.results(text, self.builder.open_tools())
        except DialogueError as error:
            self.builder.add_problems(number, error)
            return
        for one in results:
            name, call_id = one.name or message.get("name"), message.get("tool_call_id")
            self.builder.add_result(number, one.text, name=str(name or ""), call_id=str(call_id or ""))


def _only_calls(message: Message, text: str) -> MarkedAnswer:
    """The calls of a message that holds nothing else."""
    value = value_of_message(message)
    calls = written_calls(text) if isinstance(value, str) else structured_calls(value)
    return MarkedAnswer("", tuple(calls))


def read_chat(messages: Sequence[Message], markup: Markup) -> SourceDialogue:
    """The dialogue of messages in the shape of ShareGPT. Raises DialogueError with every problem."""
    reader = _ChatReader(markup)
    for number, message in enumerate(messages, 1):
        reader.take(number, message)
    reader.end_turn()
    return reader.builder.dialogue()


SHAREGPT = Dialect("sharegpt", "ShareGPT with `from` and `value`", is_chat, partial(read_chat, markup=Markup()))
