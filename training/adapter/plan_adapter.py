"""Plan the training of an adapter from the shape of its base model; the weights are only needed to measure time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import Device, Precision, Quantization
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.adapter.adapter_method import LearnedRelease, learned_release, open_chat, role_task
from winnow.training.adapter.adapter_plan import (
    AdapterPlan,
    PackageBytes,
    PlannedMemory,
    PlannedRows,
    TargetCheck,
    TargetFault,
)
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.trained_rows import TrainedRow
from winnow.training.answering.run_base import required_base_name
from winnow.training.causal_models import LocalBase, gguf_file, local_base
from winnow.training.packaging.package_subject import PackageSubject
from winnow.training.packaging.target_faults import target_faults
from winnow.training.packaging.target_rules import TargetRules
from winnow.training.run_facts import Hardware
from winnow.training.settings_file import read_model_facts
from winnow.training.sizing.adapter_size import AdapterSize, adapted_layers, adapter_size
from winnow.training.sizing.network_shape import NetworkShape, shape_of_model
from winnow.training.sizing.shipped_settings import shipped_files
from winnow.training.sizing.training_memory import BatchShape, WeightFormat, memory_parts
from winnow.validators.tools.call_formats import CALL_FORMATS

if TYPE_CHECKING:
    from winnow.training.encoder.dry_run import DryRunEstimate

BYTES_F32, BYTES_BF16 = 4, 2

NO_BATCH = BatchShape(tokens=0, logit_tokens=0)

NO_WEIGHTS = NotMeasured("the weights of the base model are not on this machine")

NO_TOKENIZER = NotMeasured("the tokenizer of the base model is not on this machine")

ON_A_GPU = (WeightFormat.BF16, WeightFormat.NF4)


@dataclass(frozen=True)
class PlannedTraining:
    """A plan and what it was made from."""

    plan: AdapterPlan
    shape: NetworkShape
    base: LocalBase
    settings: AdapterSettings
    release: Release
    learned: LearnedRelease | NotMeasured


def measured_plan(
    release: Release, *, settings: AdapterSettings, seed: int, target: TargetRules | None = None
) -> AdapterPlan:
    """What training would take: computed from shapes, measured in ten steps where the weights are on this machine.

    With `target`, the planned adapter is checked against its rules. Nothing is kept or downloaded.
    Raises WinnowError when no configuration of the base model is known here, or an answer cannot be learned.
    """
    planned = plan_training(release, settings=settings, seed=seed)
    plan = planned.plan.model_copy(update={"steps": _measured_steps(planned, seed)})
    return plan if target is None else plan.model_copy(update={"target": target_check(planned, target)})


def plan_training(release: Release, *, settings: AdapterSettings, seed: int) -> PlannedTraining:
    """The computed part of a plan. Raises WinnowError as `measured_plan` does."""
    from winnow.training.hardware import detect_hardware

    role_task(release, settings)
    name = required_base_name(release, settings.model)
    shape, base = known_shape(name), _base_here(name)
    size = adapter_size(shape, rank=settings.rank, target_modules=settings.target_modules)
    learned = _learned(release, base, settings, seed)
    rows = learned if isinstance(learned, NotMeasured) else _planned_rows(learned, settings, seed)
    hardware = detect_hardware(settings.precision)
    here = weight_format(settings, hardware)
    plan = AdapterPlan(
        base=name,
        parameters=shape.parameters,
        trained_parameters=size.parameters,
        rows=rows,
        package=PackageBytes(bf16=size.package_bytes(BYTES_BF16), f32=size.package_bytes(BYTES_F32)),
        memory=_planned_memory(shape, size, rows, settings, here, checkpointing=hardware.device == Device.CUDA),
        memory_on_gpu=tuple(
            _planned_memory(shape, size, rows, settings, weights, checkpointing=True) for weights in ON_A_GPU
        ),
        steps=NO_WEIGHTS,
    )
    return PlannedTraining(plan, shape, base, settings, release, learned)


def known_shape(name: str) -> NetworkShape:
    """The shape of a model on this machine, or of one that a shipped settings file describes.

    Raises WinnowError when neither knows it.
    """
    try:
        return shape_of_model(name)
    except WinnowError:
        for path in shipped_files():
            facts = read_model_facts(path)
            if facts is not None and facts.hub_id == name:
                return facts.network()
        raise


def target_check(planned: PlannedTraining, rules: TargetRules) -> TargetCheck:
    """What a target would refuse about a planned adapter, all of it."""
    faults = target_faults(rules, planned_subject(planned))
    return TargetCheck(
        target=rules.target,
        as_of=rules.as_of.isoformat(),
        faults=tuple(
            TargetFault(where=one.where, found=one.found, expected=one.expected, fix=one.fix) for one in faults
        ),
    )


def planned_subject(planned: PlannedTraining) -> PackageSubject:
    """The planned adapter as the rules of targets see it, in bf16; what only the run will show is left out."""
    shape, settings, task = planned.shape, planned.settings, planned.release.task()
    rows = planned.plan.rows
    return PackageSubject(
        base=planned.plan.base,
        architecture=shape.model_type,
        rank=settings.rank,
        adapter_bytes=planned.plan.package.bf16,
        modules=tuple(layer.name for layer in adapted_layers(shape, settings.target_modules)),
        base_modules=frozenset(layer.name for layer in shape.linear_layers),
        window=None if isinstance(rows, NotMeasured) else rows.longest_row,
        quantization=_quantization(planned),
        calls_are_text=not planned.release.kind.holds_dialogues or CALL_FORMATS[task.call_format].in_text,
    )


def _quantization(planned: PlannedTraining) -> str:
    if planned.settings.quantization != Quantization.NONE:
        return planned.settings.quantization.value
    return "gguf" if gguf_file(Path(planned.plan.base)) else planned.shape.quantization


def _base_here(name: str) -> LocalBase:
    """The base model without its hash, which a plan does not need; a hub id is not downloaded."""
    found = gguf_file(Path(name))
    return LocalBase(name, str(found.resolve()) if found else name, "")


def _learned(release: Release, base: LocalBase, settings: AdapterSettings, seed: int) -> LearnedRelease | NotMeasured:
    try:
        chat = open_chat(base, release.task(), settings)
    except WinnowError:
        return NO_TOKENIZER
    return learned_release(release, base, chat, settings, seed=seed)


class _BatchSizes(NamedTuple):
    tokens: int
    trained: int


def _planned_rows(learned: LearnedRelease, settings: AdapterSettings, seed: int) -> PlannedRows:
    train, validation = learned.train.rows, learned.validation
    batches = _batch_sizes(train, settings, seed)
    return PlannedRows(
        train_answers=len(train),
        validation_answers=len(validation),
        tokens=sum(len(row.input_ids) for row in train),
        trained_tokens=sum(len(row.answer_ids) for row in train),
        longest_row=max(len(row.input_ids) for row in (*train, *validation)),
        window=learned.chat.window,
        batch_tokens=max(one.tokens for one in batches),
        batch_trained_tokens=max(one.trained for one in batches),
    )


def _batch_sizes(rows: Sequence[TrainedRow], settings: AdapterSettings, seed: int) -> list[_BatchSizes]:
    """The size of every batch of the first epoch, in its order."""
    from winnow.training.adapter.answer_batches import GroupedBatches, rows_by_prefix
    from winnow.training.adapter.prefix_sharing import token_tree

    size = settings.batch_size
    order = list(GroupedBatches(rows_by_prefix([row.input_ids for row in rows]), batch_size=size, seed=seed))
    batches = [[rows[place] for place in order[start : start + size]] for start in range(0, len(order), size)]
    return [
        _BatchSizes(
            len(token_tree([{"input_ids": row.input_ids, "labels": row.labels} for row in batch]).input_ids),
            sum(len(row.answer_ids) for row in batch),
        )
        for batch in batches
    ]


def _planned_memory(
    shape: NetworkShape,
    size: AdapterSize,
    rows: PlannedRows | NotMeasured,
    settings: AdapterSettings,
    weights: WeightFormat,
    *,
    checkpointing: bool,
) -> PlannedMemory:
    is_known = isinstance(rows, PlannedRows)
    batch = BatchShape(rows.batch_tokens, rows.batch_trained_tokens) if isinstance(rows, PlannedRows) else NO_BATCH
    parts = memory_parts(
        shape,
        batch,
        trained_parameters=size.parameters,
        rank=settings.rank,
        dropout=settings.dropout,
        weights=weights,
        checkpointing=checkpointing,
    )
    return PlannedMemory(
        weight_format=weights,
        runtime_bytes=parts.runtime,
        weights_bytes=parts.weights,
        adapter_bytes=parts.adapter,
        activations_bytes=parts.activations if is_known else NO_TOKENIZER,
        logits_bytes=parts.logits if is_known else NO_TOKENIZER,
        total_bytes=parts.total if is_known else NO_TOKENIZER,
    )


def weight_format(settings: AdapterSettings, hardware: Hardware) -> WeightFormat:
    """How the base model lies in memory on this hardware; nf4 where that is asked for, although it needs a GPU."""
    if settings.quantization == Quantization.NF4:
        return WeightFormat.NF4
    is_bf16 = hardware.precision == Precision.BF16
    if hardware.device == Device.CUDA and is_bf16:
        return WeightFormat.BF16
    return WeightFormat.F32_AUTOCAST if is_bf16 else WeightFormat.F32


def _measured_steps(planned: PlannedTraining, seed: int) -> DryRunEstimate | NotMeasured:
    from winnow.training.adapter.adapter_dry_run import estimate_adapter

    learned = planned.learned
    if isinstance(learned, NotMeasured):
        return learned
    if not has_weights(planned.base.folder):
        return NO_WEIGHTS
    base = local_base(planned.plan.base)
    return estimate_adapter(base, learned.chat, learned.rows, settings=planned.settings, seed=seed)


def has_weights(model: str) -> bool:
    """Whether a folder, file or hub id has weights on this machine."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    path = Path(model)
    if path.exists():
        return gguf_file(path) is not None or (path.is_dir() and any(path.glob("*.safetensors")))
    try:
        return any(Path(snapshot_download(model, local_files_only=True)).glob("*.safetensors"))
    except (OSError, ValueError, HFValidationError):
        return False
