"""The base class of the task file's sections, and the field types they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from winnow.core.record import Record

Share = Annotated[float, Field(ge=0, le=1)]

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class TaskSection(Record):
    """A section of the task file."""
