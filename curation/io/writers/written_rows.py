"""Rows of a release in an export format: their lines, and what these do not hold."""

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
    """Empty if the row is left out."""
    losses: Mapping[ExportLoss, str]
    """What the lines do not hold, with the reason where it has one of its own."""

    @property
    def is_left_out(self) -> bool:
        """Whether the file lacks the row."""
        return any(loss in LEFT_OUT for loss in self.losses)


def content_rows(rows: pd.DataFrame, task: Task, template: PromptTemplate) -> list[QueryRow] | list[DialogueRow]:
    """The rows of a table for the formats that write lines; none for a kind without texts and dialogues."""
    if "messages" in rows:
        columns = (rows[name] for name in ("id", "label", "split", "messages", "tools"))
        return [
            DialogueRow(record, label, split, from_json(messages, tools), task)
            for record, label, split, messages, tools in zip(*columns, strict=True)
        ]
    if "text" not in rows:
        return []
    columns = (rows[name] for name in ("id", "text", "label"))
    return [QueryRow(record, template.fill(text), label) for record, text, label in zip(*columns, strict=True)]


def written_rows(rows: Iterable[QueryRow | DialogueRow], export_format: ExportFormat) -> Iterator[WrittenRow]:
    """Every row in a format that writes lines."""
    for row in rows:
        if isinstance(row, DialogueRow):
            yield _written_dialogue(row, export_format)
        elif export_format.query is not None:
            yield WrittenRow(row.id, [export_format.query(row)], {})


def lines_text(lines: Iterable[Mapping[Any, Any]]) -> str:
    """JSON Lines: one object per line."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _written_dialogue(row: DialogueRow, export_format: ExportFormat) -> WrittenRow:
    assert export_format.dialogue is not None
    losses = sorted(dialogue_losses(row.dialogue, export_format.loses(row.task)))
    found = WrittenRow(row.id, [], dict.fromkeys(losses, ""))
    if found.is_left_out:
        return found
    try:
        return replace(found, lines=export_format.dialogue(row))
    except FormatError as error:
        return replace(found, losses={**found.losses, ExportLoss.UNWRITABLE: "; ".join(map(str, error.problems))})
