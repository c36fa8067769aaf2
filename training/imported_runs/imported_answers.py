"""The answers stored in an imported run: written by record and turn, loaded as the answers to requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import MissingPrediction
from winnow.core.record import Record
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.runs import Run

ANSWERS_FILE = "answers.jsonl"


class ImportedAnswer(Record):
    """One answer of another system."""

    key: str
    """The record and the number of the turn, from 1."""
    answer: str
    """The text as the call format reads it."""
    finished: bool
    """Whether the system ended it by itself."""


def write_imported_answers(answers: Iterable[ImportedAnswer], path: Path) -> None:
    """Write one line for each answer."""
    path.write_text("".join(f"{one.model_dump_json()}\n" for one in answers), encoding="utf-8")


def load_imported_answers(run: Run, requests: Sequence[AnswerRequest]) -> list[ModelAnswer]:
    """The imported answers to requests, in order; a missing one is empty where the import counts it as wrong.

    Raises WinnowError when some are missing otherwise, or the run holds labels and no answers.
    """
    known = _stored(run)
    gaps = [one.key for one in requests if one.key not in known]
    if gaps and run.facts.settings["missing"] == MissingPrediction.REFUSE:
        fix = "import a file with all of them, or import with missing=wrong to count them as errors"
        found = (
            f"{len(gaps):,} of {counted(len(requests), 'answer')} "
            f"{agreeing(len(requests), 'is', 'are')} missing, such as {', '.join(gaps[:5])}"
        )
        raise WinnowError(Problem(run.id, found, "an answer to each request", fix))
    return [known.get(one.key, ModelAnswer("")) for one in requests]


def _stored(run: Run) -> dict[str, ModelAnswer]:
    try:
        lines = (run.path / ANSWERS_FILE).read_text(encoding="utf-8").split("\n")
        stored = [ImportedAnswer.model_validate_json(line) for line in lines if line]
    except (OSError, ValueError):
        fix = "import the file again"
        raise WinnowError(Problem(run.id, "it holds no answers that can be read", f"{ANSWERS_FILE}", fix)) from None
    return {one.key: ModelAnswer(one.answer, finished=one.finished) for one in stored}
