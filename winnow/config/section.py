"""The base classes of the task file's sections, and the field types they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from winnow.core.record import Record
from winnow.core.statement import stated


def _as_number(value: object) -> object:
    """The value itself; a string or a boolean, which pydantic would read as a number, is none."""
    if isinstance(value, str | bool):
        raise ValueError("Input should be a number such as 0.95, not text, true or false")
    return value


Number = Annotated[float, BeforeValidator(_as_number), Field(allow_inf_nan=False)]
"""A finite number; neither a string nor a boolean counts as one."""

Count = Annotated[int, BeforeValidator(_as_number)]
"""A whole number; neither a string nor a boolean counts as one."""

Share = Annotated[Number, Field(ge=0, le=1)]

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class TaskSection(Record):
    """A section of the task file."""


class LoosenableSection(TaskSection):
    """A section with settings that can be looser than their default; then it says who loosened them and why."""

    by: str = ""
    """Who set a value that is looser than its default; empty when nobody is named."""
    reason: str = ""
    """Why the value is looser than its default; empty when no reason is given."""

    @field_validator("by", "reason")
    @classmethod
    def _is_stated(cls, text: str) -> str:
        return stated(text)
