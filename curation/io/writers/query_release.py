"""A release of queries as formats see it that write it as a whole: for routers, and for what trains them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from winnow.config.task import Label, Task
from winnow.core.export_losses import ExportLoss
from winnow.core.vocabulary import Split
from winnow.curation.io.writers.written_rows import lines_text


@dataclass(frozen=True)
class ReleasedQuery:
    """One row of a release of queries."""

    id: str
    """Record id."""
    text: str
    """The query, without a prompt around it."""
    label: str
    """Its label."""
    group: str
    """The group that it belongs to."""
    origin: str
    """Where it comes from."""
    weight: int
    """How often it occurred."""


@dataclass(frozen=True)
class QueryRelease:
    """A release of queries."""

    task: Task
    """The task as it was when the release was frozen."""
    labels: Sequence[str]
    """The labels in the order of the class ids."""
    rows: Mapping[str, Sequence[ReleasedQuery]]
    """The rows of each split that has any, sorted by id."""

    @property
    def train(self) -> Sequence[ReleasedQuery]:
        """The rows that a router or a trainer may learn from."""
        return self.rows.get(Split.TRAIN, ())

    def label_of(self, name: str) -> Label:
        """What the task says about a label."""
        return next(label for label in self.task.labels if label.name == name)

    def without_train_rows(self) -> list[str]:
        """The labels of which no train row is in the release."""
        present = {row.label for row in self.train}
        return [label for label in self.labels if label not in present]


@dataclass(frozen=True)
class ExportedFile:
    """One file of an export."""

    name: str
    """Its name in the folder of the export."""
    text: str
    """Its content."""
    rows: int
    """The rows of the release that it holds."""


@dataclass(frozen=True)
class WholeExport:
    """All files of an export, and what they do not hold."""

    files: Sequence[ExportedFile]
    """In the order in which they are listed."""
    left_out: Mapping[ExportLoss, Sequence[str]] = field(default_factory=dict)
    """The ids of rows that a file should hold and does not, by the reason."""
    warnings: Sequence[str] = ()
    """Rules of the reader that a file breaks."""


def texts_by_label(rows: Iterable[ReleasedQuery], labels: Sequence[str]) -> dict[str, list[str]]:
    """The texts of every label that has rows, the labels in the order of the class ids."""
    found: dict[str, list[str]] = {label: [] for label in labels}
    for row in rows:
        found[row.label].append(row.text)
    return {label: texts for label, texts in found.items() if texts}


def json_file(name: str, content: object, *, rows: int = 0) -> ExportedFile:
    """A file with one JSON value, which holds so many rows of the release."""
    return ExportedFile(name, json.dumps(content, ensure_ascii=False, indent=2) + "\n", rows)


def lines_file(name: str, lines: Sequence[Mapping[str, object]]) -> ExportedFile:
    """A file of JSON Lines with one row of the release on each."""
    return ExportedFile(name, lines_text(lines), len(lines))
