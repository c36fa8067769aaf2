"""The service without HTTP: it answers queries, logs them, and changes the model that answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.core.errors import Problem, WinnowError
from winnow.generators.llm.spend.monthly_spend import spend_by_month
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.interaction_log.interaction_ids import new_interaction_id, utc_instant
from winnow.operations._context import WorkspaceContext
from winnow.router.active_model import ActiveModel
from winnow.router.analytics import RouterAnalytics, TimeSpan, measure_analytics
from winnow.router.batch_worker import BatchWorker
from winnow.router.model_list import ModelList, list_models
from winnow.router.problem_replies import NotAnsweredError
from winnow.router.query_forms import MAX_TEXTS, RoutedQuery, RouteQuery
from winnow.router.query_log_reader import QueryLogReader
from winnow.router.routed_log import DecidedQuery, RoutedLog
from winnow.router.uncovered_share import UncoveredMeter
from winnow.training.routing.routed_answer import RoutedAnswer
from winnow.validators.text import text_problem

QUERIES_AT_ONCE = 64
"""Of a batch of the model: a larger one makes the queries in it wait for each other longer than it saves."""

LINES_AT_ONCE = 256
"""Of one write: the search for private data takes about a millisecond a line."""

MOST_WAITING = 2_000
"""Queries that wait for the model; further ones are refused, because their clients would have given up."""

BYTES_OF_CHARACTER = 12
"""The longest form of a character in JSON: two escaped code units."""

OTHER_BYTES = 65_536
"""Of a body besides its texts."""


@dataclass(frozen=True)
class QueryLimits:
    """How large requests may be."""

    max_characters: int
    """Of a text: as many as `add` takes."""

    @property
    def max_body_bytes(self) -> int:
        """Of a body: 100 of the longest texts."""
        return MAX_TEXTS * self.max_characters * BYTES_OF_CHARACTER + OTHER_BYTES

    def check(self, texts: Sequence[str], *, several: bool) -> None:
        """Raises WinnowError with the problem of each text that `add` would drop."""
        found = [(i, text_problem(text, max_characters=self.max_characters)) for i, text in enumerate(texts)]
        problems = [
            Problem(f"texts.{i}" if several else "text", one.detail, "a text that can be added to the dataset")
            for i, one in found
            if one is not None
        ]
        if problems:
            raise WinnowError(problems)


class RouterService:
    """One model and one log, each in a thread of its own."""

    def __init__(self, workspace: WorkspaceContext, model: ActiveModel, log: RoutedLog) -> None:
        self.workspace = workspace
        self.model = model
        self.limits = QueryLimits(workspace.task.screen.max_characters)
        self._reader = QueryLogReader(log.path)
        self._uncovered = UncoveredMeter(log.path, workspace.folder.vectors, model.processor)
        self._model_worker: BatchWorker[str, RoutedAnswer] = BatchWorker(
            "model", model.answers, most_items=QUERIES_AT_ONCE, most_waiting=MOST_WAITING
        )
        self._log_worker: BatchWorker[DecidedQuery, str] = BatchWorker(
            "log", log.append, most_items=LINES_AT_ONCE, most_waiting=2 * MOST_WAITING
        )

    async def route(self, query: RouteQuery) -> list[RoutedQuery]:
        """One answer for each text of a request, once all of them are in the log on disk.

        Raises WinnowError for a text that cannot be added, and NotAnsweredError where the log cannot be written.
        """
        started, at = time.perf_counter(), utc_instant()
        texts = query.queries
        self.limits.check(texts, several=query.texts is not None)
        ids = [query.id or new_interaction_id() for _ in texts]
        answers = await self._model_worker.results(texts)
        seconds = time.perf_counter() - started
        try:
            await self._log_worker.results(
                [
                    DecidedQuery(identity, text, query.session, at, answer, seconds)
                    for identity, text, answer in zip(ids, texts, answers, strict=True)
                ]
            )
        except OSError as error:
            raise NotAnsweredError(f"the log cannot be written: {error.strerror or error}") from error
        return [RoutedQuery.of(answer, identity, seconds) for answer, identity in zip(answers, ids, strict=True)]

    def models(self) -> ModelList:
        """Every run of the workspace, and how the active one answers."""
        router = self.model.router
        return ModelList(
            active=router.run.id,
            temperature=router.rule.temperature,
            threshold=router.rule.threshold,
            fallback=router.rule.fallback,
            models=list_models(self.workspace, router.run.id),
        )

    def analytics(self, span: TimeSpan) -> RouterAnalytics:
        """What the log shows for a span of time."""
        return measure_analytics(
            self._reader.read(span.since, span.until),
            span,
            uncovered=self._uncovered.latest(self.model.router.run),
            spend=spend_by_month(SpendDatabase(self.workspace.folder.spend_database)),
        )

    def close(self) -> None:
        """Answer and log what waits, then end the threads."""
        self._uncovered.close()
        self._model_worker.close()
        self._log_worker.close()


def default_log(workspace: WorkspaceContext) -> Path:
    """Where the log of a workspace is unless another file is named."""
    return workspace.folder.root / "logs" / "router.jsonl"


def token_file(workspace: WorkspaceContext) -> Path:
    """Where the token of a workspace is kept unless one is given."""
    return workspace.folder.state / "router" / "token"
