"""Which call of an answer stands for which expected call: the best assignment of all, in whatever order they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from winnow.validators.tools.dialogue import Call, Tool
from winnow.validators.tools.judging.call_errors import compared_call, is_named_alike

OTHER_TOOL = 1_000_000
"""A call of another tool costs more than any number of differing arguments."""


@dataclass(frozen=True)
class MatchedCalls:
    """The calls of an answer, and the expected ones."""

    pairs: tuple[tuple[int, int], ...]
    """The places of a given and an expected call that belong together, in the order of the given ones."""
    extra: tuple[int, ...]
    """Places of given calls for which no expected one is left."""
    missing: tuple[int, ...]
    """Places of expected calls for which no given one is left."""


def matched_calls(
    given: Sequence[Call], expected: Sequence[Call], tools: Mapping[str, Tool], known_ids: Collection[str] = ()
) -> MatchedCalls:
    """The assignment with the fewest other tools, and of these that with the fewest differing arguments.

    An argument that the schema requires counts twice: a title says more than a date which call is meant. Taking the
    first match for each expected call, as the benchmark does, can leave a call without its match.
    """
    if not given or not expected:
        return MatchedCalls((), tuple(range(len(given))), tuple(range(len(expected))))
    costs = [[_cost(one, other, tools, known_ids) for other in expected] for one in given]
    pairs = [(0, 0)] if len(given) == len(expected) == 1 else _cheapest_pairs(costs)
    extra = sorted(set(range(len(given))) - {one for one, _ in pairs})
    missing = sorted(set(range(len(expected))) - {other for _, other in pairs})
    return MatchedCalls(tuple(pairs), tuple(extra), tuple(missing))


def _cost(given: Call, expected: Call, tools: Mapping[str, Tool], known_ids: Collection[str]) -> int:
    if not is_named_alike(given, expected):
        return OTHER_TOOL
    required = tools[given.name].required if given.name in tools else ()
    differences = compared_call(given, expected, tools, known_ids).differences
    return sum(2 if one.path in required else 1 for one in differences)


def _cheapest_pairs(costs: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment  # takes about half a second to import

    rows, columns = linear_sum_assignment(costs)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
