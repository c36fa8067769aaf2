"""Runs on a release of dialogues whose judged answers a test makes up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from winnow.core.clock import utc_now
from winnow.curation.releases.release import Release
from winnow.training.evaluation.tools.answer_results import AnswerResult, write_answer_results
from winnow.training.imported_runs.imported_answers import ANSWERS_FILE
from winnow.training.run_facts import IMPORTED, ImportedFileFacts, ImportedRunFacts, RunIdentity
from winnow.training.runs import Run, create_run


def a_run(
    folder: Path, release: Release, name: str, results: Sequence[AnswerResult], *, split: str = "validation"
) -> Run:
    """A run with these judged answers, as an evaluation of imported answers leaves it."""

    def fill(part: Path, identity: RunIdentity) -> ImportedRunFacts:
        (part / ANSWERS_FILE).touch()  # answers were imported, and not labels only
        return ImportedRunFacts(
            **dict(identity),
            method=IMPORTED,
            name=name,
            file=ImportedFileFacts(name="answers.jsonl", sha256="0" * 64, rows=len(results)),
            predicted_rows={split: len(results)},
            repeated=0,
            unmatched=0,
            classes=[],
            confidence=False,
            probabilities=False,
            trained_at=utc_now(),
            routes={},
            seconds=0.0,
        )

    run = create_run(folder, release, method=name, settings={}, seed=0, fill_folder=fill).run
    write_answer_results(run, split, results)
    return run
