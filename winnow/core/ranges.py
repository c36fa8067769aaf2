"""Check a number against the range that it may be in; not-a-number and infinity are in none."""

from __future__ import annotations

import math

from winnow.core.errors import Parameter, Problem, WinnowError


def range_problem(
    parameter: str, value: float | None, *, low: float = -math.inf, high: float = math.inf, above: float = -math.inf
) -> Problem | None:
    """What is wrong with the number of a parameter: it must be finite, `low` to `high`, and more than `above`.

    None when it is right, or when there is no number.
    """
    if value is None or (math.isfinite(value) and low <= value <= high and value > above):
        return None
    parts = [f"more than {above:g}"] if above > -math.inf else []
    parts += [f"at least {low:g}"] if low > -math.inf else []
    parts += [f"at most {high:g}"] if high < math.inf else []
    return Problem(Parameter(parameter), str(value), " and ".join(parts) or "a finite number")


def check_range(parameter: str, value: float | None, *, low: float = -math.inf, high: float = math.inf) -> None:
    """Raise WinnowError when the number of a parameter is not in its range."""
    if problem := range_problem(parameter, value, low=low, high=high):
        raise WinnowError(problem)
