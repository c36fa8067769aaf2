"""Settings of method `encoder`; the defaults were chosen on validation (docs/decisions/0019-encoder.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from winnow.training.setting_types import Count, Positive, PrecisionSetting, Share


@dataclass(frozen=True)
class EncoderSettings:
    """LoRA on a sentence encoder, with a linear head on its unit vector."""

    model: str | None = None
    """A folder or hub id of a sentence encoder; the task's embedder when left out."""
    pooling: Literal["own", "mean", "cls"] = "own"
    """How token states become one vector; `own` is what the model's folder says."""
    max_length: Annotated[int, Field(ge=4)] = 128
    """Tokens that are read of a text."""
    rank: Count = 16
    """Of the low-rank updates (Hu et al. 2021, "LoRA")."""
    alpha: Positive = 32.0
    """The updates are scaled by alpha / rank."""
    dropout: Share = 0.0
    """Of the updates' inputs; the encoder's own dropout stays as its folder says."""
    target_modules: str = "all-linear"
    """Layers that get an update: `all-linear`, or names divided by commas, such as `query,value`."""
    learning_rate: Positive = 2e-3
    """Of the updates: reached after the warm-up, then falling to 0 in a straight line."""
    head_learning_rate: Positive = 2e-3
    """Of the head, which starts as the linear probe on the untouched encoder."""
    epochs: Count = 6
    """At most; see `patience`."""
    patience: Count = 3
    """Epochs without a better validation accuracy before the training stops. The best epoch is kept."""
    batch_size: Count = 64
    """Texts of similar length share a batch."""
    label_smoothing: Share = 0.1
    """Share of the target that is spread over all labels (Szegedy et al. 2016)."""
    class_weights: Literal["auto", "balanced", "none"] = "auto"
    """`balanced` weighs a row by the inverse of its label's rows; `auto` does so where labels are unbalanced."""
    warmup: Share = 0.06
    """Share of the steps."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    precision: PrecisionSetting = "auto"
    """`auto` is bf16 where the machine computes in it."""
