"""Rasa's training data in Markdown, as before version 2: `## intent:NAME`, and an example per line with `-`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.curation.io.readers.rasa_examples import MARKDOWN_BULLET, listed_examples, plain_text
from winnow.validators.text import Drop

SECTION = re.compile(r"^##\s*(intent|synonym|regex|lookup)\s*:(.*)$", re.IGNORECASE | re.MULTILINE)
"""The line above the examples of an intent, or above what is no query."""

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def rasa_markdown_rows(text: str) -> Iterator[NumberedRow]:
    """The examples of the intents, entity markup removed. The row number counts the examples."""
    number = 0
    parts = SECTION.split(COMMENT.sub("", text))
    for kind, name, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        for example in listed_examples(_own_lines(body), MARKDOWN_BULLET) if kind.lower() == "intent" else ():
            number += 1
            if isinstance(example, Drop):
                yield number, example
            else:
                yield number, {"text": plain_text(example), "label": name.strip()}


def _own_lines(body: str) -> list[str]:
    """The lines up to the next heading of another kind."""
    return re.split(r"^#", body, maxsplit=1, flags=re.MULTILINE)[0].replace("\r", "").split("\n")


RASA_MARKDOWN = FileFormat("rasa-markdown", lambda file: rasa_markdown_rows(file.text), suffixes=(".md",))
