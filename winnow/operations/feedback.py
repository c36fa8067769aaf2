"""`feedback`: derive feedback from a run, write the queues' focus and the generation plan, measure the last round."""

from __future__ import annotations

import json as json_text
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.operations._context import WorkspaceContext, require_intents
from winnow.operations.compare import compare
from winnow.operations.evaluate import evaluate_run
from winnow.operations.list_runs import list_runs

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.evaluation.confusion_counts import ConfusionCounts
    from winnow.training.feedback.derive_feedback import Feedback
    from winnow.training.runs import Run


DEFAULT_ANNOTATIONS = 200
"""As many as a queue holds by default."""


@dataclass(frozen=True)
class FeedbackResult:
    """What `winnow feedback` found and wrote."""

    feedback: Feedback
    plan: Path
    """For generators; its texts are train rows."""
    impact: dict[str, Any]
    """What the round before mended, or why that is not measured."""

    def json(self) -> dict[str, Any]:
        """The shape of `feedback --json`."""
        return {**self.feedback.json(), "plan": str(self.plan), "impact": self.impact}


def feedback(
    workspace: WorkspaceContext,
    wanted: str | Path,
    *,
    annotations: int = DEFAULT_ANNOTATIONS,
    previous: str | Path | None = None,
    progress: Progress | None = None,
) -> FeedbackResult:
    """Look at a run, write the focus of the queues and the plan for generators, measure what the last round brought.

    Writing is idempotent: the same run in the same workspace gives the same files, and another run replaces the focus.
    """
    from winnow.core.atomic import atomic_write
    from winnow.curation.annotations.agreement import label_pairs
    from winnow.curation.annotations.confused_pairs import FEEDBACK_FILE, write_feedback
    from winnow.curation.annotations.response_matrix import response_matrix
    from winnow.curation.engine.vector_cache import embed_with_cache
    from winnow.curation.labeling.response_table import latest_responses
    from winnow.curation.store.forgotten import forgotten_ids
    from winnow.training.feedback.derive_feedback import derive_feedback

    require_intents(workspace.task)
    embedder = workspace.embedder()
    run = workspace.run(wanted)
    release = workspace.release(run.release_path())
    validation = _validation_counts(run, release.counts["validation"], workspace, progress)
    with workspace.store.reading() as connection:
        gone, said = forgotten_ids(connection), latest_responses(connection, workspace.task)
    train = release.rows("train")
    train = train[~train["id"].isin(gone)].reset_index(drop=True)
    vectors = embed_with_cache(list(train["text"]), embedder, workspace.folder.vectors, progress=progress)
    plan = workspace.folder.reports / f"feedback-{run.id}.json"
    found = derive_feedback(
        train,
        vectors,
        validation,
        run=run.id,
        release=release.name,
        people=label_pairs(response_matrix(said)) if len(said) else (),
        annotations=annotations,
        plan_name=plan.relative_to(workspace.folder.root).as_posix(),
    )
    gained = _impact_of_last_round(workspace, run, previous, progress)
    with atomic_write(plan) as temporary:
        temporary.write_text(json_text.dumps(found.plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_feedback(found.json(), run.path / FEEDBACK_FILE, workspace.folder.state / FEEDBACK_FILE)
    return FeedbackResult(found, plan, gained)


def _validation_counts(run: Run, rows: int, workspace: WorkspaceContext, progress: Progress | None) -> ConfusionCounts:
    """What the run got wrong of validation, as counts; it is evaluated where nobody has done so."""
    from winnow.training.evaluation.confusion_counts import ConfusionCounts, counts_from_measures

    if not rows:
        return ConfusionCounts()
    path = run.path / "evaluation" / "validation.json"
    if path.exists():
        return counts_from_measures(json_text.loads(path.read_text(encoding="utf-8")))
    evaluated, _ = evaluate_run(run, split="validation", vectors_cache=workspace.folder.vectors, progress=progress)
    return counts_from_measures(evaluated.measures)


def _impact_of_last_round(
    workspace: WorkspaceContext, run: Run, previous: str | Path | None, progress: Progress | None
) -> dict[str, Any]:
    """What the round of feedback before this run mended; by default that of the latest earlier run of its method."""
    from winnow.curation.annotations.confused_pairs import FEEDBACK_FILE
    from winnow.training.feedback.impact import measure_impact

    before = workspace.run(previous) if previous else _previous_run(workspace, run)
    if before is None:
        return {"status": "not_measured", "why": "no feedback on an earlier run of another release that was made alike"}
    path = before.path / FEEDBACK_FILE
    if not path.exists():
        fix = f"run `winnow feedback {before.id}` first, or leave it out"
        raise WinnowError(
            Problem(Parameter("previous"), f"{previous}: no feedback was derived from it", "a run with feedback", fix)
        )
    if not workspace.release(run.release_path()).counts["validation"]:
        return {"status": "not_measured", "why": "the release has no validation rows"}
    compared, _ = compare(workspace, [before.path, run.path], progress=progress)
    return measure_impact(json_text.loads(path.read_text(encoding="utf-8")), compared.rows, before.id, run.id)


def _previous_run(workspace: WorkspaceContext, run: Run) -> Run | None:
    """The latest run before this one that feedback was drawn from: of another release, and otherwise made alike.

    So the difference is the data's.
    """
    from winnow.curation.annotations.confused_pairs import FEEDBACK_FILE

    names = [entry["name"] for entry in list_runs(workspace)]
    earlier = names[: names.index(run.id)] if run.id in names else []
    for name in reversed(earlier):
        if not (workspace.folder.runs / name / FEEDBACK_FILE).exists():
            continue
        other = workspace.run(name)
        alike = all(other.facts[fact] == run.facts[fact] for fact in ("method", "settings", "seed"))
        if alike and other.facts["release"]["sha256"] != run.facts["release"]["sha256"]:
            return other
    return None
