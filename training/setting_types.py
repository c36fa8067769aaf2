"""Constrained types that the settings of several methods share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number, not true or false")
    return value


Number = BeforeValidator(_no_truth_value)
"""Python counts true as 1; a setting does not."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), Number]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False), Number]

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False), Number]

Portion = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), Number]
"""A share that may also be everything."""

Temperature = Annotated[float, Field(ge=0.1, le=100, allow_inf_nan=False), Number]
"""Beyond these bounds, probabilities at a temperature are all or nothing, or all alike."""

Count = Annotated[int, Field(ge=1, le=1_000_000), Number]
"""The upper bound only catches typing errors: no setting is near it."""

Weight = Annotated[float, Field(ge=1e-6, le=1e6, allow_inf_nan=False), Number]
"""The weight of one term against another; beyond this the other term is lost in rounding or the fit does not end."""

LearningRate = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), Number]
"""Beyond 1 no optimizer that is used here converges."""
