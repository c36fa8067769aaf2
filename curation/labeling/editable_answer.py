"""How people correct the answer of a dialogue: as text, in the format in which the assistant writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.answer_problem import AnswerProblem
from winnow.curation.labeling.dialogue_html import answer_html
from winnow.validators.kinds.tools import TOOLS, content_of, dialogue_of, offered_by_task
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats import Answer, FormatError
from winnow.validators.tools.corrected_answer import (
    InvalidAnswer,
    answer_as_text,
    calls_of_answer,
    corrected_dialogue,
    first_problems,
    text_format,
    ungrounded_values,
)
from winnow.validators.tools.dialogue import Call, Tool

ONLY_WORDING = frozenset([AnswerProblem.WORDING.value])

EXAMPLE_VALUES: Mapping[str, Any] = {"integer": 3, "number": 2.5, "boolean": True, "array": [], "object": {}}
"""A value of each type of JSON Schema; a text for all others."""

CorrectAnswer = Callable[[str, str, Task, Sequence[str]], "str | InvalidAnswer"]
"""The content with a corrected answer, given the content, the written answer, the task and what is wrong."""


@dataclass(frozen=True)
class EditableAnswer:
    """How the examples of a kind are corrected."""

    correct: CorrectAnswer
    as_text: Callable[[str, Task], str]
    """The answer of a content as a person would write it."""
    show: Callable[[str, Task], str]
    """The same as it is shown below an example, to be copied."""
    calls: Callable[[str], Sequence[Call]]
    """The calls of the answer of a content."""
    example: Callable[[Task], str]
    """A written answer, for the guidelines."""


def _corrected_content(content: str, written: str, task: Task, problems: Sequence[str]) -> str | InvalidAnswer:
    """The content with a corrected answer, which passes every check of a row that is added."""
    found = corrected_dialogue(dialogue_of(content), written, task, only_wording={*problems} == ONLY_WORDING)
    if isinstance(found, InvalidAnswer):
        return found
    parsed = TOOLS.parse(TOOLS.column_values(content_of(found.dialogue)), task)
    if isinstance(parsed, Drop):
        return InvalidAnswer(parsed.detail)
    invented = ungrounded_values(found, task)
    return InvalidAnswer(first_problems(invented)) if invented else parsed


def _example(task: Task) -> str:
    """An answer with a call of the task's first tool."""
    tools = offered_by_task(task)[:1]
    calls = tuple(Call("call_1", tool.name, _example_arguments(tool)) for tool in tools)
    try:
        return str(text_format(task).render(Answer("I will do that.", calls), tools))
    except FormatError:
        return ""


def _example_arguments(tool: Tool) -> dict[str, Any]:
    return {name: _example_value(tool.properties.get(name, {})) for name in tool.required}


def _example_value(schema: Mapping[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    return EXAMPLE_VALUES.get(str(schema.get("type")), "…")


DIALOGUE_ANSWER = EditableAnswer(
    correct=_corrected_content,
    as_text=lambda content, task: answer_as_text(dialogue_of(content), task),
    show=lambda content, task: answer_html(answer_as_text(dialogue_of(content), task)),
    calls=lambda content: calls_of_answer(dialogue_of(content)),
    example=_example,
)
