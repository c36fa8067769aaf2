"""Settings of the method `prompt`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from pydantic import Field

from winnow.config.task import EndpointConfig
from winnow.core.model_vocabulary import Precision, PromptBackend, ThinkingEffort
from winnow.training.setting_types import Count, Number, Positive

SPENDING_SETTINGS = ("budget", "prices", "endpoint")
"""Settings that do not affect answers and are not part of a run's name: they may change from command to command."""


@dataclass(frozen=True)
class PromptSettings:
    """Settings of the method `prompt`: the task file becomes a prompt for a language model."""

    backend: PromptBackend = PromptBackend.CLAUDE
    """`endpoint` is a server that `endpoint` names; `local` a causal language model that this process loads."""
    model: str | None = None
    """A model name, by default the task's `generate.model`; for `local` a folder or hub id."""
    endpoint: EndpointConfig | None = None
    """For `endpoint`: where the model answers; by default the task's `generate.endpoint`."""
    effort: ThinkingEffort | None = None
    """How much the model thinks; by default the task's `generate.effort`."""
    examples_per_label: Annotated[int, Field(ge=0, le=50), Number] = 3
    """Train rows that the prompt shows for every label, in addition to the task file's examples."""
    per_request: Annotated[int, Field(ge=1, le=100), Number] = 20
    """Texts in one request; a router in production sends 1. Not used for `local`."""
    budget: Positive | None = 5.0
    """Hard spending limit of the whole run, in USD; None is no limit."""
    prices: str | None = None
    """`free`, or a JSON file of prices in the form of `generators/llm/prices.json`, for models that the table lacks."""
    batch_size: Count = 16
    """Labels that a local model scores at a time."""
    precision: Precision = Precision.AUTO
    """For a local model; `auto` is bf16 where the hardware supports it."""

    @property
    def affecting_answers(self) -> dict[str, Any]:
        """The settings that an answer depends on."""
        found = {name: value for name, value in asdict(self).items() if name not in SPENDING_SETTINGS}
        return found | ({"provider": self.endpoint.provider} if self.endpoint else {})
