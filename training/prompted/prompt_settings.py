"""Settings of the method `prompt`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from winnow.core.vocabulary import Precision, ThinkingEffort
from winnow.training.setting_types import Count, Positive

SPENDING_SETTINGS = ("budget", "prices")
"""Settings about spending. They do not affect answers and are not part of a run's name."""


@dataclass(frozen=True)
class PromptSettings:
    """Settings of the method `prompt`: the task file becomes a prompt for a language model."""

    backend: Literal["claude", "local"] = "claude"
    """`local` is a causal language model on this machine: no key, no cost."""
    model: str | None = None
    """For Claude a model name, by default the task's `generate.model`; for `local` a folder or hub id."""
    effort: ThinkingEffort | None = None
    """Claude's effort; by default the task's `generate.effort`."""
    examples_per_label: Annotated[int, Field(ge=0, le=50)] = 3
    """Train rows that the prompt shows for every label, in addition to the task file's examples."""
    per_request: Annotated[int, Field(ge=1, le=100)] = 20
    """Texts in one request to Claude; a router in production sends 1."""
    budget: Positive | None = 5.0
    """Hard spending limit of the whole run, in USD; None is no limit."""
    prices: str | None = None
    """A JSON file of prices in the form of `generators/llm/prices.json`, for models that the shipped table lacks."""
    batch_size: Count = 16
    """Labels that a local model scores at a time."""
    precision: Precision = Precision.AUTO
    """For a local model; `auto` is bf16 where the hardware supports it."""

    @property
    def affecting_answers(self) -> dict[str, Any]:
        """The settings that an answer depends on."""
        return {name: value for name, value in asdict(self).items() if name not in SPENDING_SETTINGS}
