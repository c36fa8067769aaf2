"""Measure a run on a suite: ask, judge, measure by difficulty, record the look, write the results into the run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from winnow.config.task import Task
from winnow.core.appended_lines import append_line
from winnow.core.atomic import write_json_file
from winnow.core.clock import utc_now
from winnow.core.evaluation_vocabulary import Difficulty
from winnow.core.record import Record
from winnow.core.result import Measured
from winnow.training.answering.answer_request import AnswerRequest, requests_of
from winnow.training.answering.answer_source import AnswersOf
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_counts import share_of
from winnow.training.evaluation.tools.answer_results import AnswerResult, write_answer_results
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.training.evaluation.tools.measure_answers import measure_answers
from winnow.training.runs import Run
from winnow.training.suites.suite_facts import DifficultyMeasures, SuiteFacts
from winnow.training.suites.suite_rows import DIFFICULTY_COLUMN, Suite

SUITE_NAME = "suite-{name}"
"""What the results of a suite are called in the folder `evaluation` of a run."""

LOOKS_FILE = "suite-looks.jsonl"
"""In the same folder; lines are only added."""


class SuiteLook(Record):
    """One time that somebody saw a score of a run on a suite."""

    at: str
    """UTC time in ISO 8601."""
    suite: str
    """Name of the suite."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    accuracy: float
    """The accuracy that was seen, 0 to 1."""
    answers: int
    """Answers that it was measured on."""


@dataclass(frozen=True)
class SuiteEvaluation:
    """A run's judged answers on a suite."""

    run: Run
    measures: SuiteFacts
    results: list[AnswerResult]


def suite_requests(suite: Suite, task: Task) -> list[AnswerRequest]:
    """Every answer of the dialogues, with the prompt of test: no tool is held out."""
    return list(requests_of({one.record: (one.dialogue, one.label) for one in suite.dialogues}, task))


def evaluate_suite(
    run: Run, suite: Suite, task: Task, answer: AnswersOf, *, trained_tools: frozenset[str] | None = None
) -> SuiteEvaluation:
    """Measure a run on a suite without the dialogues that train has, and write the results into the run."""
    requests = suite_requests(suite, task)
    stated = {one.record: one.difficulty for one in suite.dialogues}
    results = [_with_difficulty(one, stated[one.id]) for one in judged_results(requests, answer(requests), task)]
    found = measure_answers(results, task=task, trained_tools=trained_tools)
    measures = SuiteFacts(
        **dict(found),
        run=run.id,
        suite=suite.name,
        file=suite.file,
        sha256=suite.sha256,
        look=len(_looks(run, suite.name)) + 1,
        given=suite.given,
        refused=suite.refused,
        repeating_train=suite.repeating_train,
        difficulties=by_difficulty(results),
    )
    record_suite_look(
        run, suite, accuracy=found.accuracy.value, answers=found.answers
    )  # recorded before the score is shown
    name = SUITE_NAME.format(name=suite.name)
    write_json_file(run.path / "evaluation" / f"{name}.json", measures.model_dump(mode="json"))
    write_answer_results(run, name, results)
    return SuiteEvaluation(run, measures, results)


def _with_difficulty(result: AnswerResult, stated: Difficulty | None) -> AnswerResult:
    if stated is None:
        return result
    return result.model_copy(update={"facets": {**result.facets, DIFFICULTY_COLUMN: stated.value}})


def by_difficulty(results: Sequence[AnswerResult]) -> list[DifficultyMeasures]:
    """The answers of each difficulty that occurs, the easiest first."""
    found = []
    for difficulty in Difficulty:
        answers = [one for one in results if one.facets.get(DIFFICULTY_COLUMN) == difficulty]
        accuracy = share_of(answers, answer_counts.accuracy)
        if isinstance(accuracy, Measured):
            found.append(
                DifficultyMeasures(
                    difficulty=difficulty,
                    dialogues=len({one.id for one in answers}),
                    accuracy=accuracy,
                    selection=share_of(answers, answer_counts.selection, "no answer should call a tool"),
                    no_call=share_of(answers, answer_counts.no_call_recall, "every answer should call a tool"),
                )
            )
    return found


def record_suite_look(run: Run, suite: Suite, *, accuracy: float, answers: int) -> None:
    """Record in the run that somebody looked at a score on a suite."""
    look = SuiteLook(at=utc_now(), suite=suite.name, sha256=suite.sha256, accuracy=accuracy, answers=answers)
    append_line(_looks_path(run), json.dumps(look.model_dump(mode="json")))


def _looks(run: Run, suite: str) -> list[str]:
    """The looks at a suite so far; a line that was cut off counts, because it may be one."""
    path = _looks_path(run)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
    return [line for line in lines if line and _may_be_about(line, suite)]


def _may_be_about(line: str, suite: str) -> bool:
    try:
        return SuiteLook.model_validate_json(line).suite == suite
    except ValueError:
        return True


def _looks_path(run: Run) -> Path:
    return run.path / "evaluation" / LOOKS_FILE
