"""Settings of the method `prompt`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from winnow.training.setting_types import Count, Positive, PrecisionSetting

SPENDING_SETTINGS = ("budget", "prices")
"""Settings that say what may be spent. They change no answer, and are no part of a run's name."""


@dataclass(frozen=True)
class PromptSettings:
    """The task file as a prompt: who answers it, and what it may cost."""

    backend: Literal["claude", "local"] = "claude"
    """`local` is a causal language model on this machine: no key, no cost."""
    model: str | None = None
    """Of Claude a name, by default the task's `generate.model`; of `local` a folder or hub id."""
    effort: Literal["none", "low", "medium", "high"] | None = None
    """How hard Claude is to think; by default the task's `generate.effort`."""
    examples_per_label: Annotated[int, Field(ge=0, le=50)] = 3
    """Train rows that the prompt shows of every label, beside the examples of the task file."""
    per_request: Annotated[int, Field(ge=1, le=100)] = 20
    """Texts to a request to Claude; 1 is what a router does in production."""
    budget: Positive | None = 5.0
    """USD that all answers of a run may cost together; None is no limit."""
    prices: str | None = None
    """A JSON file of prices in the form of `generators/prices.json`, for models that the shipped table lacks."""
    batch_size: Count = 16
    """Labels that a local model scores at a time."""
    precision: PrecisionSetting = "auto"
    """Of a local model; `auto` is bf16 where the machine computes in it."""

    @property
    def affecting_answers(self) -> dict[str, Any]:
        """The settings that an answer depends on."""
        return {name: value for name, value in asdict(self).items() if name not in SPENDING_SETTINGS}
