"""Plain examples: rows of text and label, what the task says about each label, and some examples of it for a prompt."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.query_release import QueryRelease, ReleasedQuery, WholeExport, json_file, lines_file

FEW = 8
"""Examples of a label in `few_shot.json`: enough to show it, and few enough for a prompt with many labels."""


def plain_files(release: QueryRelease) -> WholeExport:
    """Text and label of every row, one file for each split; the labels; and the most frequent train rows of each."""
    rows = [
        lines_file(f"{split}.jsonl", [{"text": row.text, "label": row.label} for row in found])
        for split, found in release.rows.items()
    ]
    labels = json_file("labels.json", [_label_entry(release, name) for name in release.labels])
    few = json_file("few_shot.json", [_few_examples(release, name) for name in release.labels])
    return WholeExport([*rows, labels, few], warnings=[*_labels_without_examples(release)])


def _label_entry(release: QueryRelease, name: str) -> Mapping[str, object]:
    label = release.label_of(name)
    return {
        "id": [*release.labels].index(name),
        "label": name,
        "route": label.route,
        "description": label.description,
        "is_fallback": name == release.task.fallback,
    }


def _few_examples(release: QueryRelease, name: str) -> Mapping[str, object]:
    rows = sorted((row for row in release.train if row.label == name), key=_by_frequency)
    return {
        "label": name,
        "description": release.label_of(name).description,
        "examples": [row.text for row in rows[:FEW]],
    }


def _by_frequency(row: ReleasedQuery) -> tuple[int, str]:
    return -row.weight, row.id


def _labels_without_examples(release: QueryRelease) -> list[str]:
    missing = ", ".join(release.without_train_rows())
    return [f"few_shot.json: no examples of {missing}: no train row has the label"] if missing else []


PLAIN_FORMAT = ExportFormat("plain", whole=plain_files)
