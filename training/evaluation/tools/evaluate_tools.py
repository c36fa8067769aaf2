"""Evaluate a run on the answers of a split: ask, judge, measure, write the results into the run, record the look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.atomic import write_json_file
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.answering.answer import answers_of
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.diagnostics.tools.diagnose_answers import diagnose_answers
from winnow.training.diagnostics.tools.read_answer_context import read_answer_context
from winnow.training.evaluation.evaluate import check_release
from winnow.training.evaluation.judge_serving import judge_goals_of_run
from winnow.training.evaluation.latency import stored_latency
from winnow.training.evaluation.learning_curve import stored_learning_curve
from winnow.training.evaluation.tools.answer_goals import judge_answer_goals, suggested_verdicts
from winnow.training.evaluation.tools.answer_results import AnswerResult, write_answer_results
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.training.evaluation.tools.measure_answers import measure_answers
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.run_release import task_of_run
from winnow.training.runs import Run
from winnow.validators.tools.dialogue import turns_from_json

if TYPE_CHECKING:
    import pandas as pd

ORIGIN = "origin"
"""The facet that holds where a dialogue comes from."""


def evaluate_tools(
    run: Run,
    release: Release,
    split: str = "validation",
    *,
    goals: Mapping[str, float] | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> ToolEvaluation:
    """Ask a run for every answer of a split, judge them, and write both into the run folder. Each time is a look.

    `goals` default to those of the release's task. Raises GateError when the release is not the one that the run was
    trained on, and WinnowError when no answer of the split is learned.
    """
    check_release(run, release, split)
    task, rows = task_of_run(run, release), release.rows(split)
    requests = learned_requests(rows, task, split, release.name)
    answers = answers_of(run, requests, progress=progress)
    results = with_row_facets(judged_results(requests, answers, task), rows)
    wanted = task.goals if goals is None else goals
    measures = ToolEvaluationFacts(
        **dict(measure_answers(results, task=task, trained_tools=trained_tools(release))),
        run=run.id,
        split=Split(split),
        call_format=task.call_format,
        goals=judge_goals_of_run(wanted, run, partial(judge_answer_goals, results=results, task=task)),
        suggested_goals=None if wanted else suggested_verdicts(results, task),
        latency=stored_latency(run),
        learning_curve=stored_learning_curve(run),
    )
    decides = split == Split.VALIDATION
    findings = diagnose_answers(results, read_answer_context(run, release)) if decides else None
    evaluation = ToolEvaluation(run, release, split, measures, results, findings)
    run.record_look(split, accuracy=measures.accuracy.value, rows=measures.answers)  # before the score is shown
    _write_evaluation(evaluation)
    return evaluation


def learned_requests(rows: pd.DataFrame, task: Task, split: str, release: str) -> list[AnswerRequest]:
    """What a model is asked on the rows of a split. Raises WinnowError where no answer is learned."""
    requests = requests_of_rows(rows, task, split)
    if not requests:
        found = f"no answer of the assistant that is learned in {len(rows):,} {split} dialogues"
        raise WinnowError(Problem(release, found, "dialogues with answers", "choose another split"))
    return requests


def trained_tools(release: Release) -> frozenset[str]:
    """The tools that learned answers of train call."""
    turns = (turn for messages in release.rows(Split.TRAIN)["messages"] for turn in turns_from_json(messages))
    return frozenset(call.name for turn in turns if turn.is_learned for call in turn.calls)


def with_row_facets(results: Sequence[AnswerResult], rows: pd.DataFrame) -> list[AnswerResult]:
    """The results with the facets of their rows, which include those of the wording, and with their origin."""
    known = {
        str(record): {**dict(facet.split(":", 1) for facet in facets), ORIGIN: str(origin)}
        for record, facets, origin in zip(rows["id"], rows["facets"], rows["origin"], strict=True)
    }
    return [one.model_copy(update={"facets": {**one.facets, **known[one.id]}}) for one in results]


def _write_evaluation(evaluation: ToolEvaluation) -> None:
    folder = evaluation.run.path / "evaluation"
    write_json_file(folder / f"{evaluation.split}.json", evaluation.measures.model_dump(mode="json"))
    write_answer_results(evaluation.run, evaluation.split, evaluation.results)
