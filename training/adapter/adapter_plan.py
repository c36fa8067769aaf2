"""What the training of an adapter would take: rows, parameters, bytes, memory, time, and what a target would refuse."""

from __future__ import annotations

from typing import Annotated

from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import NotMeasuredText
from winnow.training.encoder.dry_run import DryRunEstimate
from winnow.training.sizing.training_memory import WeightFormat


class PlannedRows(Record):
    """The rows that would be learned."""

    train_answers: int
    """Answers of train."""
    validation_answers: int
    """Answers of validation."""
    tokens: int
    """Tokens of prompts and answers of train, those that rows share counted for each row."""
    trained_tokens: int
    """Tokens of answers among them."""
    longest_row: int
    """Tokens of the longest row of train or validation."""
    window: int | NotMeasuredText
    """Tokens that a row may have."""
    batch_tokens: int
    """Tokens of the largest batch; those that its rows share count once."""
    batch_trained_tokens: int
    """The most trained tokens of a batch."""


class PackageBytes(Record):
    """The size of the adapter's files by the number format of the weights, computed from shapes."""

    bf16: int
    """Bytes in bf16, which is saved if greedy answers stay the same."""
    f32: int
    """Bytes in f32."""


class PlannedMemory(Record):
    """Memory at the peak, computed from shapes (docs/decisions/0052-memory-from-shapes.md)."""

    weight_format: WeightFormat
    """How the base model would lie in memory."""
    runtime_bytes: int
    """The process before a model is loaded."""
    weights_bytes: int
    """The base model."""
    adapter_bytes: int
    """Weights, gradients and optimizer states of what is trained."""
    activations_bytes: int | NotMeasuredText
    """What the backward pass of the largest batch needs."""
    logits_bytes: int | NotMeasuredText
    """Logits of the largest batch and their gradients."""
    total_bytes: int | NotMeasuredText
    """All of it."""


class TargetFault(Record):
    """Something that the target would refuse."""

    where: str
    """The target and its rule."""
    found: str
    """What would be there."""
    expected: str
    """What the rule demands."""
    fix: str
    """What to do about it."""


class TargetCheck(Record):
    """The planned adapter against the rules of a target."""

    target: str
    """The target."""
    as_of: str
    """The day on which its rules held."""
    faults: tuple[TargetFault, ...]
    """Everything that it would refuse; empty: nothing."""


class AdapterPlan(Record):
    """What the training of an adapter would take. Nothing is kept."""

    base: str
    """The base model, as it is named."""
    parameters: int
    """Parameters of the base model."""
    trained_parameters: int
    """Parameters of the adapter."""
    rows: PlannedRows | NotMeasuredText
    """The rows of the release; not measured where the tokenizer is not on this machine."""
    package: PackageBytes
    """The size of the adapter."""
    memory: PlannedMemory
    """Memory at the peak on this machine."""
    memory_on_gpu: tuple[PlannedMemory, ...]
    """Memory at the peak on a GPU with gradient checkpointing, with the base model in bf16 and in nf4."""
    steps: DryRunEstimate | NotMeasuredText
    """Time and memory by ten steps; not measured where the weights are not on this machine."""
    target: Annotated[TargetCheck | None, ABSENT_IF_NONE] = None
    """The check of a target; absent without one."""
