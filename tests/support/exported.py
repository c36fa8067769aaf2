"""Dialogues as rows of a release, and the lines that a format writes of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.example import record_id
from winnow.core.prompt_template import PromptTemplate
from winnow.curation.io.readers.jsonl_reader import jsonl_rows
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import rows_of_file
from winnow.curation.io.writers import WRITERS
from winnow.curation.io.writers.written_rows import WrittenRow, content_rows, lines_text, written_rows
from winnow.validators.kinds.tools import TOOLS
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn, messages_json, tools_json

WEATHER = Tool("weather", "Look up the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})

PARIS, ROME = (Call(f"call_{n}", "weather", {"city": city}) for n, city in ((1, "Paris"), (2, "Rome")))

USER = Turn(Role.USER, "Paris and Rome?")

BOTH = Dialogue(
    (
        USER,
        Turn(Role.ASSISTANT, "Looking.", (PARIS, ROME)),
        Turn(Role.TOOL, "sun", call_id="call_1"),
        Turn(Role.TOOL, "rain", call_id="call_2"),
        Turn(Role.ASSISTANT, "Sun and rain."),
    ),
    (WEATHER,),
)
"""Two calls with prose, their results, and an answer."""


def tools_task(call_format: str = "fenced_json", prompt: str = "Be kind.") -> Task:
    """A task of dialogues with this notation of calls and this system prompt."""
    text = f"name: t\nkind: tools\nsystem_prompt: p.txt\ncall_format: {call_format}\n"
    return parse_task(text).with_document_texts({"system_prompt": prompt})


def written(dialogue: Dialogue, name: str, task: Task | None = None) -> WrittenRow:
    """A dialogue in an export format."""
    row = {"id": "x1", "label": "weather", "split": "train", "messages": messages_json(dialogue)}
    rows = pd.DataFrame([{**row, "tools": tools_json(dialogue), "text": ""}])
    (found,) = written_rows(content_rows(rows, task or tools_task(), PromptTemplate()), WRITERS[name])
    return found


def line_of(dialogue: Dialogue, name: str, task: Task | None = None) -> dict[str, Any]:
    """The only line of a dialogue in a format."""
    (line,) = written(dialogue, name, task).lines
    return line


def release_table(contents: list[str]) -> pd.DataFrame:
    """These dialogues as the rows of a release."""
    rows = [
        {"id": record_id("tools", content), **TOOLS.column_values(content), "label": "", "split": "train", "facets": []}
        for content in contents
    ]
    return pd.DataFrame(rows)


def not_read_back(rows: pd.DataFrame, name: str, task: Task) -> list[str]:
    """The ids of rows that lose nothing in a format and yet are not added as the same record, with the reason."""
    whole = [row for row in written_rows(content_rows(rows, task, PromptTemplate()), WRITERS[name]) if not row.losses]
    lines = list(jsonl_rows(lines_text(line for row in whole for line in row.lines)))
    found = rows_of_file(RawRows("rows.jsonl", "", lines, [], "jsonl"), kind=TOOLS).rows
    contents = [row.problem or TOOLS.parse(row.content, task) for row in found]
    ids = {record_id("tools", one) if isinstance(one, str) else one.detail for one in contents}
    missing = [row.id for row in whole if row.id not in ids]
    return missing and [*missing, *sorted(ids - {row.id for row in whole})]
