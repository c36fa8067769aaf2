"""What an export format declares, and the rows that it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.config.task import Task
from winnow.core.export_losses import ExportLoss
from winnow.validators.tools.dialogue import Dialogue

if TYPE_CHECKING:
    import pandas as pd

    from winnow.curation.io.writers.query_release import QueryRelease, WholeExport

Line = dict[str, Any]
"""One line of a JSON Lines file."""


@dataclass(frozen=True)
class QueryRow:
    """A row of a release whose content is a text."""

    id: str
    """Record id."""
    prompt: str
    """The text in the prompt template."""
    label: str
    """Its label: what a model answers."""


@dataclass(frozen=True)
class DialogueRow:
    """A row of a release whose content is a dialogue."""

    id: str
    """Record id."""
    label: str
    """Its behavior."""
    split: str
    """The split that it is in."""
    dialogue: Dialogue
    """Its turns and tools."""
    task: Task
    """The task with its call format and system prompt."""


class WrittenLine(NamedTuple):
    """One line of a file."""

    id: str
    """The id of its record."""
    line: Line
    """What the file holds."""


@dataclass(frozen=True)
class ExportFormat:
    """One format. It writes whole tables, lines of rows of one or both kinds of content, or a release as a whole."""

    name: str
    """As `--format` takes it."""
    suffix: str = ".jsonl"
    """Of its files."""
    table: Callable[[pd.DataFrame, Sequence[str]], str] | None = None
    """The text of a file with rows of any kind, from all rows and the columns of the release."""
    query: Callable[[QueryRow], Line] | None = None
    """The line of a row with a text."""
    dialogue: Callable[[DialogueRow], list[Line]] | None = None
    """The lines of a row with a dialogue. Raises FormatError for one that cannot be written."""
    whole: Callable[[QueryRelease], WholeExport] | None = None
    """All files for a release of queries, where they are not one file of rows for each split."""
    loses: Callable[[Task], frozenset[ExportLoss]] = lambda _: frozenset()
    """What it has no place for."""
    warnings: Callable[[Sequence[WrittenLine], str], list[str]] | None = None
    """What its readers would refuse in a file, from the lines and the name of the file."""
    dataset_columns: Callable[[Task], Line] | None = None
    """How LLaMA-Factory is told to read its files: an entry of `dataset_info.json` without the name of the file."""
