"""Read a file of general instruction data: questions with choices, and instructions with a reference answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import json_hash
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.validators.text import Drop
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.strict_json import JsonError, read_cell

MOST_PROBLEMS = 20
"""Problems that are listed; further ones are counted."""

SPEAKERS = (Role.USER.value, Role.ASSISTANT.value)


@dataclass(frozen=True)
class ChoiceQuestion:
    """A question of which one choice is right."""

    number: int
    """Number of the row, from 1."""
    question: str
    choices: tuple[str, ...]
    right: int
    """Index of the right choice."""

    @property
    def messages(self) -> tuple[dict[str, str], ...]:
        """What the model reads."""
        return ({"role": Role.USER.value, "content": self.question},)


@dataclass(frozen=True)
class ReferenceInstruction:
    """An instruction with the answer that is expected."""

    number: int
    """Number of the row, from 1."""
    messages: tuple[dict[str, str], ...]
    """What the model reads: user and assistant in turn, the user last."""
    reference: str
    """The expected answer."""


@dataclass(frozen=True)
class GeneralFile:
    """The content of a file."""

    name: str
    sha256: str
    questions: tuple[ChoiceQuestion, ...]
    instructions: tuple[ReferenceInstruction, ...]


def read_general_file(path: Path) -> GeneralFile:
    """Read a file in any format of rows that `add` reads.

    A row is `{question, choices, answer}`, where the answer is the text of a choice or its index from 0, or
    `{messages}`, where the last message is the reference answer. Raises WinnowError with every row that is neither, or
    repeats another one: a file of measures is corrected and not trimmed.
    """
    found = read_rows(path)
    rows: list[ChoiceQuestion | ReferenceInstruction] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, fields in found.rows:
        row = fields.detail if isinstance(fields, Drop) else _read_row(number, fields)
        if isinstance(row, str):
            problems.append(_problem(found.name, number, row))
            continue
        first = seen.setdefault(json_hash(row.messages), number)
        if first != number:
            problems.append(
                _problem(found.name, number, f"the same request as row {first}; expected: each request once")
            )
        rows.append(row)
    if problems:
        raise WinnowError(_shortened(found.name, problems))
    if not rows:
        raise WinnowError(Problem(found.name, "no rows", "rows with `question` or `messages`"))
    return GeneralFile(
        found.name,
        found.file_hash,
        tuple(row for row in rows if isinstance(row, ChoiceQuestion)),
        tuple(row for row in rows if isinstance(row, ReferenceInstruction)),
    )


def _problem(name: str, number: int, text: str) -> Problem:
    found, _, expected = text.partition("; expected: ")
    return Problem(f"{name}, row {number}", found, expected or "a row of general instruction data", "correct the row")


def _shortened(name: str, problems: Sequence[Problem]) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    further = [
        Problem(
            name,
            f"{counted(more, 'more row')} {agreeing(more, 'is', 'are')} wrong",
            "rows without problems",
            "correct these first",
        )
    ]
    return [*problems[:MOST_PROBLEMS], *(further if more > 0 else ())]


def _read_row(number: int, fields: Mapping[str, Any]) -> ChoiceQuestion | ReferenceInstruction | str:
    """The row, or what is wrong with it."""
    has_question, has_messages = (fields.get(name) is not None for name in ("question", "messages"))
    if has_question == has_messages:
        found = "question and messages" if has_question else "neither question nor messages"
        return f"{found}; expected: question, choices and answer, or messages"
    try:
        return (_read_question if has_question else _read_instruction)(number, fields)
    except JsonError as error:
        return str(error)


def _read_question(number: int, fields: Mapping[str, Any]) -> ChoiceQuestion | str:
    question, choices = fields["question"], read_cell(fields.get("choices"))
    if not isinstance(question, str) or not question.strip():
        return "an empty question; expected: a text"
    if not isinstance(choices, list) or not all(isinstance(one, str) and one.strip() for one in choices):
        return "choices that are no list of texts; expected: two or more texts"
    if len(set(choices)) < max(len(choices), 2):
        return f"{counted(len(set(choices)), 'different choice')} of {len(choices)}; expected: two or more, each once"
    right = _right_choice(fields.get("answer"), choices)
    if right is None:
        found = repr(fields.get("answer"))[:60]
        return f"answer {found}; expected: one of the choices, or its index from 0 to {len(choices) - 1}"
    return ChoiceQuestion(number, question, tuple(choices), right)


def _right_choice(answer: object, choices: Sequence[str]) -> int | None:
    if isinstance(answer, str) and answer in choices:
        return choices.index(answer)
    if isinstance(answer, str):
        return next((place for place in range(len(choices)) if str(place) == answer), None)
    is_index = isinstance(answer, int) and not isinstance(answer, bool) and 0 <= answer < len(choices)
    return answer if isinstance(answer, int) and is_index else None


def _read_instruction(number: int, fields: Mapping[str, Any]) -> ReferenceInstruction | str:
    messages = read_cell(fields["messages"])
    if not isinstance(messages, list) or not all(_is_message(one) for one in messages):
        return "messages that are no list of {role, content}; expected: texts of user and assistant in turn"
    roles = [one["role"] for one in messages]
    if roles != [SPEAKERS[place % 2] for place in range(len(roles))] or len(roles) % 2 or not roles:
        return f"roles {', '.join(roles) or 'of no message'}; expected: user and assistant in turn, the assistant last"
    *before, last = messages
    return ReferenceInstruction(
        number, tuple({"role": m["role"], "content": m["content"]} for m in before), last["content"]
    )


def _is_message(one: object) -> bool:
    if not isinstance(one, dict) or one.keys() != {"role", "content"}:
        return False
    return all(isinstance(value, str) and value.strip() for value in one.values())
