"""The fold keys that exact repeats share in a task's language; stored ones are folded alike for every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.example import DOTLESS_LANGUAGES, exact_key, fold_key

if TYPE_CHECKING:
    import pandas as pd


def exact_fold(stored: str, text: str, language: str) -> str:
    """The fold key in a language of an example with this stored fold key and embedding text.

    A kind that folds more, or less, than the text keeps its own key.
    """
    if text.isascii() and language not in DOTLESS_LANGUAGES:
        return stored
    return exact_key(text, language) if stored == fold_key(text) else stored


def with_exact_folds(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """The table with the fold keys of the language."""
    folds = [exact_fold(fold, text, language) for fold, text in zip(table["fold_key"], table["text"], strict=True)]
    return table.assign(fold_key=folds).astype({"fold_key": object})
