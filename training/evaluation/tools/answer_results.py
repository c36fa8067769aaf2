"""The judged answers of a run, one line each: what all measures of tool calls are computed from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.atomic import atomic_write
from winnow.core.record import Record
from winnow.training.runs import Run
from winnow.validators.tools.answer_judgment import LEVELS

ANSWERS_FILE = "{name}-answers.jsonl"
"""In the folder `evaluation` of a run; the name is that of a split or of a suite."""


class AnswerErrorLine(Record):
    """One thing that is wrong with an answer."""

    name: AnswerErrorType
    """Its type."""
    detail: str
    """What was found and what was expected."""
    tool: str
    """The tool that it is about; empty if it is about none."""
    argument: str
    """The argument that it is about; empty if it is about none."""


class AnswerResult(Record):
    """One judged answer."""

    id: str
    """Id of the record."""
    turn: int
    """Number of the turn in the dialogue, from 1."""
    expected: str
    """The expected behavior: tools joined by `+`, or `direct`, `ask`, `unable` or `general`."""
    behavior: str
    """The behavior of the answer, or `malformed`."""
    passed: int
    """How many of the six levels it passes, in order."""
    errors: list[AnswerErrorLine]
    """Everything that is wrong with it."""
    answer: str
    """The answer as the model wrote it."""
    expected_answer: str
    """The answer in the data, as the call format writes it."""
    question: str
    """What the user said last before it."""
    facets: dict[str, str]
    """Facets of the dialogue, such as `turns` and `tools offered`."""
    matched_arguments: int
    """Expected arguments that the answer has with an accepted value."""
    expected_arguments: int
    """Arguments of the expected calls that may not be left out."""
    tokens: int
    """Tokens that were generated; 0 for an imported answer."""
    expected_calls: int = 0
    """How many calls are expected; 0 where text is."""
    follows_result: bool = False
    """Whether the turn before it is a result of a tool."""
    threads_id: bool = False
    """Whether an expected call has an id that an earlier result returned first."""

    @property
    def key(self) -> str:
        """Identifies the answer among those of runs on the same data."""
        return f"{self.id}:{self.turn}"

    @property
    def is_right(self) -> bool:
        """Whether it passes every level."""
        return self.passed == len(LEVELS)

    def passes(self, level: AnswerLevel) -> bool:
        """Whether it passes a level."""
        return self.passed > LEVELS.index(level)


def write_answer_results(run: Run, name: str, results: Iterable[AnswerResult]) -> Path:
    """Write the judged answers on a split or suite into the folder of a run."""
    path = run.path / "evaluation" / ANSWERS_FILE.format(name=name)
    lines = (json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in results)
    with atomic_write(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_answer_results(run: Run, name: str) -> list[AnswerResult]:
    """The judged answers of the last evaluation on a split or suite; empty before there was one, or in another form."""
    path = run.path / "evaluation" / ANSWERS_FILE.format(name=name)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [AnswerResult.model_validate_json(line) for line in lines if line]  # raises ValueError
    except (OSError, ValueError):
        return []
