"""What is asked about the queries that a run does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from winnow.training.routing.routed_answer import RoutedAnswer


class SecondStage(Protocol):
    """Rules, or another run."""

    def answers(self, texts: Sequence[str], *, top: int) -> list[RoutedAnswer | None]:
        """An answer for each text; None where there is none."""
