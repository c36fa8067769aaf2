"""Match another system's answers to those that a release asks for, and write each as its call format has it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.imported_runs.answer_file import FileAnswer
from winnow.training.imported_runs.imported_answers import ImportedAnswer
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Dialogue, messages_json
from winnow.validators.tools.row_dialogue import dialogue_of_row
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

MESSAGE_KEYS = frozenset({"role", "tool_calls", "function_call"})
"""A JSON object with one of these is a message, whatever column it stands in."""


@dataclass
class MatchedAnswers:
    """Answers by the key of their request."""

    by_key: dict[str, ImportedAnswer] = field(default_factory=dict)
    repeated: int = 0
    """Rows that repeat the answer of another row to the same request."""
    unmatched: list[Problem] = field(default_factory=list)
    """Rows that belong to no answer of the release."""
    problems: list[Problem] = field(default_factory=list)


def match_answers(
    rows: Sequence[FileAnswer], requests: Iterable[AnswerRequest], task: Task, *, file: str
) -> MatchedAnswers:
    """Match answers to requests: by record and turn, or by the messages before the answer. Pure."""
    places = _Places.of(requests)
    found, first = MatchedAnswers(), dict[str, int]()
    for row in rows:
        where = f"{file}, row {row.row}"
        try:
            matches = places.requests_of(row, task, where)
        except WinnowError as error:
            found.problems += error.problems
            continue
        if not matches:
            found.unmatched.append(Problem(where, "it belongs to no answer of the release"))
        for request in matches:
            answer = ImportedAnswer(key=request.key, answer=written_answer(row.answer, request), finished=row.finished)
            known = found.by_key.setdefault(request.key, answer)
            if request.key in first:
                found.repeated += 1
            if known != answer:
                detail = f"another answer than in row {first[request.key]} for {request.key}"
                found.problems.append(Problem(where, detail, "one answer to each request", "keep one of them"))
            first.setdefault(request.key, row.row)
    return found


@dataclass(frozen=True)
class _Places:
    """The requests of a release by what a row may name."""

    by_record: Mapping[str, list[AnswerRequest]]
    by_key: Mapping[str, AnswerRequest]
    by_turns: Mapping[str, list[AnswerRequest]]

    @classmethod
    def of(cls, requests: Iterable[AnswerRequest]) -> _Places:
        by_record: dict[str, list[AnswerRequest]] = defaultdict(list)
        by_turns: dict[str, list[AnswerRequest]] = defaultdict(list)
        for request in requests:
            by_record[request.record].append(request)
            by_turns[_asked(request.before)].append(request)
        return cls(by_record, {one.key: one for listed in by_record.values() for one in listed}, by_turns)

    def requests_of(self, row: FileAnswer, task: Task, where: str) -> list[AnswerRequest]:
        """The requests that a row answers; none for one of another release.

        Raises WinnowError where it is not clear which answer of a dialogue it is, or its messages cannot be read.
        """
        if row.id is None:
            return self._with_turns(row, task, where)
        if row.turn is None and row.id in self.by_key:
            return [self.by_key[row.id]]
        listed = self.by_record.get(row.id, [])
        if row.turn is None and len(listed) > 1:
            turns = ", ".join(str(one.turn + 1) for one in listed)
            found = f"no turn, but dialogue {row.id} has {counted(len(listed), 'answer')}"
            raise WinnowError(Problem(where, found, f"one of the turns {turns}", "add a column `turn`"))
        chosen = [one for one in listed if row.turn in (None, one.turn + 1)]
        if listed and not chosen:
            turns = ", ".join(str(one.turn + 1) for one in listed)
            fix = "number all turns of the dialogue from 1, those of users and tools included"
            raise WinnowError(Problem(where, f"turn {row.turn} of {row.id}", f"one of the turns {turns}", fix))
        return chosen

    def _with_turns(self, row: FileAnswer, task: Task, where: str) -> list[AnswerRequest]:
        dialogue = dialogue_of_row({"messages": row.messages, "tools": row.tools}, task)
        if isinstance(dialogue, Drop):
            raise WinnowError(Problem(where, dialogue.detail, "messages that can be read", "correct the row"))
        return self.by_turns.get(_asked(dialogue), [])


def _asked(before: Dialogue) -> str:
    """What stands before an answer. Tools are left out: a file may leave them out, too."""
    shown = tuple(replace(turn, reasoning="", train=True) for turn in before.turns)
    return messages_json(Dialogue(shown))


def written_answer(given: object, request: AnswerRequest) -> str:
    """An answer as the call format of the task has it. Text is taken as it is, and a message is read in any dialect.

    A message that cannot be read, or written, stays the JSON that it is: then the answer is malformed.
    """
    message = given if isinstance(given, Mapping | list) else _message_in(str(given))
    if message is None:
        return str(given)
    call_format = CALL_FORMATS[request.call_format]
    try:
        answer = _read(message)
        written = call_format.render(answer, request.dialogue.tools)
    except (DialogueError, FormatError):
        return _plain_json(message)
    return written if isinstance(written, str) else write_json(written, sort_keys=False)


def _message_in(text: str) -> Any:
    """The message that a text is the JSON of; None for any other text."""
    try:
        value = read_json(text)
    except JsonError:
        return None
    return value if isinstance(value, dict) and MESSAGE_KEYS & value.keys() else None


def _read(message: Any) -> Answer:
    """The last answer of a message or a list of them. Raises DialogueError."""
    listed = message if isinstance(message, list) else [{"role": "assistant", **message}]
    turns = [turn for turn in read_dialogue(listed).turns if turn.is_learned]
    if len(turns) != 1:
        raise DialogueError([f"{counted(len(turns), 'answer')}, expected one"])
    return Answer(turns[0].content, turns[0].calls)


def _plain_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
