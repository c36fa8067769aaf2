"""Measure a run that calls tools on a suite, or how much its answers depend on the form of the prompt."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.errors import Problem, WinnowError
from winnow.core.vocabulary import Split
from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.runs import Run
    from winnow.training.suites.suite_evaluation import SuiteEvaluation
    from winnow.training.suites.suite_facts import FormatSensitivity
    from winnow.training.suites.suite_rows import Suite


def evaluate_suite(
    context: Context, id_or_path: str | Path, file: str | Path, *, progress: Progress | None = None
) -> SuiteEvaluation:
    """Measure a run on a suite: dialogues that were written for measuring. Those that train has are left out.

    A run of a role is asked for the answers that belong to its role. Each time is recorded in the run as a look, with
    the name of the suite.
    """
    from winnow.training.answering.answer import answers_of
    from winnow.training.evaluation.tools.evaluate_tools import trained_tools
    from winnow.training.run_release import task_of_run
    from winnow.training.suites import suite_evaluation

    run = context.run(id_or_path)
    release = _release_with_tools(run)
    suite = _read(context, run, release, Path(file))
    answer = partial(answers_of, run, progress=progress)
    task = task_of_run(run, release)
    return suite_evaluation.evaluate_suite(run, suite, task, answer, trained_tools=trained_tools(release))


def evaluate_format_sensitivity(
    context: Context,
    id_or_path: str | Path,
    *,
    split: str = Split.VALIDATION,
    suite: str | Path | None = None,
    progress: Progress | None = None,
) -> FormatSensitivity:
    """Ask a run for the same answers with prompts that say the same in another form: of a split, or of a suite.

    The look is recorded before the result is written.
    """
    from winnow.training.answering.answer import answers_of
    from winnow.training.answering.answer_request import requests_of_rows
    from winnow.training.evaluation.evaluate import check_release
    from winnow.training.run_release import task_of_run
    from winnow.training.suites.format_sensitivity import measure_format_sensitivity
    from winnow.training.suites.suite_evaluation import SUITE_NAME, record_suite_look, suite_requests

    run = context.run(id_or_path)
    release = _release_with_tools(run)
    task, answer = task_of_run(run, release), partial(answers_of, run, progress=progress)
    if suite is not None:
        found = _read(context, run, release, Path(suite))
        return measure_format_sensitivity(
            run,
            suite_requests(found, task),
            task,
            answer,
            asked=SUITE_NAME.format(name=found.name),
            split=Split.TEST,
            record_look=lambda one: record_suite_look(run, found, accuracy=one.accuracy.value, answers=one.answers),
        )
    check_release(run, release, split)
    return measure_format_sensitivity(
        run,
        requests_of_rows(release.rows(split), task, split),
        task,
        answer,
        asked=split,
        split=split,
        record_look=lambda one: run.record_look(split, accuracy=one.accuracy.value, rows=one.answers),
    )


def _read(context: Context, run: Run, release: Release, file: Path) -> Suite:
    from winnow.training.evaluation.train_similarity import TrainSimilarity
    from winnow.training.suites.suite_rows import read_suite, without_repeats

    repeats = TrainSimilarity(run, release, context.vectors_cache).repeats
    return without_repeats(read_suite(file, release.task()), lambda texts: repeats(texts).tolist())


def _release_with_tools(run: Run) -> Release:
    """The release of a run. Raises WinnowError for a run whose answers are labels."""
    from winnow.training.run_release import release_of

    release = release_of(run)
    if not release.kind.holds_dialogues:
        expected = "a run on a release of dialogues"
        raise WinnowError(Problem(f"run {run.id}", f"kind {release.kind.name}", expected, "evaluate it on a split"))
    return release
