"""The embedding model of a task, and the cosines that were measured for it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from winnow.config.section import Number, TaskSection
from winnow.core.model_vocabulary import EmbedderBackend

MeasuredCosine = Annotated[Number, Field(ge=0.3, le=0.9999)]


class EmbedderThresholds(TaskSection):
    """Cosines that mean for one model what the defaults mean for the bundled one; `winnow calibrate` writes them."""

    weights: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """The first 16 digits of the hash of the model that they were measured for."""
    repeats: MeasuredCosine
    """In place of 0.97: the default of `gates.duplicates.cosine` and `gates.leakage.cosine`."""
    near: MeasuredCosine
    """In place of 0.90: a variation this near to a record of another label is dropped."""
    other_label: MeasuredCosine
    """In place of 0.85: a proposal this near to a record of another label is marked."""


class EmbedderConfig(TaskSection):
    """The embedding model that measures nearness."""

    model: str | None = None
    """A folder or hub id of a sentence-transformers model; the bundled all-MiniLM-L6-v2 by default."""
    backend: EmbedderBackend = EmbedderBackend.OPENVINO
    """The library that runs it."""
    thresholds: EmbedderThresholds | None = None
    """The cosines that `winnow calibrate` measured for `model`."""

    @model_validator(mode="after")
    def _thresholds_belong_to_a_model(self) -> Self:
        if self.thresholds and self.model is None:
            raise ValueError("thresholds without a model: the defaults are those of the bundled model")
        return self

    def __str__(self) -> str:
        return "the bundled model" if self.model is None else f"{self.model}, in place of the bundled model"


def with_measured_cosines(task: Any) -> Any:
    """The values of a task file, with the measured cosine where a gate names none."""
    thresholds = task.get("embedder") if isinstance(task, dict) else None
    thresholds = thresholds.get("thresholds") if isinstance(thresholds, dict) else None
    repeats = thresholds.get("repeats") if isinstance(thresholds, dict) else None
    gates = task.get("gates", {}) if repeats is not None else None
    if not isinstance(gates, dict) or not all(isinstance(gates.get(name, {}), dict) for name in COSINE_GATES):
        return task
    measured = {name: {"cosine": repeats, **gates.get(name, {})} for name in COSINE_GATES}
    return {**task, "gates": {**gates, **measured}}


COSINE_GATES = ("duplicates", "leakage")
"""The gates whose cosine belongs to the embedder."""
