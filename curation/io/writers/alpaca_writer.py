"""Alpaca as LLaMA-Factory reads it: the last question, its answer, and what came before as pairs.

It knows only what a user says and what a model answers: calls are text in answers, and results of tools are what the
user says next, in the tags that most chat templates write around them.
"""

from __future__ import annotations

from itertools import groupby

from winnow.config.task import Task
from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers.answers_as_text import text_answer, text_prompt
from winnow.curation.io.writers.dialogue_losses import learned_part
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line, QueryRow
from winnow.curation.io.writers.sharegpt_writer import joined_results
from winnow.validators.tools.dialogue import Role, Turn, tools_json

RESULT_TAGS = ("<tool_response>\n", "\n</tool_response>")
"""Around the results of an answer."""


def alpaca_query_line(row: QueryRow) -> Line:
    """The prompt as the instruction, and the label as the output."""
    return {"instruction": row.prompt, "input": "", "output": row.label}


def alpaca_line(row: DialogueRow) -> list[Line]:
    """One object with `instruction`, `input`, `output`, `history` and `system`; `tools` is JSON text."""
    groups = [list(group) for _, group in groupby(learned_part(row.dialogue), lambda turn: turn.role)]
    spoken = [_text(turns, row) for turns in groups]
    *history, (instruction, output) = [list(pair) for pair in zip(spoken[::2], spoken[1::2], strict=True)]
    return [
        {
            "id": row.id,
            "instruction": instruction,
            "input": "",
            "output": output,
            "history": history,
            "system": text_prompt(row),
            "tools": tools_json(row.dialogue),
            "label": row.label,
        }
    ]


def _text(turns: list[Turn], row: DialogueRow) -> str:
    """What one side says: the user, the assistant, or tools."""
    role = turns[0].role
    if role == Role.TOOL:
        return joined_results(turns).join(RESULT_TAGS)
    return text_answer(turns[0], row) if role == Role.ASSISTANT else turns[0].content


def _dataset_columns(task: Task) -> Line:
    columns = {"prompt": "instruction", "query": "input", "response": "output"}
    more = {"system": "system", "history": "history"} if task.kind == "tools" else {}
    return {"formatting": "alpaca", "columns": {**columns, **more}}


ALPACA_FORMAT = ExportFormat(
    "alpaca",
    query=alpaca_query_line,
    dialogue=alpaca_line,
    loses=lambda _: frozenset({*ExportLoss} - {ExportLoss.PROSE_BESIDE_CALLS, ExportLoss.UNWRITABLE}),
    dataset_columns=_dataset_columns,
)
