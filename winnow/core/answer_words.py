"""What levels, errors and groups of answers are called in pages and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel

LEVEL_NAMES: Mapping[AnswerLevel, str] = {
    AnswerLevel.VALID_FORMAT: "valid format",
    AnswerLevel.VALID_SCHEMA: "valid schema",
    AnswerLevel.KNOWN_TOOLS: "no invented tool",
    AnswerLevel.RIGHT_COUNT: "right number of calls",
    AnswerLevel.RIGHT_NAMES: "right tools",
    AnswerLevel.RIGHT_VALUES: "right values",
}
"""Every level, as a property of an answer that passes it."""

ERROR_NAMES: Mapping[AnswerErrorType, str] = {name: name.replace("_", " ") for name in AnswerErrorType} | {
    AnswerErrorType.NOT_FINISHED: "not finished at the longest answer",
    AnswerErrorType.CALLED: "called when it should not",
    AnswerErrorType.DID_NOT_ASK: "did not ask for a missing value",
}
"""Every type of error."""
