"""`feedback`: derive feedback from a run, write the queues' focus and the generation plan, measure the last round."""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.ranges import check_range
from winnow.core.record import Record
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split
from winnow.curation.annotations.feedback_facts import FEEDBACK_FILE, FeedbackFacts, read_feedback, write_feedback
from winnow.curation.annotations.tool_feedback_facts import ToolFeedbackFacts, read_tool_feedback
from winnow.operations._context import WorkspaceContext
from winnow.operations.evaluate import evaluate_run
from winnow.operations.list_runs import list_runs
from winnow.training.feedback.cell_impact import ToolFeedbackImpact, measure_cell_impact
from winnow.training.feedback.feedback_kinds import FeedbackForm, feedback_form
from winnow.training.feedback.impact import FeedbackImpact, measure_impact
from winnow.training.run_release import release_of
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.curation.annotations.agreement import LabelPair
    from winnow.curation.checks.hold_out_texts import HoldOutTexts
    from winnow.curation.engine.vectors import Vectors
    from winnow.curation.releases.release import Release
    from winnow.training.evaluation.confusion_counts import ConfusionCounts
    from winnow.training.evaluation.tools.answer_results import AnswerResult
    from winnow.training.feedback.derive_feedback import Feedback
    from winnow.training.feedback.derive_tool_feedback import ToolFeedback
    from winnow.training.run_facts import RunFacts
    from winnow.training.runs import Run


DEFAULT_ANNOTATIONS = 200
"""The default size of a queue."""


class _Written(Record):
    plan: str
    """Path of the generation plan."""
    left_out: int
    """Train rows of the release that are not used, because they repeat hold-out records of this workspace."""


class FeedbackOutput(_Written, FeedbackFacts):
    """What `feedback --json` prints."""

    impact: FeedbackImpact | NotMeasured
    """What the previous round of feedback fixed."""


class ToolFeedbackOutput(_Written, ToolFeedbackFacts):
    """What `feedback --json` prints for a run that calls tools."""

    impact: ToolFeedbackImpact | NotMeasured
    """What the previous round of feedback fixed."""


OUTPUTS: dict[type[Record], type[Any]] = {FeedbackFacts: FeedbackOutput, ToolFeedbackFacts: ToolFeedbackOutput}
"""What is printed, by what feedback states."""


@dataclass(frozen=True)
class FeedbackResult:
    """What `winnow feedback` found and wrote."""

    feedback: Feedback | ToolFeedback
    plan: Path
    """The generation plan; for labels it quotes train rows."""
    left_out: int
    """Train rows of the release that are not used, because they repeat hold-out records of this workspace."""
    impact: FeedbackImpact | ToolFeedbackImpact | NotMeasured
    """What the previous round fixed, or why that is not measured."""

    def output(self) -> FeedbackOutput | ToolFeedbackOutput:
        """What `feedback --json` prints."""
        facts = self.feedback.facts()
        output: FeedbackOutput | ToolFeedbackOutput = OUTPUTS[type(facts)](
            **dict(facts), plan=str(self.plan), left_out=self.left_out, impact=self.impact
        )
        return output


class _FeedbackInputs(NamedTuple):
    """What feedback is derived from, without anything that repeats hold-out records of this workspace."""

    workspace: WorkspaceContext
    run: Run
    release: Release
    train: pd.DataFrame
    vectors: Vectors
    tests: HoldOutTexts
    """The texts of the test records of this workspace."""
    people: Sequence[LabelPair]
    """Labels that annotators confuse."""
    annotations: int
    plan_name: str
    progress: Progress | None


class _FeedbackSteps(NamedTuple):
    """How feedback of one form is derived, and its effect measured."""

    derive: Callable[[_FeedbackInputs], Feedback | ToolFeedback]
    impact: Callable[[WorkspaceContext, Path, Run, Run, Progress | None], FeedbackImpact | ToolFeedbackImpact]
    """Takes the file of the earlier feedback, the earlier and the later run."""


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
    from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
    from winnow.curation.labeling.response_table import latest_responses
    from winnow.curation.store.forgotten import forgotten_ids
    from winnow.curation.store.working_view import working_rows

    check_range("annotations", annotations, low=1)
    steps = _STEPS[feedback_form(kind_of(workspace.task))]
    embedder = workspace.embedder()
    run = workspace.run(wanted)
    release = release_of(run)
    with workspace.store.reading() as connection:
        forgotten, responses = forgotten_ids(connection), latest_responses(connection, workspace.task)
        rows = working_rows(connection)
    train = release.rows("train")
    repeats = train["text"].map(HoldOutTexts.of(rows).contain).astype(bool)
    train = train[~train["id"].isin(forgotten) & ~repeats].reset_index(drop=True)
    plan = workspace.folder.reports / f"feedback-{run.id}.json"
    found = steps.derive(
        _FeedbackInputs(
            workspace,
            run,
            release,
            train,
            compared_vectors(
                list(train["text"]), embedder, workspace.folder.vectors, ComparedFor.TOPIC, progress=progress
            ),
            HoldOutTexts.of(row for row in rows if row.assigned_split == Split.TEST),
            label_pairs(response_matrix(responses)) if len(responses) else (),
            annotations,
            plan.relative_to(workspace.folder.root).as_posix(),
            progress,
        )
    )
    impact = _impact_of_last_round(workspace, run, previous, progress)
    with atomic_write(plan) as temporary:
        temporary.write_text(json_text.dumps(found.plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    facts = found.facts()
    write_feedback(facts, run.path / FEEDBACK_FILE)
    write_feedback(queue_focus(facts), workspace.folder.state / FEEDBACK_FILE)
    return FeedbackResult(found, plan, int(repeats.sum()), impact)


def queue_focus(facts: FeedbackFacts) -> FeedbackFacts:
    """What queues read of feedback, whatever the kind: pairs, suspected errors and the like."""
    return FeedbackFacts(**{name: getattr(facts, name) for name in FeedbackFacts.model_fields})


def _derive_from_labels(inputs: _FeedbackInputs) -> Feedback:
    from winnow.training.feedback.derive_feedback import derive_feedback

    validation = _validation_counts(inputs.run, inputs.release, inputs.tests, inputs.workspace, inputs.progress)
    return derive_feedback(
        inputs.train,
        inputs.vectors,
        validation,
        run=inputs.run.id,
        release=inputs.release.name,
        people=inputs.people,
        annotations=inputs.annotations,
        plan_name=inputs.plan_name,
    )


def _derive_from_answers(inputs: _FeedbackInputs) -> ToolFeedback:
    from winnow.training.feedback.derive_tool_feedback import FeedbackSubject, derive_tool_feedback

    return derive_tool_feedback(
        inputs.train,
        inputs.vectors,
        _validation_answers(inputs),
        task=inputs.workspace.task,
        about=FeedbackSubject(inputs.run.id, inputs.release.name, inputs.annotations, inputs.plan_name),
        people=inputs.people,
    )


def _validation_answers(inputs: _FeedbackInputs) -> list[AnswerResult]:
    """The judged answers on validation, without dialogues that repeat test records of this workspace.

    The run is evaluated if it was not yet.
    """
    from winnow.training.evaluation.tools.compare_tool_runs import judged_answers

    release = inputs.release
    if not release.counts["validation"]:
        return []
    rows = release.rows("validation")
    repeats = {str(one) for one, text in zip(rows["id"], rows["text"], strict=True) if inputs.tests.contain(text)}
    answers = judged_answers(
        inputs.run, release, "validation", vectors_cache=inputs.workspace.folder.vectors, progress=inputs.progress
    )
    return [one for one in answers if one.id not in repeats]


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
) -> FeedbackImpact | ToolFeedbackImpact | NotMeasured:
    """What the previous round of feedback fixed."""
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
    return _STEPS[feedback_form(kind_of(workspace.task))].impact(workspace, path, before, run, progress)


def _impact_on_labels(
    workspace: WorkspaceContext, path: Path, before: Run, run: Run, progress: Progress | None
) -> FeedbackImpact:
    from winnow.training.evaluation.compare import compare

    compared = compare(
        [before, run],
        current_label=workspace.label_lookup(),
        vectors_cache=workspace.vectors_cache,
        progress=progress,
    )
    return measure_impact(read_feedback(path), compared.rows, run.id)


def _impact_on_cells(
    workspace: WorkspaceContext, path: Path, before: Run, run: Run, progress: Progress | None
) -> ToolFeedbackImpact:
    from winnow.training.evaluation.tools.compare_tool_runs import compare_tool_runs

    answers = compare_tool_runs([before, run], vectors_cache=workspace.vectors_cache, progress=progress).answers
    return measure_cell_impact(read_tool_feedback(path), answers[before.id], answers[run.id], run=run.id)


_STEPS = {
    FeedbackForm.CONFUSED_LABELS: _FeedbackSteps(_derive_from_labels, _impact_on_labels),
    FeedbackForm.FAILING_CELLS: _FeedbackSteps(_derive_from_answers, _impact_on_cells),
}


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
