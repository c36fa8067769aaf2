"""What `predict` is given in Python: a list of texts, a pandas column, or a table with the column `text`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError

if TYPE_CHECKING:
    import pandas as pd

TEXT = "text"
"""The column of a table that holds the texts."""


def table_of_texts(given: Sequence[str] | pd.Series | pd.DataFrame, *, added: Collection[str]) -> pd.DataFrame:
    """The texts as a table with their index and with the other columns that were given.

    Raises WinnowError for a table without one column `text`, or with one of those that are `added`.
    """
    import pandas as pd

    if not isinstance(given, pd.DataFrame):
        index = given.index if isinstance(given, pd.Series) else None
        return pd.DataFrame({TEXT: list(given)}, index=index)
    names = list(given.columns)
    if problem := _column_problem(names, added):
        raise WinnowError(problem)
    return given


def texts_of(table: pd.DataFrame) -> list[object]:
    """The texts of a table; None where one is missing."""
    column = table[TEXT]
    return list(column.astype(object).where(column.notna(), None))


def _column_problem(names: Sequence[object], added: Collection[str]) -> Problem | None:
    place, shown = Parameter("texts"), ", ".join(map(str, names)) or "no column"
    if names.count(TEXT) != 1:
        found = f"a table with {counted(names.count(TEXT), 'column')} {TEXT!r}: {shown}"
        fix = f"rename the column of the texts to {TEXT!r}, or give that column alone"
        return Problem(place, found, f"one column {TEXT!r}", fix)
    taken = [str(name) for name in names if name in added]
    if taken:
        found = f"a table that has columns of the result already: {', '.join(taken)}"
        return Problem(place, found, "none of them", "rename or drop them, or give the column `text` alone")
    return None
