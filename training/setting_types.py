"""Constrained types that the settings of several methods share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Positive = Annotated[float, Field(gt=0)]

Share = Annotated[float, Field(ge=0, lt=1)]

Count = Annotated[int, Field(ge=1)]
