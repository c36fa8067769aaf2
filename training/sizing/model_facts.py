"""What a settings file states about its base model: the section `model_facts`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.training.setting_types import Number
from winnow.training.sizing.network_shape import NetworkShape, shape_of_fields

Size = Annotated[int, Field(ge=1, le=10**9), Number]

Gib = Annotated[float, Field(gt=0, allow_inf_nan=False), Number]


class PublishedShape(Record):
    """The fields of the model's configuration that memory and package size depend on, named as in `config.json`."""

    model_type: str
    """The architecture, as transformers calls it."""
    hidden_size: Size
    """Values that a token has between layers."""
    intermediate_size: Size
    """Values that a token has inside the feed-forward part of a layer."""
    num_hidden_layers: Size
    """Layers."""
    num_attention_heads: Size
    """Heads of the queries."""
    num_key_value_heads: Size
    """Heads of the keys and values."""
    head_dim: Annotated[Size | None, ABSENT_IF_NONE] = None
    """Values of a head, where they are not those of `hidden_size` divided by the heads."""
    vocab_size: Size
    """Rows of the embedding."""
    max_position_embeddings: Size
    """The longest row in tokens."""
    tie_word_embeddings: bool
    """Whether the embedding also gives the logits."""


class MemoryNeeded(Record):
    """Memory at the peak of a training with the file's settings, by the formula of `train --dry-run`."""

    batch_tokens: Size
    """Tokens of the largest batch; those that rows share count once."""
    trained_tokens: Size
    """Tokens of answers among them, which get logits."""
    lora_bf16_gib: Gib
    """On a GPU with the base model in bf16 and gradient checkpointing, in GiB."""
    qlora_nf4_gib: Gib
    """On a GPU with the base model in 4 bits and gradient checkpointing, in GiB."""
    lora_f32_cpu_gib: Gib
    """Without a GPU: the base model in f32, in GiB."""


class SettingRange(Record):
    """The values of a setting that make sense for this model."""

    low: Annotated[float, Number]
    """The lowest one."""
    high: Annotated[float, Number]
    """The highest one."""
    why: str
    """Why values beyond the range do not."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.high:
            raise ValueError("low is not at most high")
        return self


class ModelFacts(Record):
    """The base model of a settings file."""

    hub_id: str
    """Its id on the Hugging Face hub."""
    source: str
    """Where its configuration is published."""
    shape: PublishedShape
    """Its configuration."""
    memory: Annotated[MemoryNeeded | None, ABSENT_IF_NONE] = None
    """The memory that its training needs."""
    ranges: dict[str, SettingRange] = Field(default_factory=dict)
    """By setting; `alpha_per_rank` is alpha divided by rank."""

    def network(self) -> NetworkShape:
        """The shape of its network. Raises an error of CONFIG_ERRORS for one that transformers cannot build."""
        fields = self.shape.model_dump(exclude={"model_type"}, exclude_none=True)
        return shape_of_fields(self.shape.model_type, fields)
