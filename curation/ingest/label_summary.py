"""What `add` says about the labels of the rows that it was given, also of those that it dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from winnow.config.task import Task
from winnow.curation.annotations.renamed_labels import LabelRename, current_label
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.kinds import kind_of
from winnow.validators.label_cells import read_label
from winnow.validators.labels.label_advice import LabelAdvice, advice_on_rows
from winnow.validators.labels.label_fixes import LabelSources
from winnow.validators.text import Drop


def advice_on_sources(
    read: Iterable[tuple[str, SourceRows]], task: Task, renamed: Sequence[LabelRename]
) -> list[LabelAdvice]:
    """Findings about the labels of each file, by its path, under their names of today.

    Rows of a release and lines of a log have no labels of their own, and those of dialogues follow from their content.
    """
    if kind_of(task).holds_dialogues:
        return []
    own = [(path, rows) for path, rows in read if not (rows.is_log or rows.restored)]
    return [advice for path, rows in own for advice in _advice_on_source(path, rows, task, renamed)]


def _advice_on_source(path: str, source: SourceRows, task: Task, renamed: Sequence[LabelRename]) -> list[LabelAdvice]:
    labels = task.label_names
    given = [_labels_of(row, labels) for row in source.rows if row.problem is None]
    named = (one if one in labels else current_label(one, renamed) for found in given for one in found)
    return advice_on_rows(
        Counter(named),
        labels,
        blank=sum(not found for found in given),
        fallback=task.fallback,
        routed=[label for label, route in task.routes.items() if route],
        sources=LabelSources((source.name,), path),
    )


def _labels_of(row: SourceRow, labels: Sequence[str]) -> list[str]:
    """The labels of a row as text; the cell itself where it holds several, and none where it is empty."""
    found = []
    for cell in row.given_labels:
        read = read_label(cell, labels)
        found.append(value_text(cell if isinstance(read, Drop) else read).strip())
    return [one for one in found if one]
