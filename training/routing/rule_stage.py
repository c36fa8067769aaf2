"""Rules as the second stage: the first rule that a query matches decides its label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from winnow.core.routing_vocabulary import RoutedBy
from winnow.training.routing.routed_answer import RoutedAnswer
from winnow.training.routing.rule_file import PatternRule
from winnow.training.runs import Run


class _Matcher(NamedTuple):
    """A rule that is ready to be tried."""

    label: str
    matches: Callable[[str], bool]


@dataclass(frozen=True)
class RuleStage:
    """Rules for the queries that a run does not answer."""

    rules: Sequence[PatternRule]
    run: Run
    """The run of the first stage."""

    def answers(self, texts: Sequence[str], *, top: int) -> list[RoutedAnswer | None]:
        """The label of the first rule that matches each text; None where none does.

        A rule has no confidence and no further labels: the router states those of the run that it asked first.
        """
        labels = [next((one.label for one in self._matchers if one.matches(text)), None) for text in texts]
        return [None if label is None else self._answer(label) for label in labels]

    @cached_property
    def _matchers(self) -> list[_Matcher]:
        return [_Matcher(rule.label, rule.matcher()) for rule in self.rules]

    def _answer(self, label: str) -> RoutedAnswer:
        return RoutedAnswer(
            label=label,
            route=self.run.facts.routes.get(label),
            confidence=0.0,
            decided_by=RoutedBy.RULES,
            run=self.run.id,
            top=[],
        )
