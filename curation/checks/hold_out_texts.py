"""Which texts repeat a hold-out record, so that they are neither shown to a model nor trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from winnow.core.example import canonical_text, exact_key, fold_key, repeat_key
from winnow.core.vocabulary import Split
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.exact_folds import exact_fold

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class HoldOutTexts:
    """The texts of hold-out records, compared by their repeat keys."""

    keys: frozenset[str]
    language: str = ""
    """Of the texts; case, for example, is also folded as in this language."""

    @classmethod
    def of(cls, rows: Iterable[WorkingRow], language: str = "") -> HoldOutTexts:
        """The texts of all hold-out records, also those whose source was retracted."""
        folds = ((row.fold_key, row.text) for row in rows if row.assigned_split != Split.TRAIN)
        return cls._of_folds(folds, language)

    @classmethod
    def of_table(cls, hold_out: pd.DataFrame, language: str) -> HoldOutTexts:
        """The same from a table of hold-out records."""
        return cls._of_folds(zip(hold_out["fold_key"], hold_out["text"], strict=True), language)

    @classmethod
    def _of_folds(cls, folds: Iterable[tuple[str, str]], language: str) -> HoldOutTexts:
        every = {fold for stored, text in folds for fold in (stored, exact_fold(stored, text, language))}
        return cls(frozenset(map(repeat_key, every)), language)

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
        exact = exact_fold(row.fold_key, row.text, self.language)
        return repeat_key(row.fold_key) in self.keys or repeat_key(exact) in self.keys

    def contain(self, text: str) -> bool:
        """Whether a text repeats a hold-out record, apart from case, punctuation, HTML and invisible characters."""
        text = canonical_text(text)
        return any(repeat_key(fold) in self.keys for fold in {fold_key(text), exact_key(text, self.language)})
