"""The memory that the training of an adapter takes, as a formula over the shape of the base model.

The bytes of activations were measured: what autograd keeps for the backward pass grows by exactly these amounts with
the width of a network of the Llama family, its feed-forward part, its keys and the rank
(docs/decisions/0052-memory-from-shapes.md). Other architectures of the same parts differ a little.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from winnow.core.model_vocabulary import Device
from winnow.training.sizing.network_shape import NetworkShape

ADAPTER_BYTES = 16
"""Bytes for each trained parameter: weight, gradient and two moments of Adam, each in f32."""

NF4_BYTES = (4 + 8 / 64 + 32 / (64 * 256)) / 8
"""Bytes for each quantized weight: 4 bits, 8 for the scale of 64 weights and 32 for that of 256 scales (Dettmers et al.
2023, "QLoRA", double quantization)."""

RUNTIME_BYTES = {Device.CPU: 900 * 2**20, Device.CUDA: 2**30}
"""What Python, PyTorch, transformers, peft and trl take before a model is loaded; on a GPU, the CUDA context."""


class WeightFormat(StrEnum):
    """How the base model lies in memory while its adapter is trained."""

    F32 = "f32"
    """f32, computed in f32."""
    F32_AUTOCAST = "f32_autocast"
    """f32, computed in bf16: every linear layer is kept in both formats until the backward pass is done."""
    BF16 = "bf16"
    NF4 = "nf4"
    """Linear layers in 4 bits (QLoRA), all others in bf16."""


@dataclass(frozen=True)
class ActivationBytes:
    """Bytes that one token keeps in one layer for the backward pass, for each value of four widths."""

    hidden: int
    intermediate: int
    key_values: int
    rank: int
    dropout_hidden: int
    """More for each hidden value if LoRA has dropout: each linear layer keeps an input of its own."""
    dropout_intermediate: int = 4


IN_F32 = ActivationBytes(24, 16, 8, 28, dropout_hidden=40)

IN_BF16 = ActivationBytes(24, 8, 4, 14, dropout_hidden=24)
"""With autocast; whether the weights lie in f32 or bf16 makes no difference."""

LOGIT_BYTES_F32, LOGIT_BYTES_BF16 = 12, 14
"""Bytes of one logit at the peak: in the computed format and in f32, its log-probability and its gradient in f32."""


@dataclass(frozen=True)
class BatchShape:
    """The largest batch of a training."""

    tokens: int
    """Tokens that go through the network; those that rows share count once."""
    logit_tokens: int
    """Tokens whose logits are computed: those before a trained one."""


@dataclass(frozen=True)
class MemoryParts:
    """Bytes at the peak of a training, by what they hold."""

    runtime: int
    """The process before a model is loaded."""
    weights: int
    """The base model."""
    adapter: int
    """Weights, gradients and optimizer states of what is trained."""
    activations: int
    """What the backward pass needs, of the largest batch."""
    logits: int
    """Logits of the largest batch and their gradients."""

    @property
    def total(self) -> int:
        """All of it."""
        return self.runtime + self.weights + self.adapter + self.activations + self.logits


def memory_parts(
    shape: NetworkShape,
    batch: BatchShape,
    *,
    trained_parameters: int,
    rank: int,
    dropout: float,
    weights: WeightFormat,
    checkpointing: bool = False,
) -> MemoryParts:
    """The memory of a training. With gradient checkpointing, one layer at a time keeps its activations."""
    is_f32 = weights == WeightFormat.F32
    per_layer = batch.tokens * _token_bytes(shape, IN_F32 if is_f32 else IN_BF16, rank=rank, dropout=dropout)
    states = batch.tokens * shape.layers * shape.hidden * (4 if weights in _ON_CPU else 2)
    return MemoryParts(
        runtime=RUNTIME_BYTES[Device.CPU if weights in _ON_CPU else Device.CUDA],
        weights=_weight_bytes(shape, weights),
        adapter=ADAPTER_BYTES * trained_parameters,
        activations=states + per_layer if checkpointing else shape.layers * per_layer,
        logits=batch.logit_tokens * shape.vocabulary * (LOGIT_BYTES_F32 if is_f32 else LOGIT_BYTES_BF16),
    )


_ON_CPU = (WeightFormat.F32, WeightFormat.F32_AUTOCAST)


def _token_bytes(shape: NetworkShape, bytes_of: ActivationBytes, *, rank: int, dropout: float) -> int:
    hidden, intermediate = bytes_of.hidden, bytes_of.intermediate
    if dropout:
        hidden, intermediate = hidden + bytes_of.dropout_hidden, intermediate + bytes_of.dropout_intermediate
    return (
        hidden * shape.hidden
        + intermediate * shape.intermediate
        + bytes_of.key_values * shape.key_values
        + bytes_of.rank * rank
    )


def _weight_bytes(shape: NetworkShape, weights: WeightFormat) -> int:
    others = shape.parameters - shape.linear_parameters
    if weights == WeightFormat.NF4:
        return round(shape.linear_parameters * NF4_BYTES) + 2 * others
    if weights == WeightFormat.BF16:
        return 2 * shape.parameters
    cast = 2 * shape.linear_parameters if weights == WeightFormat.F32_AUTOCAST else 0
    return 4 * shape.parameters + cast
