"""The model that answers: one router, replaced as a whole by another one that was loaded before."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from winnow.core.progress import Progress
from winnow.core.router_selection import RouterSelection
from winnow.curation.releases.select_for_router import check_selection, select_for_router
from winnow.operations._context import WorkspaceContext
from winnow.training.routing.open_second_stage import open_second_stage
from winnow.training.routing.routable_run import require_routable
from winnow.training.routing.routed_answer import RoutedAnswer
from winnow.training.routing.router import Router, open_router
from winnow.training.routing.second_stage import SecondStage
from winnow.training.runs import Run

TRIAL_QUERY = "hello"
"""A model is loaded by its first query, so one is asked before the model is used."""


@dataclass(frozen=True)
class ModelSelection:
    """What selecting a run changed."""

    selection: RouterSelection
    """The recorded selection."""
    new: bool
    """False when it was recorded before."""
    before: str
    """Id of the run that answered before."""


class ModelLoader(Protocol):
    """Loads the router of a run."""

    def __call__(self, run: str | Path) -> Router:
        """The router. Raises WinnowError for a run that cannot answer."""


def load_router(
    workspace: WorkspaceContext,
    run: str | Path,
    *,
    fallback: str | Path | None = None,
    progress: Progress | None = None,
) -> Router:
    """The router of a run with the second stage `fallback`, loaded and tried.

    It reads vectors from no cache, and writes none of its queries there. Raises WinnowError for a run that cannot
    answer, and GateError for one with damaged weights.
    """
    opened = workspace.run(run)
    require_routable(opened, unpaid=True)
    stage = None if fallback is None else _second_stage(workspace, opened, fallback)
    vectors = workspace.folder.vectors
    router = open_router(opened, second_stage=stage, vectors_cache=vectors, progress=progress)
    router.answers([TRIAL_QUERY])
    return router


def _second_stage(workspace: WorkspaceContext, run: Run, fallback: str | Path) -> SecondStage:
    """The rules of a file, or another run that can answer here."""

    def find_run(name: str | Path) -> Run:
        second = workspace.run(name)
        require_routable(second, unpaid=True)
        return second

    return open_second_stage(fallback, run, find_run=find_run)


class ActiveModel:
    """The router that answers. Each batch of queries takes it once, so no batch is answered by two models."""

    def __init__(self, workspace: WorkspaceContext, router: Router, load: ModelLoader) -> None:
        self._workspace = workspace
        self._load = load
        self._router = router
        self._switching = threading.Lock()
        self.processor = threading.Lock()
        """Held while queries are answered; the background takes it for short parts, so that they do not share it."""

    @property
    def router(self) -> Router:
        """The router that answers now."""
        return self._router

    def answers(self, texts: Sequence[str]) -> list[RoutedAnswer]:
        """One answer for each text, all of one model."""
        with self.processor:
            return self._router.answers(texts)

    def select(self, run: str, *, by: str, reason: str) -> ModelSelection:
        """Load a run, record the selection, then answer with it; one selection at a time.

        Raises WinnowError, and changes nothing, for a run that cannot answer, and without a name or a reason.
        """
        store, folder = self._workspace.store, self._workspace.folder
        with self._switching:
            check_selection(store, folder, run, by=by, reason=reason)
            before = self._router
            loaded = before if before.run.id == run else self._load(run)
            recorded = select_for_router(store, folder, run, by=by, reason=reason)
            self._router = loaded
            return ModelSelection(recorded.selection, recorded.new, before.run.id)
