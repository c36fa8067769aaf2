"""Every routed query as a line of an interaction log, on disk before the answer is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from winnow.core.interaction_line import ExecutionStatus, InteractionLine, LineKind
from winnow.curation.pii.scrub import Scrubber
from winnow.interaction_log.append_block import append_block
from winnow.interaction_log.log_file import path_of_day
from winnow.interaction_log.log_privacy import scrubber_of
from winnow.interaction_log.new_line import new_line
from winnow.interaction_log.scrubbed_line import scrubbed_line
from winnow.training.routing.routed_answer import RoutedAnswer

AGENT_ROLE = "router"
"""The agent of every line."""

OWN_FIELDS = frozenset({"agent_role", "model", "output", "result", "metadata"})
"""What the service writes itself: no text of users, so that an id of a run is never taken for a phone number."""


@dataclass(frozen=True)
class DecidedQuery:
    """A query and its answer, to be logged."""

    id: str
    text: str
    session: str | None
    at: str
    """When the request arrived, ISO 8601 in UTC."""
    answer: RoutedAnswer
    seconds: float
    """From the arrival of the request to the decision."""


class RoutedLog:
    """The log of one service: a file for each day in UTC, which other services may write too."""

    def __init__(self, path: Path, *, workspace: Path) -> None:
        """`workspace` is the folder whose policy and key count. Raises WinnowError where they cannot be read."""
        self.path = path
        self._scrubber: Scrubber = scrubber_of(path, workspace)

    def append(self, queries: Sequence[DecidedQuery]) -> list[str]:
        """Write one line for each query, with one write and one fsync; returns their ids once they are on disk.

        Raises OSError if they could not be written; none of them is in the file then.
        """
        block = b"".join(scrubbed_line(_line_of(one), self._scrubber, own=OWN_FIELDS) for one in queries)
        append_block(path_of_day(self.path, datetime.now(UTC).date()), block)
        return [one.id for one in queries]

    def check_writable(self) -> None:
        """Raises OSError where no line can be written, before the first query is answered."""
        append_block(path_of_day(self.path, datetime.now(UTC).date()), b"")


def _line_of(query: DecidedQuery) -> InteractionLine:
    answer = query.answer
    facts = {"confidence": round(answer.confidence, 6), "decided_by": answer.decided_by.value}
    return new_line(
        {
            "kind": LineKind.INTERACTION,
            "id": query.id,
            "timestamp": query.at,
            "agent_role": AGENT_ROLE,
            "session": query.session,
            "model": answer.run,
            "task": query.text,
            "output": answer.label,
            "result": {"status": ExecutionStatus.OK, "seconds": round(query.seconds, 6)},
            "metadata": facts | ({} if answer.route is None else {"route": answer.route}),
        }
    )
