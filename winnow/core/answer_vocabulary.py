"""The fixed words about how an answer of a model that may call tools is judged."""

from __future__ import annotations

from enum import StrEnum


class AnswerLevel(StrEnum):
    """What an answer gets right, in order: an answer that fails a level fails all later ones.

    An answer without calls passes the levels about calls when no call was expected.
    """

    VALID_FORMAT = "valid_format"
    """The call format reads it, it is not empty, and it ended with a stop token."""
    VALID_SCHEMA = "valid_schema"
    """Every call of an offered tool has the arguments that its schema demands, and no others.

    A call of a tool that is not offered has no schema: it fails the next level.
    """
    KNOWN_TOOLS = "known_tools"
    """Every call is one of an offered tool."""
    RIGHT_COUNT = "right_count"
    """It has as many calls as are expected; none where text is expected."""
    RIGHT_NAMES = "right_names"
    """The calls are those of the expected tools, in any order."""
    RIGHT_VALUES = "right_values"
    """Every argument has an accepted value; an answer in text shows the expected behavior."""


class AnswerErrorType(StrEnum):
    """One thing that is wrong with an answer."""

    MALFORMED = "malformed"
    """The call format cannot read it."""
    NOT_FINISHED = "not_finished"
    """It ends without a stop token, at the longest answer that is allowed; it fails every level."""
    INVENTED_TOOL = "invented_tool"
    """A call of a tool that is not offered."""
    WRONG_TOOL = "wrong_tool"
    """A call of an offered tool in place of another one."""
    MISSING_CALL = "missing_call"
    """Fewer calls of a tool than expected, while others are there."""
    EXTRA_CALL = "extra_call"
    """A call more than expected, while others are right."""
    MISSING_ARGUMENT = "missing_argument"
    """A required or expected argument is left out."""
    INVENTED_ARGUMENT = "invented_argument"
    """An argument that the tool does not have, or that nobody gave."""
    WRONG_TYPE = "wrong_type"
    """A value of another JSON type than the schema demands."""
    INVALID_VALUE = "invalid_value"
    """A value of the right type that the schema refuses, such as one outside an enumeration."""
    WRONG_VALUE = "wrong_value"
    """A value that is valid, but not accepted."""
    CALLED = "called"
    """It calls a tool where text is expected."""
    DID_NOT_CALL = "did_not_call"
    """It answers in text where calls are expected."""
    DID_NOT_ASK = "did_not_ask"
    """It answers in text, but not with the expected question for a missing value."""
    WRONG_BEHAVIOR = "wrong_behavior"
    """It answers in text, but shows another behavior than `direct` or `unable`, whichever is expected."""
    EMPTY = "empty"
    """It says and calls nothing; it fails every level, as a malformed answer does."""
