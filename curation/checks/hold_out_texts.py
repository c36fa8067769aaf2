"""Which texts repeat a hold-out record, so that they are neither shown to a model nor trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from winnow.core.example import canonical_text, fold_key, repeat_key
from winnow.core.vocabulary import Split
from winnow.core.working_row import WorkingRow


@dataclass(frozen=True)
class HoldOutTexts:
    """The texts of hold-out records, compared by their repeat keys."""

    keys: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[WorkingRow]) -> HoldOutTexts:
        """The texts of all hold-out records, also those whose source was retracted."""
        return cls.of_fold_keys(row.fold_key for row in rows if row.assigned_split != Split.TRAIN)

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> HoldOutTexts:
        """The same from the texts of hold-out records."""
        return cls.of_fold_keys(fold_key(canonical_text(text)) for text in texts)

    @classmethod
    def of_fold_keys(cls, fold_keys: Iterable[str]) -> HoldOutTexts:
        """The same from their fold keys."""
        return cls(frozenset(map(repeat_key, fold_keys)))

    @cached_property
    def longest(self) -> int:
        """Characters of the longest key."""
        return max(map(len, self.keys), default=0)

    def repeated_by(self, row: WorkingRow) -> bool:
        """Whether a record repeats a hold-out record, apart from case, punctuation, HTML and invisible characters."""
        return repeat_key(row.fold_key) in self.keys

    def contain(self, text: str) -> bool:
        """Whether a text repeats a hold-out record, apart from case, punctuation, HTML and invisible characters."""
        return repeat_key(fold_key(canonical_text(text))) in self.keys
