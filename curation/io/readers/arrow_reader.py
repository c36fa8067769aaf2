"""Arrow: files of Feather and of `datasets.save_to_disk`, with Hugging Face class names."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.curation.io.readers.class_names import rows_of_batches
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file

FILE_MAGIC, STREAM_MAGIC = b"ARROW1\0\0", b"\xff\xff\xff\xff"
"""The first bytes of a file with an index, such as one of Feather, and of a stream, as `save_to_disk` writes it."""

END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"
"""The last bytes of a stream. One that ends elsewhere was cut, and may lack rows."""


def arrow_rows(data: bytes, *, name: str = "file") -> Iterator[NumberedRow]:
    """Rows of a file in either form of Arrow; Hugging Face ClassLabel numbers become their names."""
    import pyarrow as pa

    try:
        if data.startswith(FILE_MAGIC):
            file = pa.ipc.open_file(pa.BufferReader(data))
            batches = (file.get_batch(number) for number in range(file.num_record_batches))
            yield from rows_of_batches(batches, file.schema)
            return
        if not data.endswith(END_OF_STREAM):
            raise unreadable_file(name, "an Arrow stream without its end", "an intact file", "copy or write it again")
        stream = pa.ipc.open_stream(pa.BufferReader(data))
        yield from rows_of_batches(iter(stream), stream.schema)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise unreadable_file(name, f"damaged Arrow file ({str(error)[:120]})", "an intact Arrow file") from None


ARROW = FileFormat(
    "arrow",
    lambda file: arrow_rows(file.content, name=file.name),
    suffixes=(".arrow", ".feather"),
    magic=(FILE_MAGIC, STREAM_MAGIC),
)
