"""Files of other kinds that are not read: what they are, and what to export instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from winnow.core.errors import Problem, WinnowError

TABLE = "a table of texts and labels"

SAVE_TABLE = "save its table as .xlsx or .csv"

UNPACK = "unpack it, and name the files or the folder"

PHRASES = "write one row per training phrase, with its intent as `label`, as CSV"


class Foreign(NamedTuple):
    """A format that is not read."""

    title: str
    fix: str


BINARY: tuple[tuple[bytes, Foreign], ...] = (
    (b"%PDF-", Foreign("a PDF document", "export the table that it shows as .xlsx or .csv")),
    (b"{\\rtf", Foreign("a document in RTF", SAVE_TABLE)),
    (b"7z\xbc\xaf\x27\x1c", Foreign("a 7z archive", UNPACK)),
    (b"Rar!\x1a\x07", Foreign("a RAR archive", UNPACK)),
    (b"BZh", Foreign("a file packed with bzip2", UNPACK)),
    (b"\xfd7zXZ\0", Foreign("a file packed with xz", UNPACK)),
    (b"\x28\xb5\x2f\xfd", Foreign("a file packed with zstd", UNPACK)),
    (b"PK\x05\x06", Foreign("an empty zip archive", "check that it is the right file")),
    (b"\x89PNG\r\n", Foreign("a picture", "name the file with the texts")),
    (b"\xff\xd8\xff", Foreign("a picture", "name the file with the texts")),
    (b"\x80\x04", Foreign("a pickle of Python", "write the table with `DataFrame.to_parquet` or as CSV")),
    (b"\x93NUMPY", Foreign("an array of NumPy", "write the table as Parquet or CSV")),
    (b"FEA1", Foreign("a file of Feather version 1", "write it as Parquet or as Feather version 2")),
    (b"Obj\x01", Foreign("a file of Avro", "write the table as Parquet, JSON Lines or CSV")),
    (b"ORC", Foreign("a file of ORC", "write the table as Parquet, JSON Lines or CSV")),
)
"""The first bytes of files that are no text, and what they are."""

TAR_PLACE, TAR = 257, b"ustar"
"""Where a tar archive states what it is."""

MARKUP = re.compile(r"\s*<(?:(\?xml|rss|feed)|!doctype|html|head|body|table)\b", re.IGNORECASE)
"""How a page begins; the group is that of an XML document."""

BOTS: tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...] = (
    ("an intent of Dialogflow", lambda data: "userSays" in data or {"auto", "contexts", "responses"} <= {*data}),
    ("an intent of Dialogflow", lambda data: "trainingPhrases" in data),
    ("a bot of Amazon Lex", lambda data: isinstance(data.get("resource"), Mapping) and "metadata" in data),
    ("an intent of Amazon Lex", lambda data: "sampleUtterances" in data),
)
"""Objects of JSON that other tools export, and how they are told."""

PHRASES_OF_DIALOGFLOW = frozenset({"data", "isTemplate"})
"""Keys of a training phrase of Dialogflow. Its intent is the name of the file, so that the file alone is no table."""


def refuse_foreign_bytes(content: bytes, *, name: str) -> None:
    """Raise WinnowError that names the format, for a file that is no text and is not read."""
    for magic, foreign in BINARY:
        if content.startswith(magic):
            raise refused(name, foreign)
    if content[TAR_PLACE : TAR_PLACE + len(TAR)] == TAR:
        raise refused(name, Foreign("a tar archive", UNPACK))


def refuse_markup(text: str, *, name: str) -> None:
    """Raise WinnowError for a page or an XML document."""
    found = MARKUP.match(text)
    if found and found.group(1):
        raise refused(name, Foreign("an XML document", "export the table as .xlsx, .csv or JSON"))
    if found:
        raise refused(
            name,
            Foreign("an HTML page", "export the table as CSV, or save a page that is named .xls as .xlsx"),
        )


def refuse_bot(data: Any, *, name: str) -> None:
    """Raise WinnowError that names the tool, for what another tool exported as JSON."""
    if isinstance(data, Mapping):
        for title, is_one in BOTS:
            if is_one(data):
                raise refused(name, Foreign(title, PHRASES))
    first = data[0] if isinstance(data, list) and data else None
    if isinstance(first, Mapping) and {*first} >= PHRASES_OF_DIALOGFLOW:
        raise refused(name, Foreign("the training phrases of an intent of Dialogflow", PHRASES))


def refused(name: str, foreign: Foreign) -> WinnowError:
    """The error for a file in a format that is not read."""
    return WinnowError(Problem(name, f"{foreign.title}, which is not read", TABLE, foreign.fix))
