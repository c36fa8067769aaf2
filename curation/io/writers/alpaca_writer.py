"""Alpaca as LLaMA-Factory reads it: the last question, its answer, and what came before as pairs.

It knows only what a user says and what a model answers: calls are text in answers, and results of tools are what the
user says next, in the tags that most chat templates write around them.
"""

from __future__ import annotations

from itertools import groupby

from winnow.config.task import Task
from winnow.core.export_losses import OF_DIALOGUES, ExportLoss
from winnow.curation.io.writers.answers_as_text import TextForm, text_form
from winnow.curation.io.writers.dialogue_losses import learned_part
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line, QueryRow
from winnow.curation.io.writers.sharegpt_writer import joined_results
from winnow.validators.kinds import kind_of
from winnow.validators.tools.dialects.alpaca_rows import RESULT_TAGS
from winnow.validators.tools.dialogue import Dialogue, Role, Turn, tools_json


def alpaca_query_line(row: QueryRow) -> Line:
    """The prompt as the instruction, and the label as the output."""
    return {"instruction": row.prompt, "input": "", "output": row.label}


def alpaca_line(row: DialogueRow) -> list[Line]:
    """One object with `instruction`, `input`, `output`, `history` and `system`; `tools` is JSON text."""
    text, turns = text_form(row), enumerate(learned_part(row.dialogue))
    spoken = [_spoken(list(group), text, row.dialogue) for _, group in groupby(turns, lambda one: one[1].role)]
    *history, (instruction, output) = [list(pair) for pair in zip(spoken[::2], spoken[1::2], strict=True)]
    return [
        {
            "id": row.id,
            "instruction": instruction,
            "input": "",
            "output": output,
            "history": history,
            "system": text.system,
            "tools": tools_json(row.dialogue),
            "label": row.label,
        }
    ]


def _spoken(turns: list[tuple[int, Turn]], text: TextForm, dialogue: Dialogue) -> str:
    """What one side says: the user, the assistant, or tools."""
    place, first = turns[0]
    if first.role == Role.TOOL:
        return joined_results([turn for _, turn in turns], dialogue).join(RESULT_TAGS)
    return text.answers[place] if first.role == Role.ASSISTANT else first.content


def _dataset_columns(task: Task) -> Line:
    columns = {"prompt": "instruction", "query": "input", "response": "output"}
    more = {"system": "system", "history": "history"} if kind_of(task).holds_dialogues else {}
    return {"formatting": "alpaca", "columns": {**columns, **more}}


ALPACA_FORMAT = ExportFormat(
    "alpaca",
    query=alpaca_query_line,
    dialogue=alpaca_line,
    loses=lambda _: frozenset({*OF_DIALOGUES} - {ExportLoss.PROSE_WITH_CALLS, ExportLoss.UNWRITABLE}),
    dataset_columns=_dataset_columns,
)
