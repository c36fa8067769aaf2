"""fastText: one query per line, with its labels as words that begin with `__label__`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow

PREFIX = "__label__"
"""The default of fastText's `-label`."""

LABELED_SHARE = 0.5
"""Share of the lines that must have a label at their start for a text to be a file of fastText."""


_LINE = re.compile(r"\s*((?:__label__\S+(?:\s+|$))*)(.*?)((?:(?:^|\s+)__label__\S+)*)\s*", re.DOTALL)
"""The labels at the start of a line, its text, and the labels at its end."""


def fasttext_rows(text: str) -> Iterator[NumberedRow]:
    """One query per line; several labels are a list. Only labels at either end of a line are its labels."""
    for number, line in enumerate(text.split("\n"), 1):
        found = _LINE.fullmatch(line)
        if found and line.strip():
            labels = [word.removeprefix(PREFIX) for word in (found[1] + " " + found[3]).split()]
            yield number, {"text": found[2], "label": labels[0] if len(labels) == 1 else labels or None}


def is_fasttext(lines: list[str]) -> bool:
    """Whether most of the lines begin with a label."""
    return sum(line.lstrip().startswith(PREFIX) for line in lines) > LABELED_SHARE * len(lines)


FASTTEXT = FileFormat("fasttext", lambda file: fasttext_rows(file.text), suffixes=(".ft",))
