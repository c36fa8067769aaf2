"""Wrong answers, each with what has to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.judged_dialogues import BANK, DENTIST, FERNS, OSLO, TABLE, JudgedDialogue, calls
from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel

REFUSAL = "I'm sorry, I don't have a tool for that."
EVENT_CALL = calls(("create_event", DENTIST))
THREE = (("create_task", BANK), ("create_task", FERNS), ("get_weather", OSLO))


def without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in names}


def event(**changed: Any) -> str:
    return calls(("create_event", {**DENTIST, **changed}))


def table(**changed: Any) -> str:
    return calls(("reserve_table", {**TABLE, **changed}))


@dataclass(frozen=True)
class Mutation:
    """A wrong answer with what has to be said about it."""

    dialogue: JudgedDialogue
    text: str
    level: AnswerLevel
    """The first level that it fails."""
    error: AnswerErrorType
    about: str = ""
    """The tool, and the argument behind a colon."""
    says: str = ""
    """A part of the detail."""
    more: tuple[AnswerErrorType, ...] = ()
    """Types of further errors, in order."""


FORMAT, SCHEMA, KNOWN, COUNT, NAMES, VALUES = AnswerLevel


def check_mutation(mutation: Mutation) -> None:
    """Check that the judgment of a wrong answer says what is wrong with it, and nothing else."""
    judged = mutation.dialogue.judge(mutation.text)
    first = judged.errors[0]
    tool, _, argument = mutation.about.partition(":")
    assert [error.name for error in judged.errors] == [mutation.error, *mutation.more]
    assert (first.tool, first.argument) == (tool, argument)
    assert mutation.says in first.detail
    assert judged.passed == list(AnswerLevel).index(mutation.level)
    assert judged.matched_arguments <= judged.expected_arguments
