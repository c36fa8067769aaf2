"""Dialogues for trainers that read text: calls are written into the answers, tools into the system prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from winnow.config.task import Task
from winnow.core.identity_cache import cached_by_identity
from winnow.core.model_vocabulary import CallFormatName
from winnow.curation.io.writers.export_format import DialogueRow
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.prompt import prompt_of

CACHED_ROWS = 1024
"""So many rows are kept in text: several formats need the same ones."""


class TextForm(NamedTuple):
    """A dialogue in text."""

    system: str
    """The system prompt with the documentation of the tools."""
    answers: Mapping[int, str]
    """Every answer with its calls, by the index of its turn."""


def writes_text(task: Task) -> bool:
    """Whether the task's own notation of calls is text."""
    return CALL_FORMATS[task.call_format].in_text


@cached_by_identity(CACHED_ROWS)
def text_form(row: DialogueRow) -> TextForm:
    """A dialogue in the task's own notation of calls, or in the tags of Hermes where that is no text.

    Raises FormatError for an answer that the notation cannot hold.
    """
    task = row.task
    if not writes_text(task):
        task = task.model_copy(update={"call_format": CallFormatName.HERMES_TAGS})
    notation = CALL_FORMATS[task.call_format]
    answers = {
        place: str(notation.render(Answer(turn.content, turn.calls), row.dialogue.tools))
        for place, turn in enumerate(row.dialogue.turns)
        if turn.role == Role.ASSISTANT
    }
    return TextForm(prompt_of(row.dialogue, task, row.split).system, answers)
