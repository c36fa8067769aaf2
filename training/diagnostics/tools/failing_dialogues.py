"""How many dialogues fail in one way, and whether that is more than chance explains.

The answers of one dialogue depend on each other, so dialogues are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.result import NotMeasured
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult
from winnow.validators.stats.binomial import probability_at_least
from winnow.validators.stats.intervals import measured_proportion
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

ALLOWED_SHARE = 0.05
"""Share of failing dialogues that is no finding: all the errors that a goal of 95 % allows."""

MIN_FAILING = 5
"""Minimum number of failing dialogues: fewer are anecdotal."""

MIN_DIALOGUES = 20
"""Minimum number of dialogues of one kind: with fewer, their share is hardly known."""

TOO_FEW_DIALOGUES = NotMeasured(f"fewer than {MIN_DIALOGUES} validation dialogues of this kind")


class FailingDialogues(NamedTuple):
    """How many dialogues fail in one way."""

    failing: int
    dialogues: int

    @property
    def share(self) -> str:
        """The share with its interval, as text."""
        one = measured_proportion(self.failing, self.dialogues)
        return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"


def count_failing(results: Sequence[AnswerResult], fails: Callable[[AnswerResult], object]) -> FailingDialogues:
    """The dialogues of these answers, and those of which an answer fails: of which `fails` is true."""
    return FailingDialogues(len({one.id for one in results if fails(one)}), len({one.id for one in results}))


def is_frequent(count: FailingDialogues, *, tests: int = 1) -> bool:
    """Whether significantly more than ALLOWED_SHARE fail (exact binomial test, Bonferroni over `tests`)."""
    if count.failing < MIN_FAILING or count.dialogues < MIN_DIALOGUES:
        return False
    return probability_at_least(count.failing, count.dialogues, ALLOWED_SHARE) * tests < SIGNIFICANCE_LEVEL


def errors_as_text(errors: Iterable[AnswerErrorLine], *, shown: int = 3) -> str:
    """The most frequent errors, each with the argument that it is about: `wrong_value of city 7`."""
    counted = Counter(f"{one.name} of {one.argument}" if one.argument else str(one.name) for one in errors)
    return ", ".join(f"{name} {count:,}" for name, count in counted.most_common(shown))


def has_error(result: AnswerResult, *names: AnswerErrorType) -> bool:
    """Whether an answer has an error of one of these types."""
    return any(one.name in names for one in result.errors)
