"""Settings of method `encoder`; the defaults were chosen on validation (docs/decisions/0019-encoder.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from winnow.core.model_vocabulary import ClassWeights, Pooling, Precision
from winnow.training.setting_types import Count, LearningRate, NotNegative, Number, Portion, Share, Temperature, Weight


@dataclass(frozen=True)
class EncoderSettings:
    """LoRA on a sentence encoder, with a linear head on its unit vector."""

    model: str | None = None
    """Folder or hub id of a sentence encoder; by default the task's embedder."""
    pooling: Pooling = Pooling.OWN
    """How token states are pooled to one vector; `own` is the pooling configured in the model's folder."""
    prompt: str | None = None
    """What stands before each query; by default what the model's folder states, an empty text for nothing."""
    max_length: Annotated[int, Field(ge=4, le=1_000_000), Number] = 128
    """Texts are truncated to this number of tokens."""
    rank: Count = 16
    """Rank of the LoRA layers (Hu et al. 2021, "LoRA")."""
    alpha: Weight = 32.0
    """The LoRA layers are scaled by alpha / rank."""
    dropout: Share = 0.0
    """Dropout on the inputs of the LoRA layers; the encoder keeps the dropout configured in its folder."""
    target_modules: str = "all-linear"
    """Layers that get LoRA: `all-linear`, or comma-separated names such as `query,value`."""
    learning_rate: LearningRate = 2e-3
    """Learning rate of the LoRA layers, reached after the warmup and then decaying linearly to 0."""
    head_learning_rate: LearningRate = 2e-3
    """Learning rate of the head, which is initialized with the linear probe on the pretrained encoder."""
    epochs: Count = 6
    """Maximum number of epochs; see `patience`."""
    patience: Count = 3
    """Number of epochs without better validation accuracy before training stops. The best epoch is kept."""
    batch_size: Count = 64
    """Texts of similar length share a batch."""
    label_smoothing: Share = 0.1
    """Share of the target that is distributed over all labels (Szegedy et al. 2016)."""
    class_weights: ClassWeights = ClassWeights.AUTO
    """`balanced` weights rows inversely to the frequency of their label; `auto` does so if labels are imbalanced."""
    warmup: Share = 0.06
    """Share of the steps that the learning rate warms up."""
    weight_decay: NotNegative = 0.01
    precision: Precision = Precision.AUTO
    """`auto` is bf16 where the hardware supports it natively."""
    teacher: str | None = None
    """Id or path of a run whose class probabilities on the train rows are learned besides their labels."""
    teacher_weight: Portion = 0.5
    """With a teacher: its weight in the loss; the labels have the rest."""
    teacher_temperature: Temperature = 2.0
    """With a teacher: what the logits of both are divided by before they are compared (Hinton et al. 2015)."""
