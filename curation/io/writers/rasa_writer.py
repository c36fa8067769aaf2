"""Rasa: NLU training data in YAML, one file for each split.

Sources: the page "Training Data Format" of Rasa's documentation (legacy-docs-oss.rasa.com/docs/rasa/
training-data-format, version 3.1 of the format), and `rasa/shared/nlu/training_data/formats/rasa_yaml.py` in
github.com/RasaHQ/rasa, read in November 2026. Examples are lines of a literal block: a text that Rasa reads as
something else, because it holds a line break or its notation of entities, has no other form and is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.export_losses import ExportLoss
from winnow.curation.io.readers.rasa_examples import ENTITY_MARKUP
from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.query_release import (
    ExportedFile,
    QueryRelease,
    ReleasedQuery,
    WholeExport,
    texts_by_label,
)
from winnow.curation.io.writers.yaml_scalar import ESCAPED, yaml_scalar

VERSION = "3.1"
"""Of the format."""


def rasa_files(release: QueryRelease) -> WholeExport:
    """One file for each split, with the intents in the order of the class ids."""
    kept = {split: [row for row in rows if is_one_example(row.text)] for split, rows in release.rows.items()}
    left_out = [row.id for rows in release.rows.values() for row in rows if not is_one_example(row.text)]
    files = [ExportedFile(f"{split}.yml", _nlu(rows, release.labels), len(rows)) for split, rows in kept.items()]
    retrieval = [label for label in release.labels if "/" in label]
    warnings = [f"Rasa reads {label!r} as a retrieval intent, because of the slash" for label in retrieval]
    return WholeExport(files, {ExportLoss.NOTATION: left_out} if left_out else {}, warnings)


def is_one_example(text: str) -> bool:
    """Whether Rasa reads a line with the text as this text."""
    return text.splitlines() == [text.strip()] and not ENTITY_MARKUP.search(text) and not ESCAPED.search(text)


def _nlu(rows: Sequence[ReleasedQuery], labels: Sequence[str]) -> str:
    intents = [
        f"- intent: {yaml_scalar(label)}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for label, texts in texts_by_label(rows, labels).items()
    ]
    return f'version: "{VERSION}"\nnlu:\n' + "".join(intents)


RASA_FORMAT = ExportFormat("rasa", whole=rasa_files)
