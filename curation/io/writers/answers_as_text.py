"""Dialogues for trainers that read text: calls are written into the answers, tools into the system prompt."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.model_vocabulary import CallFormatName
from winnow.curation.io.writers.export_format import DialogueRow
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialogue import Turn
from winnow.validators.tools.prompt import prompt_of

RESULT_GAP = "\n</tool_response>\n<tool_response>\n"
"""Between several results in one message: LLaMA-Factory joins them in this way where it reads OpenAI's messages."""


def writes_text(task: Task) -> bool:
    """Whether the task's own notation of calls is text."""
    return CALL_FORMATS[task.call_format].in_text


def text_answer(turn: Turn, row: DialogueRow) -> str:
    """An answer with its calls as text. Raises FormatError for one that the notation cannot hold."""
    return str(CALL_FORMATS[_text_format(row.task)].render(Answer(turn.content, turn.calls), row.dialogue.tools))


def text_prompt(row: DialogueRow) -> str:
    """The system prompt with the documentation of the tools."""
    task = row.task
    if not writes_text(task):
        task = task.model_copy(update={"call_format": _text_format(task)})
    return prompt_of(row.dialogue, task, row.split).system


def _text_format(task: Task) -> CallFormatName:
    """The task's own notation of calls; the tags of Hermes where that is not text."""
    return task.call_format if writes_text(task) else CallFormatName.HERMES_TAGS
