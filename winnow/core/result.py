"""A measured value with its interval, or the reason why it was not measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic.dataclasses import dataclass

from winnow.core.record import RECORD_CONFIG


@dataclass(frozen=True, config=RECORD_CONFIG)
class Measured:
    """A figure with its 95 % interval."""

    value: float
    """In the unit of the figure; a share is 0 to 1."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""
    rows: int
    """Sample size: rows for a share of rows, records for alpha, responses for a share of responses."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class NotMeasured:
    """A figure that was not measured, and why."""

    why: str
    """The reason, or the command that measures it."""
    status: Literal["not_measured"] = "not_measured"
    """Tells this record from a figure in JSON."""


_NOT_MEASURED_TEXT = "not_measured: "


def _from_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.startswith(_NOT_MEASURED_TEXT):
        raise ValueError(f"neither a figure nor {_NOT_MEASURED_TEXT!r} with the reason")
    return NotMeasured(value.removeprefix(_NOT_MEASURED_TEXT))


def _to_text(figure: NotMeasured) -> str:
    return _NOT_MEASURED_TEXT + figure.why


NotMeasuredText = Annotated[
    NotMeasured,
    BeforeValidator(_from_text),
    PlainSerializer(_to_text),
    WithJsonSchema({"type": "string", "pattern": f"^{_NOT_MEASURED_TEXT}"}),
]
"""A figure of a record that was not measured, in JSON as the text `not_measured: REASON`."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class Difference:
    """A difference between two figures of the same kind, measured on the same rows, with its 95 % interval."""

    difference: float
    """Second minus first, in the unit of the figures."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""


Measure = Measured | NotMeasured
