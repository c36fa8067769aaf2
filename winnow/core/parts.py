"""Divide a long sequence into parts, so that memory holds the results of one part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from winnow.core.progress import Progress

Item = TypeVar("Item")


@dataclass(frozen=True)
class Part(Generic[Item]):
    """Consecutive items of a sequence."""

    items: Sequence[Item]
    start: int
    """Items of the sequence before them."""
    total: int
    """Items of the sequence."""

    def counted(self, progress: Progress | None) -> Progress | None:
        """Reports progress on the part as progress on the sequence."""
        if progress is None:
            return None
        return lambda done, _: progress(self.start + done, self.total)


def parts_of(items: Sequence[Item], size: int) -> Iterator[Part[Item]]:
    """Parts of at most `size` items, in order."""
    return (Part(items[start : start + size], start, len(items)) for start in range(0, len(items), size))
