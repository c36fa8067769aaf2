"""Answers of a teacher in place of those of the data: right ones only, and only in train.

A teacher says the same in its own words, for example with a sentence before a call that the data lacks. What is called
and with which values stays a matter of the data: an answer that fails any level of the judge is not learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.vocabulary import Split
from winnow.curation.releases.release import Release
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.expected_answer import judge_request
from winnow.training.teacher_facts import TeacherFacts
from winnow.validators.tools.dialogue import Call, Dialogue, Turn
from winnow.validators.tools.judging.read_answer_text import read_answer_text

SHOWN = 10
"""Lines with a problem that are listed; the others are counted."""


class TeacherAnswer(BaseModel):
    """One line of a file of a teacher's answers; other columns are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: str
    """Id of the record."""
    turn: int
    """Number of the answer among the turns of the dialogue, from 1."""
    answer: str
    """The answer in the call format of the task."""

    @property
    def key(self) -> str:
        """As AnswerRequest has it."""
        return f"{self.id}:{self.turn}"


class TaughtRequests(NamedTuple):
    """The requests of train with the answers of a teacher."""

    requests: list[AnswerRequest]
    """All of them, in order."""
    facts: TeacherFacts
    """What was used, and what was not and why."""


def read_teacher_answers(path: Path) -> dict[str, TeacherAnswer]:
    """The answers in a JSONL file, by record and turn.

    Raises WinnowError with the lines that are no answer, or answer the same turn twice.
    """
    found: dict[str, TeacherAnswer] = {}
    problems = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            one = TeacherAnswer.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            what = f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"
            problems.append(Problem(f"{path}:{number}", what, "an object with `id`, `turn` and `answer`"))
            continue
        if one.key in found:
            problems.append(Problem(f"{path}:{number}", f"a second answer for {one.key}", "one for each turn"))
        found[one.key] = one
    _raise(problems, path)
    return found


def taught_requests(requests: Sequence[AnswerRequest], path: Path, release: Release) -> TaughtRequests:
    """The requests of train with the right answers of a teacher in place of those of the data.

    Raises WinnowError for answers to records of validation or test: these are never shown to a model.
    """
    given = read_teacher_answers(path)
    _refuse_hold_out(given.values(), path, release)
    judged = {one.key: _reason(one, given[one.key].answer) for one in requests if one.key in given}
    used = {key for key, reason in judged.items() if not reason}
    dialogues = _taught_dialogues([one for one in requests if one.key in used], given)
    facts = TeacherFacts(
        name=path.name,
        sha256=file_sha256(path),
        answers=len(given),
        used=len(used),
        rejected=dict(sorted(Counter(reason for reason in judged.values() if reason).items())),
        unmatched=len(given) - len(judged),
    )
    return TaughtRequests([replace(one, dialogue=dialogues.get(one.record, one.dialogue)) for one in requests], facts)


def _reason(request: AnswerRequest, answer: str) -> str:
    """Why an answer is not right: the type of its first error; empty for a right one."""
    judgment = judge_request(request, answer)
    return "" if judgment.is_right else judgment.errors[0].name.value


def _taught_dialogues(requests: Iterable[AnswerRequest], given: Mapping[str, TeacherAnswer]) -> dict[str, Dialogue]:
    """The dialogues with the answers of a teacher, by record."""
    found: dict[str, Dialogue] = {}
    for one in requests:
        dialogue = found.get(one.record, one.dialogue)
        turn = _taught_turn(one, given[one.key].answer)
        turns = (*dialogue.turns[: one.turn], turn, *dialogue.turns[one.turn + 1 :])
        found[one.record] = replace(dialogue, turns=turns)
    return found


def _taught_turn(request: AnswerRequest, text: str) -> Turn:
    """The turn as the teacher words it; its calls keep the ids that later results refer to."""
    answer = read_answer_text(text, request.dialogue.tools, request.call_format)
    return replace(request.expected, content=answer.content, calls=_with_ids(answer.calls, request.expected.calls))


def _with_ids(calls: Sequence[Call], expected: Sequence[Call]) -> tuple[Call, ...]:
    """The calls in the order of the expected ones and with their ids: first those with equal arguments."""
    left, found = list(calls), []
    for wanted in expected:
        same = [one for one in left if one.name == wanted.name]
        equal = [one for one in same if one.arguments == wanted.arguments]
        chosen = next(iter((*equal, *same, *left)))
        left.remove(chosen)
        found.append(replace(chosen, id=wanted.id, accepted=wanted.accepted, accepted_calls=wanted.accepted_calls))
    return tuple(found)


def _refuse_hold_out(answers: Iterable[TeacherAnswer], path: Path, release: Release) -> None:
    held_out = {str(record) for split in (Split.VALIDATION, Split.TEST) for record in release.rows(split)["id"]}
    fix = "remove it: what is held out is never learned"
    problems = [
        Problem(f"{path}: {one.key}", "an answer to a record of validation or test", "records of train", fix)
        for one in answers
        if one.id in held_out
    ]
    _raise(problems, path)


def _raise(problems: Sequence[Problem], path: Path) -> None:
    if len(problems) > SHOWN:
        rest = Problem(str(path), counted(len(problems) - SHOWN, "more problem"), "", "correct those above first")
        raise WinnowError([*problems[:SHOWN], rest])
    if problems:
        raise WinnowError(list(problems))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        found = f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8'}"
        raise WinnowError(Problem(Parameter("teacher"), found, "a JSONL file of answers", "check the path")) from None
