"""The base class of records: typed, immutable, and exported as a JSON Schema."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RECORD_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""Unknown fields are errors, and the docstring of a field is its description in the JSON Schema."""


class Record(BaseModel):
    """Something that one stage writes and another one reads."""

    model_config = ConfigDict(**RECORD_CONFIG, frozen=True)


ABSENT_IF_NONE = Field(exclude_if=lambda value: value is None)
"""Marks a field that is absent from the JSON form when it is None."""
