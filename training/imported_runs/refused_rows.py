"""Refuse a file with rows that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError

PROBLEMS_SHOWN = 50


def refuse_problems(problems: Sequence[Problem], file: str) -> None:
    """Raises WinnowError with the problems of a file, those beyond PROBLEMS_SHOWN as a number."""
    if problems:
        more = len(problems) - PROBLEMS_SHOWN
        rest = [Problem(file, counted(more, "more problem"))] if more > 0 else []
        raise WinnowError([*problems[:PROBLEMS_SHOWN], *rest])
