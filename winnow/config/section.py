"""The base class of the task file's sections, and the field types they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class TaskSection(BaseModel):
    """A section of the task file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
