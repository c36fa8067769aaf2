"""Staleness of a run that calls tools: how it answers in the validation dialogues of a release newer than its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.answering.answer import answers_of
from winnow.training.answering.answer_request import requests_of_rows
from winnow.training.evaluation.stored_results import DECISION_SPLIT, PredictedRow
from winnow.training.evaluation.tools.answer_results import read_answer_results, write_answer_results
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.training.evaluation.tools.stored_answers import answer_rows
from winnow.training.run_facts import IMPORTED
from winnow.training.run_release import task_of_run
from winnow.training.runs import NO_MODEL, Run


def answer_newer_validation(
    run: Run,
    release: Release,
    *,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, PredictedRow] | NotMeasured:
    """A run's judged answers in the validation dialogues of another release, asked for once and stored in the run.

    The look is recorded. `current_label` is not used, because tools cannot be renamed.
    """
    if run.facts.method == IMPORTED:
        return NotMeasured(NO_MODEL)
    if not release.counts[DECISION_SPLIT]:
        return NotMeasured(f"{release.name} has no validation rows")
    role = run.facts.settings.get("role")
    if role not in (None, *(one.name for one in release.task().roles)):
        return NotMeasured(f"the task of {release.name} has no role {role}")
    name = f"{DECISION_SPLIT}-of-{release.sha256[:16]}"
    results = read_answer_results(run, name)
    if not results:
        task = task_of_run(run, release)
        requests = requests_of_rows(release.rows(DECISION_SPLIT), task, DECISION_SPLIT)
        results = judged_results(requests, answers_of(run, requests, progress=progress), task)
        if not results:
            return NotMeasured(f"validation of {release.name} has no answers that are learned")
        right = sum(one.is_right for one in results)
        run.record_look(DECISION_SPLIT, accuracy=right / len(results), rows=len(results))
        write_answer_results(run, name, results)
    return answer_rows(results)
