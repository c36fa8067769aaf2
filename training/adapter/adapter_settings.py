"""Settings of method `adapter`; the ranges are those within which the numbers make sense for any model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from winnow.core.model_vocabulary import Precision, Quantization
from winnow.training.setting_types import Count, NotNegative, Number, Share, Weight

INSTRUCTION = "Answer with the label of the query and nothing else."
"""The system message for `kind: intents`. The labels themselves are learned, so that prompts stay short."""


@dataclass(frozen=True)
class AdapterSettings:
    """LoRA on a causal language model (Hu et al. 2021)."""

    model: str | None = None
    """Folder, GGUF file or hub id of a causal language model; by default the task's `base_model`."""
    role: str | None = None
    """For a task with `roles`: the name of the one that the adapter answers for."""
    teacher: str | None = None
    """For dialogues: a JSONL file of a teacher's answers, with `id`, `turn` and `answer`."""
    rank: Annotated[int, Field(ge=1, le=256), Number] = 16
    """Rank of the LoRA layers. Cloudflare Workers AI accepts at most 32."""
    alpha: Weight = 32.0
    """The LoRA layers are scaled by alpha / rank."""
    dropout: Annotated[float, Field(ge=0, le=0.5), Number] = 0.05
    """Dropout on the inputs of the LoRA layers."""
    target_modules: str = "all-linear"
    """Layers that get LoRA: `all-linear` (but the output layer), or comma-separated names such as `q_proj,v_proj`."""
    learning_rate: Annotated[float, Field(gt=0, le=0.01), Number] = 2e-4
    """Learning rate, reached after the warmup and then decaying linearly to 0."""
    epochs: Annotated[int, Field(ge=1, le=100), Number] = 2
    """Maximum number of epochs; see `patience`."""
    checks_per_epoch: Annotated[int, Field(ge=1, le=20), Number] = 2
    """How often an epoch is interrupted to measure the loss on validation and to save a checkpoint."""
    patience: Count = 3
    """Number of checks without a lower validation loss before training stops. The best checkpoint is kept."""
    batch_size: Annotated[int, Field(ge=1, le=512), Number] = 4
    """Answers in a step. They share their common prompt, which is computed once."""
    warmup: Share = 0.06
    """Share of the steps that the learning rate warms up."""
    weight_decay: NotNegative = 0.0
    general_share: Share = 0.10
    """Largest share of answers of the label `general` among those that are learned; further ones are left out."""
    max_length: Annotated[int, Field(ge=16, le=1_000_000), Number] | None = None
    """Tokens that a row of a prompt and an answer may have; by default the window of the task or the model."""
    precision: Precision = Precision.AUTO
    """`auto` is bf16 where the hardware supports it natively."""
    quantization: Quantization = Quantization.NONE
    """`nf4` trains on four-bit weights of the base model; it needs a CUDA device and the package bitsandbytes."""
    samples: Annotated[int, Field(ge=0, le=100), Number] = 3
    """Answers of validation that are written at each checkpoint, to watch what is learned."""
    instruction: str = INSTRUCTION
    """For `kind: intents` without a `prompt_template`: the system message before a query."""
