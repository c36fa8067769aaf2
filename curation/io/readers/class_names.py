"""Classes of Hugging Face datasets: the names that a schema of Arrow or Parquet gives the numbers of a column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from winnow.curation.io.readers.numbered_rows import NumberedRow

if TYPE_CHECKING:
    import pyarrow as pa

NO_CLASS = -1
"""The number that stands for no label, as in the unlabeled test splits of the Hub."""


def rows_of_batches(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[NumberedRow]:
    """The rows of a table, whose class numbers become names."""
    classes = class_names(schema.metadata or {})
    number = 0
    for batch in batches:
        for item in batch.to_pylist():
            number += 1
            yield number, {key: class_name(value, classes.get(key)) for key, value in item.items()}


def class_names(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """The names of the classes of each column that has some, or holds lists of them."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
        inner = {key: value.get("feature", value) for key, value in features.items() if isinstance(value, dict)}
        return {key: value["names"] for key, value in inner.items() if value.get("_type") == "ClassLabel"}
    except (ValueError, AttributeError, KeyError):
        return {}


def class_name(value: Any, names: list[str] | None) -> Any:
    """The name of a class, the names of several, or None for no class; a number that no class has stays."""
    if names is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [class_name(one, names) for one in value]
    if value == NO_CLASS:
        return None
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else value
