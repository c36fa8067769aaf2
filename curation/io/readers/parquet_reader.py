"""Parquet, with Hugging Face class names."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.curation.io.readers.class_names import rows_of_batches
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file


def parquet_rows(data: bytes, *, name: str = "file") -> Iterator[NumberedRow]:
    """Rows of a Parquet file; Hugging Face ClassLabel numbers become their names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        yield from rows_of_batches(file.iter_batches(), file.schema_arrow)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise unreadable_file(name, f"damaged Parquet ({str(error)[:120]})", "an intact Parquet file") from None


PARQUET = FileFormat(
    "parquet", lambda file: parquet_rows(file.content, name=file.name), suffixes=(".parquet",), magic=b"PAR1"
)
