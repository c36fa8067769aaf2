"""AutoTrain: rows of `text` and `target` for its text classification, and the configuration that reads them.

Sources, read in November 2026: `docs/source/tasks/text_classification_regression.mdx` in github.com/huggingface/
autotrain-advanced for the columns, the files and the configuration, and `text_clf_munge_data` in `autotrain/project.py`
of the package autotrain-advanced 0.8.36, which reads `train.jsonl` and `validation.jsonl` from the folder of the data.
It has no file for test rows, so that none is written. JSON Lines, because pandas reads a text such as `null` in a CSV
file as a missing value.
"""

from __future__ import annotations

from collections.abc import Iterator

from winnow.core.vocabulary import Split
from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.query_release import ExportedFile, QueryRelease, WholeExport, lines_file
from winnow.curation.io.writers.yaml_scalar import yaml_scalar

BASE_MODEL = "google-bert/bert-base-uncased"
"""The model of the example in AutoTrain's documentation."""

LEARNED = (Split.TRAIN, Split.VALIDATION)
"""The splits that AutoTrain reads."""


def autotrain_files(release: QueryRelease) -> WholeExport:
    """The rows of train and validation, and the configuration; run `autotrain --config config.yaml` in the folder."""
    rows = {split: release.rows[split] for split in LEARNED if release.rows.get(split)}
    files = [
        lines_file(f"{split}.jsonl", [{"text": row.text, "target": row.label} for row in found])
        for split, found in rows.items()
    ]
    config = ExportedFile("config.yaml", _config(release, has_validation=Split.VALIDATION in rows), 0)
    return WholeExport([*files, config], warnings=[*_missing_labels(release)])


def _config(release: QueryRelease, *, has_validation: bool) -> str:
    return f"""\
task: text_classification
base_model: {BASE_MODEL}
project_name: {yaml_scalar(f"{release.task.name}-autotrain")}
log: none
backend: local
data:
  path: .
  train_split: train
  valid_split: {Split.VALIDATION if has_validation else "null"}
  column_mapping:
    text_column: text
    target_column: target
"""


def _missing_labels(release: QueryRelease) -> Iterator[str]:
    """AutoTrain stops where train and validation have different numbers of labels."""
    present = {split: {row.label for row in release.rows.get(split, ())} for split in LEARNED}
    for split, other in (LEARNED, LEARNED[::-1]):
        missing = [label for label in release.labels if label in present[other] - present[split]]
        if present[split] and missing:
            named = ", ".join(missing)
            yield f"{split}.jsonl: AutoTrain requires the same labels in train and validation; it lacks {named}"


AUTOTRAIN_FORMAT = ExportFormat("autotrain", whole=autotrain_files)
