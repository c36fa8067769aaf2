"""Agreement by argument: how often two people who stand by an answer give an argument the same value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, zip_longest
from typing import NamedTuple

from winnow.core.result import Measured
from winnow.validators.stats.intervals import measured_proportion
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.strict_json import write_json

WHOLE_CALL = ""
"""In place of an argument: whether both call the tool at all."""


class AnswerOfPerson(NamedTuple):
    """The calls that one person holds to be right in a dialogue: those that it shows, or corrected ones."""

    record: str
    who: str
    calls: Sequence[Call]


class ArgumentAgreement(NamedTuple):
    """How often pairs of people give an argument the same value."""

    tool: str
    argument: str
    """Its name, or WHOLE_CALL."""
    agreement: Measured
    """Share of the pairs of answers with equal values; an argument that only one has is not equal."""


class _Comparison(NamedTuple):
    tool: str
    argument: str
    equal: bool


def argument_agreement(answers: Iterable[AnswerOfPerson]) -> list[ArgumentAgreement]:
    """The agreement of every tool and argument that two people have given about one record, sorted by name."""
    by_record: dict[str, list[AnswerOfPerson]] = defaultdict(list)
    for answer in answers:
        by_record[answer.record].append(answer)
    pairs, equal = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for own in by_record.values():
        for one, other in combinations(own, 2):
            for found in _compared(one.calls, other.calls):
                pairs[found.tool, found.argument] += 1
                equal[found.tool, found.argument] += found.equal
    return [ArgumentAgreement(*key, measured_proportion(equal[key], count)) for key, count in sorted(pairs.items())]


def _compared(one: Sequence[Call], other: Sequence[Call]) -> Iterator[_Comparison]:
    """The calls of two answers, those of each tool in their order."""
    for tool in sorted({call.name for call in (*one, *other)}):
        own, theirs = ([call for call in calls if call.name == tool] for calls in (one, other))
        for left, right in zip_longest(own, theirs):
            yield _Comparison(tool, WHOLE_CALL, left is not None and right is not None)
            if left is not None and right is not None:
                yield from _compared_arguments(left, right)


def _compared_arguments(one: Call, other: Call) -> Iterator[_Comparison]:
    for name in sorted({*one.arguments, *other.arguments}):
        has_both = name in one.arguments and name in other.arguments
        same = has_both and write_json(one.arguments[name]) == write_json(other.arguments[name])
        yield _Comparison(one.name, name, same)
