"""What is wrong with the arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ArgumentProblemName(StrEnum):
    """What a call does wrong."""

    UNKNOWN_TOOL = "unknown_tool"
    """The tool is not offered."""
    MISSING = "missing_argument"
    UNDECLARED = "undeclared_argument"
    """Also where `additionalProperties` allows it: a model must not learn arguments that no schema describes."""
    WRONG_TYPE = "wrong_type"
    NUMBER_AS_STRING = "number_as_string"
    BOOLEAN_AS_STRING = "boolean_as_string"
    JSON_AS_STRING = "json_as_string"
    """A list or an object is written as text."""
    FLOAT_FOR_INTEGER = "float_for_integer"
    """`3.0` or `1e3`, where a model should learn to write `3` or `1000`."""
    NULL_VALUE = "null_value"
    """Null for an argument that does not allow it; leaving it out is meant."""
    NOT_IN_ENUM = "not_in_enum"
    NO_SUCH_DATE = "no_such_date"
    """The calendar does not have it."""
    WRONG_FORMAT = "wrong_format"
    """No date, time, date-time or e-mail address, where the schema asks for one."""
    OUT_OF_RANGE = "out_of_range"
    WRONG_LENGTH = "wrong_length"
    """Of a string, a list or an object."""
    PATTERN_MISMATCH = "pattern_mismatch"
    REPEATED_ITEM = "repeated_item"
    NO_ALTERNATIVE = "no_alternative"
    """Fits none of the alternatives of `anyOf` or `oneOf`."""
    SEVERAL_ALTERNATIVES = "several_alternatives"
    """Fits more than one of the alternatives of `oneOf`."""
    OTHER = "schema_violated"
    """Another rule of the schema."""


@dataclass(frozen=True)
class Violation:
    """One way in which arguments break the schema of their tool."""

    name: ArgumentProblemName
    argument: str
    """The path of the argument, such as `flights[0].date`; empty for the whole call."""
    found: str
    expected: str
    fix: str = ""
    """What to write instead, where that is certain."""

    def __str__(self) -> str:
        fix = self.fix if not self.fix or self.fix.startswith("did you mean") else f"fix: {self.fix}"
        return "; ".join(filter(None, (self.found, f"expected: {self.expected}", fix)))


@dataclass(frozen=True)
class ArgumentProblem:
    """One thing that is wrong with a call of a dialogue."""

    violation: Violation
    turn: int
    """The index of its turn, from 0."""
    call_id: str
    tool: str
    """The tool that is called."""
    among: str = ""
    """`accepted value` or `accepted call` where it is not in the call itself but in what is right in its place."""

    @property
    def name(self) -> ArgumentProblemName:
        """What the call does wrong."""
        return self.violation.name

    @property
    def argument(self) -> str:
        """The path of the argument; empty for the whole call."""
        return self.violation.argument

    @property
    def detail(self) -> str:
        """The tool, the argument, what was found and what was expected."""
        argument = f", argument {self.argument!r}" if self.argument else ""
        among = f", {self.among}" if self.among else ""
        return f"tool {self.tool!r}{argument}{among}: {self.violation}"

    def __str__(self) -> str:
        return f"turn {self.turn + 1}, {self.call_id}: {self.detail}"
