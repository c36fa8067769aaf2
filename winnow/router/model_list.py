"""The runs of the workspace as the service shows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.record import Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.router_vocabulary import ModelState
from winnow.operations._context import WorkspaceContext
from winnow.operations.list_runs import list_runs
from winnow.router.routable_runs import facts_in, why_not_routed
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.stored_results import measures_in
from winnow.training.run_facts import AnyRunFacts, ImportedRunFacts, LinearRunFacts, PromptRunFacts

BUNDLED_MODEL = "all-MiniLM-L6-v2 (bundled)"
"""The base model of a run that names none."""


class RemoteId(Record):
    """Where else a run answers."""

    target: str
    """The runtime, such as `cloudflare`."""
    remote_id: str
    """The id or name of the run there; never that of another run."""


class ModelEntry(Record):
    """One run of the workspace."""

    id: str
    """Id of the run."""
    method: str
    """How it was trained, or `imported`."""
    release: str
    """Name of the release that it was trained on."""
    at: str
    """When it was recorded, in UTC."""
    state: ModelState | None
    """`tuned` where weights were trained for the task, `base` for a language model as it is, or `external`; null where
    the run cannot be read."""
    base_model: str | None
    """Folder, hub id or service of the model that it builds on; null where the run is missing or imported."""
    accuracy: Measured | NotMeasured
    """Accuracy on validation with its 95 % interval."""
    macro_f1: float | NotMeasured
    """Macro-F1 on validation."""
    remote: list[RemoteId]
    """Its ids in runtimes."""
    deployed: bool
    """Whether it is recorded as the run in production."""
    active: bool
    """Whether this service answers with it."""
    why_not: str | None
    """Why this service cannot answer with it; null where it can."""


class ModelList(Record):
    """The runs of the workspace, the newest first."""

    active: str
    """Id of the run that answers."""
    temperature: float
    """What its logits are divided by; 1 where it was not calibrated."""
    threshold: float
    """The calibrated confidence below which it does not answer."""
    fallback: str | None
    """The label that it answers with then; null where the task has none."""
    models: list[ModelEntry]
    """Every run."""


def list_models(workspace: WorkspaceContext, active: str) -> list[ModelEntry]:
    """Every run of the workspace, the newest first; runs that were copied into it are recorded first."""
    return [_entry(one, workspace.folder.root, active) for one in reversed(list_runs(workspace))]


def _entry(entry: Mapping[str, Any], root: Path, active: str) -> ModelEntry:
    folder = root / entry["path"]
    facts = facts_in(folder)
    figures = _figures(measures_in(folder, entry["name"]))
    return ModelEntry(
        id=entry["name"],
        method=entry["detail"].get("method", ""),
        release=entry["detail"].get("release", ""),
        at=entry["at"],
        state=_state(facts),
        base_model=_base_model(facts),
        accuracy=figures.accuracy,
        macro_f1=figures.macro_f1,
        remote=[RemoteId(target=one["target"], remote_id=one["name"]) for one in entry["places"]],
        deployed=entry["deployed"],
        active=entry["name"] == active,
        why_not=why_not_routed(facts) or None,
    )


class _Figures(NamedTuple):
    """The figures of a run on validation."""

    accuracy: Measured | NotMeasured
    macro_f1: float | NotMeasured


def _figures(measures: EvaluationFacts | NotMeasured) -> _Figures:
    if isinstance(measures, NotMeasured):
        return _Figures(measures, measures)
    low, high = measures.intervals["accuracy"]
    return _Figures(Measured(measures.accuracy, low, high, measures.rows), measures.macro_f1)


def _state(facts: AnyRunFacts | None) -> ModelState | None:
    """How much was trained; None where the facts of the run cannot be read."""
    if facts is None:
        return None
    if isinstance(facts, ImportedRunFacts):
        return ModelState.EXTERNAL
    return ModelState.BASE if isinstance(facts, PromptRunFacts) else ModelState.TUNED


def _base_model(facts: AnyRunFacts | None) -> str | None:
    """The model that a run builds on; None where there is none, or it is not known."""
    if isinstance(facts, PromptRunFacts) and facts.model is not None:
        return facts.model
    if isinstance(facts, LinearRunFacts):
        return facts.embedder.model or BUNDLED_MODEL
    base = getattr(facts, "base", None)
    return None if base is None else base.model or BUNDLED_MODEL
