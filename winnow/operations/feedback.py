"""`feedback`: derive feedback from a run, write the queues' focus and the generation plan, measure the last round."""

from __future__ import annotations

import json as json_text
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.ranges import check_range
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.annotations.feedback_facts import FEEDBACK_FILE, FeedbackFacts, read_feedback, write_feedback
from winnow.operations._context import WorkspaceContext
from winnow.operations.evaluate import evaluate_run
from winnow.operations.list_runs import list_runs
from winnow.training.feedback.impact import FeedbackImpact, measure_impact
from winnow.training.run_release import release_of

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.checks.hold_out_texts import HoldOutTexts
    from winnow.curation.releases.release import Release
    from winnow.training.evaluation.confusion_counts import ConfusionCounts
    from winnow.training.feedback.derive_feedback import Feedback
    from winnow.training.run_facts import RunFacts
    from winnow.training.runs import Run


DEFAULT_ANNOTATIONS = 200
"""The default size of a queue."""


class FeedbackOutput(FeedbackFacts):
    """What `feedback --json` prints."""

    plan: str
    """Path of the generation plan."""
    left_out: int
    """Train rows of the release that are not used, because they repeat hold-out records of this workspace."""
    impact: FeedbackImpact | NotMeasured
    """What the previous round of feedback fixed."""


@dataclass(frozen=True)
class FeedbackResult:
    """What `winnow feedback` found and wrote."""

    feedback: Feedback
    plan: Path
    """The generation plan; it quotes train rows."""
    left_out: int
    """Train rows of the release that are not used, because they repeat hold-out records of this workspace."""
    impact: FeedbackImpact | NotMeasured
    """What the previous round fixed, or why that is not measured."""

    def output(self) -> FeedbackOutput:
        """What `feedback --json` prints."""
        facts = dict(self.feedback.facts())
        return FeedbackOutput(**facts, plan=str(self.plan), left_out=self.left_out, impact=self.impact)


def feedback(
    workspace: WorkspaceContext,
    wanted: str | Path,
    *,
    annotations: int = DEFAULT_ANNOTATIONS,
    previous: str | Path | None = None,
    progress: Progress | None = None,
) -> FeedbackResult:
    """Derive feedback, write the focus of the queues and the generation plan, and measure the previous round.

    Idempotent: the same run in the same workspace gives the same files. Feedback on another run replaces the focus.
    Rows of its release that repeat hold-out records of this workspace are not used: a run may come from elsewhere.
    """
    from winnow.core.atomic import atomic_write
    from winnow.curation.annotations.agreement import label_pairs
    from winnow.curation.annotations.response_matrix import response_matrix
    from winnow.curation.checks.hold_out_texts import HoldOutTexts
    from winnow.curation.engine.vector_cache import embed_with_cache
    from winnow.curation.labeling.response_table import latest_responses
    from winnow.curation.store.forgotten import forgotten_ids
    from winnow.curation.store.working_view import working_rows
    from winnow.training.feedback.derive_feedback import derive_feedback
    from winnow.training.feedback.feedback_kinds import require_feedback_kind

    check_range("annotations", annotations, low=1)
    require_feedback_kind(workspace.task)
    embedder = workspace.embedder()
    run = workspace.run(wanted)
    release = release_of(run)
    with workspace.store.reading() as connection:
        forgotten, responses = forgotten_ids(connection), latest_responses(connection, workspace.task)
        rows = working_rows(connection)
    tests = HoldOutTexts.of(row for row in rows if row.assigned_split == Split.TEST)
    validation = _validation_counts(run, release, tests, workspace, progress)
    train = release.rows("train")
    repeats = train["text"].map(HoldOutTexts.of(rows).contain).astype(bool)
    train = train[~train["id"].isin(forgotten) & ~repeats].reset_index(drop=True)
    vectors = embed_with_cache(list(train["text"]), embedder, workspace.folder.vectors, progress=progress)
    plan = workspace.folder.reports / f"feedback-{run.id}.json"
    found = derive_feedback(
        train,
        vectors,
        validation,
        run=run.id,
        release=release.name,
        people=label_pairs(response_matrix(responses)) if len(responses) else (),
        annotations=annotations,
        plan_name=plan.relative_to(workspace.folder.root).as_posix(),
    )
    impact = _impact_of_last_round(workspace, run, previous, progress)
    with atomic_write(plan) as temporary:
        temporary.write_text(json_text.dumps(found.plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_feedback(found.facts(), run.path / FEEDBACK_FILE, workspace.folder.state / FEEDBACK_FILE)
    return FeedbackResult(found, plan, int(repeats.sum()), impact)


def _validation_counts(
    run: Run, release: Release, tests: HoldOutTexts, workspace: WorkspaceContext, progress: Progress | None
) -> ConfusionCounts:
    """The run's errors on validation, as counts, without rows that repeat test records of this workspace.

    The run is evaluated if it was not yet, or in an older form.
    """
    from winnow.training.evaluation.confusion_counts import ConfusionCounts, count_confusions, counts_from_measures
    from winnow.training.evaluation.evaluation_facts import EvaluationFacts
    from winnow.training.evaluation.stored_results import stored_measures, stored_predictions

    if not release.counts["validation"]:
        return ConfusionCounts()
    measures = stored_measures(run)
    if isinstance(measures, NotMeasured):
        evaluated, _ = evaluate_run(run, split="validation", vectors_cache=workspace.folder.vectors, progress=progress)
        assert isinstance(evaluated.measures, EvaluationFacts)  # kinds without labels to confuse are refused before
        measures = evaluated.measures
    rows = release.rows("validation")
    repeats = {record for record, text in zip(rows["id"], rows["text"], strict=True) if tests.contain(text)}
    if not repeats:
        return counts_from_measures(measures)
    used = [one for record, one in stored_predictions(run).items() if record not in repeats]
    return count_confusions([one.gold for one in used], [one.predicted for one in used])


def _impact_of_last_round(
    workspace: WorkspaceContext, run: Run, previous: str | Path | None, progress: Progress | None
) -> FeedbackImpact | NotMeasured:
    """What the previous round of feedback fixed."""
    from winnow.training.evaluation.compare import compare

    before = workspace.run(previous) if previous else _previous_run(workspace, run)
    if before is None:
        return NotMeasured("no feedback on an earlier run with the same settings and another release")
    path = before.path / FEEDBACK_FILE
    if not path.exists():
        fix = f"run `{command('feedback', before.id)}` first, or leave it out"
        raise WinnowError(
            Problem(Parameter("previous"), f"{previous}: no feedback was derived from it", "a run with feedback", fix)
        )
    if not release_of(run).counts["validation"]:
        return NotMeasured("the release has no validation rows")
    compared = compare(
        [before, run],
        current_label=workspace.label_lookup(),
        vectors_cache=workspace.vectors_cache,
        progress=progress,
    )
    return measure_impact(read_feedback(path), compared.rows, run.id)


def _previous_run(workspace: WorkspaceContext, run: Run) -> Run | None:
    """The latest earlier run with feedback that differs from this one in the release only."""
    names = [entry["name"] for entry in list_runs(workspace)]
    earlier = names[: names.index(run.id)] if run.id in names else []
    for name in reversed(earlier):
        if not (workspace.folder.runs / name / FEEDBACK_FILE).exists():
            continue
        other = workspace.run(name)
        if _differs_in_release_only(other.facts, run.facts):
            return other
    return None


def _differs_in_release_only(one: RunFacts, other: RunFacts) -> bool:
    same = (one.method, one.settings, one.seed) == (other.method, other.settings, other.seed)
    return same and one.release.sha256 != other.release.sha256
