"""Another run as the second stage: it answers with its own temperature and threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.training.routing.routed_answer import RoutedAnswer
from winnow.training.routing.router import Router


@dataclass(frozen=True)
class RunStage:
    """A run for the queries that another run does not answer."""

    router: Router
    routes: Mapping[str, str | None]
    """The route of every label of the first run's task, which the answers state."""

    def answers(self, texts: Sequence[str], *, top: int) -> list[RoutedAnswer | None]:
        """The answer of the run to each text."""
        return [self._with_route(one) for one in self.router.answers(texts, top=top)]

    def _with_route(self, answer: RoutedAnswer) -> RoutedAnswer:
        route = None if answer.label is None else self.routes.get(answer.label)
        return answer.model_copy(update={"route": route})
