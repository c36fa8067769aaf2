"""The rewrites of an addition: by file and rule, with masked examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.curation.ingest.screen_file import ScreenedFile

MAX_EXAMPLES = 3
"""Examples of each rule in each file."""


@dataclass(frozen=True)
class RewriteExample:
    """One value that was replaced, to be looked up in the file."""

    row: int
    """The row of the file, as the reader counts it."""
    masked: str
    """The value with its characters masked, except the first and, in a long value, the last one."""


@dataclass(frozen=True)
class FileRewrites:
    """What one rule replaced in one file."""

    file: str
    """The name of the file."""
    entity: str
    """The rule, by the entity that it finds (`PiiEntity`)."""
    count: int
    """Values that were replaced."""
    examples: list[RewriteExample]
    """The first different values, at most `MAX_EXAMPLES`."""


def summarize_rewrites(screened: Sequence[ScreenedFile]) -> list[FileRewrites]:
    """The rewrites of the files, in their order, and by rule, most frequent first."""
    return [one for file in screened for one in _rewrites_of_file(file)]


def _rewrites_of_file(file: ScreenedFile) -> list[FileRewrites]:
    by_entity: defaultdict[str, list[RewriteExample]] = defaultdict(list)
    for row in file.kept:
        for one in row.rewrites:
            by_entity[one.entity].append(RewriteExample(row.number, one.masked))
    return [
        FileRewrites(file.reading.name, entity, len(found), _first_different(found))
        for entity, found in sorted(by_entity.items(), key=lambda item: -len(item[1]))
    ]


def _first_different(found: Sequence[RewriteExample]) -> list[RewriteExample]:
    different = {one.masked: one for one in reversed(found)}
    return sorted(different.values(), key=lambda one: one.row)[:MAX_EXAMPLES]
