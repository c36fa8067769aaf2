"""Check a value against the names that it may have, and say which ones there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion

NAMES_SHOWN = 20
"""A message lists at most this many names: a task may have hundreds of labels."""

Name = TypeVar("Name", bound=str)


def choice_problem(parameter: str, value: str, choices: Iterable[str]) -> Problem | None:
    """What is wrong with the value of a parameter; None when it is one of the choices."""
    known = [str(one) for one in choices]
    if value in known:
        return None
    fix = suggestion(value, known, "choose one of these")
    more = f" and {len(known) - NAMES_SHOWN} more" if len(known) > NAMES_SHOWN else ""
    expected = ", ".join(known[:NAMES_SHOWN]) + more
    return Problem(Parameter(parameter), f"unknown value {value!r}", expected, fix)


def check_choice(parameter: str, value: str, choices: Iterable[Name]) -> Name:
    """The choice that a value names. Raises WinnowError when there is none."""
    known = list(choices)
    if problem := choice_problem(parameter, value, known):
        raise WinnowError(problem)
    return next(one for one in known if one == value)
