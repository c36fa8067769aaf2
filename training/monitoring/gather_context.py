"""Gather what a recommendation chooses from: runs, releases, obstacles, and the commands that act on them."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.commands import Option, command
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.result import NotMeasured
from winnow.curation.releases.release_use import use_command
from winnow.training.monitoring.base_models import read_base_models
from winnow.training.monitoring.choose_method import TrainingSituation
from winnow.training.monitoring.compare_candidate import CandidateComparison
from winnow.training.monitoring.decision_context import DecisionContext
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.obstacles import first_failed_gate, forgetting_obstacle
from winnow.training.monitoring.rules import LATENCY_GOAL
from winnow.training.monitoring.select_candidate import (
    FINE_TUNED,
    NO_BASELINE,
    SIMPLEST_RUN,
    CandidateSelection,
    EvaluatedRun,
)
from winnow.training.monitoring.training_hardware import detect_training_hardware
from winnow.training.run_facts import IMPORTED, AdapterRunFacts, EncoderRunFacts
from winnow.training.runs import Run
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind

SIMPLE = (TrainingMethod.LINEAR, TrainingMethod.PROMPT)
"""Methods that change no weights of a pretrained model."""


def gather_context(comparison: CandidateComparison, inputs: DecisionInputs, fix_command: str) -> DecisionContext:
    """The context of a decision; `fix_command` addresses the first finding."""
    selection, deployed, task = comparison.selection, inputs.deployed, inputs.task
    candidate, baseline = selection.candidate, selection.baseline
    newest = inputs.newest.sha256 if inputs.newest else None
    newer_release_exists = bool(deployed and newest and newest != deployed.facts.release.sha256)
    known = [run for run in inputs.runs if run.facts.release.sha256 == newest or run is deployed]
    fine_tuned = next((run for run in reversed(known) if run.facts.method in FINE_TUNED), None)
    kind, release = kind_of(task), inputs.newest.name if inputs.newest else "RELEASE"
    has_simple_run = any(run.facts.method in SIMPLE for run in known)
    simplest = _simplest(inputs, release) if kind.training_methods else ""
    trained = deployed.facts.method != IMPORTED if deployed else False
    return DecisionContext(
        baseline=comparison.baseline,
        candidate=candidate.run.id if candidate else None,
        deployed=deployed.id if deployed else None,
        simplest_run=baseline.run.id if baseline and selection.role == SIMPLEST_RUN else None,
        untuned=selection.untuned.run.id if selection.untuned else None,
        fine_tuned=fine_tuned.id if fine_tuned else None,
        nothing_to_replace=selection.role == NO_BASELINE,
        has_simple_run=has_simple_run,
        failed_gate=first_failed_gate(inputs.gates),
        forgetting=forgetting_obstacle(candidate.run if candidate else None, margin=task.general_loss_max),
        train_simplest=simplest,
        unevaluated=_unevaluated(inputs, selection, fine_tuned),
        candidate_is_newer=bool(newer_release_exists and candidate and candidate.run.facts.release.sha256 == newest),
        make_baseline=simplest if selection.role == NO_BASELINE and not has_simple_run else "",
        release=inputs.newest.name if inputs.newest else None,
        newer_release_exists=newer_release_exists,
        method=deployed.facts.method if deployed and trained else _first_method(kind),
        use_release="" if kind.training_methods else use_command(kind, release),
        collect=command("push label") if inputs.unlabeled else command("add", "FILE"),
        fix_command=fix_command,
        training=_training_situation(inputs, _teacher(candidate, known)),
    )


def _unevaluated(inputs: DecisionInputs, selection: CandidateSelection, fine_tuned: Run | None) -> str | None:
    """The first run that has to be evaluated before anything is concluded: of all that the candidate is chosen from."""
    both = (selection.baseline, selection.candidate)
    missing = [one.run for one in both if one and isinstance(one.measures, NotMeasured)]
    if fine_tuned and isinstance(inputs.evidence.measures(fine_tuned), NotMeasured):
        missing.append(fine_tuned)
    return next(iter([*(run.id for run in missing), *selection.unevaluated]), None)


def _simplest(inputs: DecisionInputs, release: str) -> str:
    """The command that makes a run of the simplest method; for dialogues, of the base model as it is."""
    method = inputs.evidence.simplest_method
    options: dict[str, Option] = {"method": method}
    if method == TrainingMethod.PROMPT and kind_of(inputs.task).holds_dialogues:
        options["set"] = ["backend=local", *([] if inputs.task.base_model else ["model=FOLDER"])]
    return command("train", release, **options)


def _first_method(kind: Kind) -> str:
    """The method to train with first."""
    return kind.training_methods[0] if kind.training_methods else ""


def _training_situation(inputs: DecisionInputs, slow_teacher: str | None) -> TrainingSituation | None:
    """What fine-tuning depends on; None without a release. The hardware matters for language models alone."""
    task, kind = inputs.task, kind_of(inputs.task)
    if inputs.newest is None:
        return None
    trains_encoders = TrainingMethod.ENCODER in kind.training_methods
    needs_hardware = TrainingMethod.ADAPTER in kind.training_methods and not trains_encoders
    labeled = inputs.labeled_records().value
    return TrainingSituation(
        kind=kind.name,
        methods=tuple(kind.training_methods),
        release=inputs.newest.name,
        records=0 if isinstance(labeled, NotMeasured) else int(labeled),
        base_models=read_base_models(),
        language=task.language,
        own_model=_own_model(task, trains_encoders=trains_encoders),
        latency_ms=task.goals.get(LATENCY_GOAL),
        hardware=detect_training_hardware() if needs_hardware else None,
        role=task.roles[0].name if task.roles else None,
        slow_teacher=slow_teacher,
    )


def _own_model(task: Task, *, trains_encoders: bool) -> str | None:
    """The base model that the task names: its embedder, where encoders are trained."""
    if trains_encoders:
        return task.embedder.model
    return task.base_model.model if task.base_model else None


def _teacher(candidate: EvaluatedRun | None, known: Sequence[Run]) -> str | None:
    """The candidate, if it labels texts with another model than the embedder, and no run has learned from it yet."""
    if candidate is None or any(run.facts.settings.get("teacher") == candidate.run.id for run in known):
        return None
    facts = candidate.run.facts
    labels_texts = isinstance(facts, AdapterRunFacts) and not facts.call_format
    other_encoder = isinstance(facts, EncoderRunFacts) and facts.base.model != facts.embedder.model
    return candidate.run.id if labels_texts or other_encoder else None
