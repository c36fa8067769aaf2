"""Rows of a release in an export format: the text of a file, and what it does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from winnow.config.task import Task
from winnow.core.export_losses import LEFT_OUT, ExportLoss
from winnow.core.prompt_template import PromptTemplate
from winnow.curation.io.writers.dialogue_losses import dialogue_losses
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line, QueryRow
from winnow.validators.tools.call_formats.answer import FormatError
from winnow.validators.tools.dialogue import from_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class WrittenRow:
    """One row in a format."""

    id: str
    """Record id."""
    lines: Sequence[Line]
    """None if the row is left out."""
    losses: Mapping[ExportLoss, str]
    """What the lines do not hold, with the reason where it has one of its own."""

    @property
    def is_left_out(self) -> bool:
        """Whether the file lacks the row."""
        return any(loss in LEFT_OUT for loss in self.losses)


def written_rows(
    rows: pd.DataFrame, export_format: ExportFormat, task: Task, template: PromptTemplate
) -> Iterator[WrittenRow]:
    """Every row in a format that writes lines. What the rows are, texts or dialogues, their columns say."""
    if "messages" in rows:
        yield from _written_dialogues(rows, export_format, task)
    elif export_format.query is not None:
        for record, text, label in zip(rows["id"], rows["text"], rows["label"], strict=True):
            yield WrittenRow(record, [export_format.query(QueryRow(record, template.fill(text), label))], {})


def lines_text(lines: Iterable[Mapping[Any, Any]]) -> str:
    """JSON Lines: one object per line."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _written_dialogues(rows: pd.DataFrame, export_format: ExportFormat, task: Task) -> Iterator[WrittenRow]:
    loses = export_format.loses(task)
    columns = (rows[name] for name in ("id", "label", "split", "messages", "tools"))
    for record, label, split, messages, tools in zip(*columns, strict=True):
        row = DialogueRow(record, label, split, from_json(messages, tools), task)
        found = WrittenRow(record, [], dict.fromkeys(sorted(dialogue_losses(row.dialogue, loses)), ""))
        yield found if found.is_left_out else _with_lines(found, row, export_format)


def _with_lines(found: WrittenRow, row: DialogueRow, export_format: ExportFormat) -> WrittenRow:
    assert export_format.dialogue is not None
    try:
        return replace(found, lines=export_format.dialogue(row))
    except FormatError as error:
        return replace(found, losses={**found.losses, ExportLoss.UNWRITABLE: "; ".join(map(str, error.problems))})
