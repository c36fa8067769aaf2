"""Parquet, with Hugging Face class names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file


def parquet_rows(data: bytes, *, name: str = "file") -> Iterator[NumberedRow]:
    """Rows of a Parquet file; Hugging Face ClassLabel numbers become their names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
        classes = _class_names(table.schema.metadata or {})
        number = 0
        for chunk in table.to_batches():
            for item in chunk.to_pylist():
                number += 1
                yield number, {key: _class_name(value, classes.get(key)) for key, value in item.items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise unreadable_file(name, f"damaged Parquet ({str(error)[:120]})", "an intact Parquet file") from None


def _class_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
        return {key: value["names"] for key, value in features.items() if value.get("_type") == "ClassLabel"}
    except (ValueError, AttributeError, KeyError):
        return {}


def _class_name(value: Any, names: list[str] | None) -> Any:
    return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else value


PARQUET = FileFormat(
    "parquet", lambda file: parquet_rows(file.content, name=file.name), suffixes=(".parquet",), magic=b"PAR1"
)
