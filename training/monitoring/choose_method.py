"""Choose how to fine-tune, by the size of the data, the hardware and the task: only methods that can run here. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from winnow.config.decision_rules import DecisionRulesConfig
from winnow.core.commands import Option, command
from winnow.core.counted import counted
from winnow.core.model_vocabulary import Quantization, TrainingMethod
from winnow.core.record import Record
from winnow.core.result import NotMeasured
from winnow.training.monitoring.base_models import BaseModelEntry
from winnow.training.monitoring.training_hardware import BYTES_PER_GB, BYTES_PER_GIB, TrainingHardware

USABLE_MEMORY = 0.75
"""Share of the memory that a training may be expected to take: it is fragmented, and the longest rows take more."""

LORA, QLORA, DISTILLATION = "LoRA", "QLoRA", "distillation"
"""The techniques that Winnow has; it trains no model in full."""


@dataclass(frozen=True)
class TrainingSituation:
    """What the method depends on."""

    kind: str
    """The kind of the task."""
    methods: tuple[str, ...]
    """The methods that train its models."""
    release: str
    """Name of the release to train on."""
    records: int
    """Labeled records."""
    base_models: tuple[BaseModelEntry, ...]
    """The table of base models."""
    language: str = "en"
    own_model: str | None = None
    """The base model or embedder that the task names."""
    latency_ms: float | None = None
    """The goal for p95."""
    hardware: TrainingHardware | None = None
    """None where it makes no difference."""
    role: str | None = None
    """The first role of the task, for which an adapter is trained."""
    slow_teacher: str | None = None
    """A fine-tuned run that labels texts and is larger than the encoder that could learn from it."""


class MethodAdvice(Record):
    """How to fine-tune."""

    method: str
    """The training method."""
    technique: str
    """`LoRA`, `QLoRA` or `distillation`."""
    base_model: str
    """Name of the base model."""
    reason: str
    """The size of the data and the hardware that it follows from."""
    source: str
    """Where the figures about the base model come from."""
    command: str
    """The command that runs it."""


Choice = MethodAdvice | NotMeasured


def choose_method(situation: TrainingSituation, rules: DecisionRulesConfig) -> Choice:
    """The method and the base model for fine-tuning, or why there is none that can run here."""
    for method, choose in CHOOSERS.items():
        if method in situation.methods:
            return choose(situation, rules)
    return NotMeasured(f"Winnow fine-tunes no models of kind {situation.kind}")


def distill_from(situation: TrainingSituation, rules: DecisionRulesConfig) -> MethodAdvice | None:
    """The training of a faster encoder by a slow run; None where no faster one could learn from it."""
    teacher = situation.slow_teacher
    if teacher is None or TrainingMethod.ENCODER not in situation.methods:
        return None
    chosen = _choose_encoder(situation, rules, teacher=teacher)
    if isinstance(chosen, NotMeasured):
        return None
    why = (
        f"{counted(situation.records, 'labeled record')} (at least {rules.lora_below:,}) are "
        f"enough to learn from {teacher}"
    )
    return chosen.model_copy(update={"technique": DISTILLATION, "reason": why})


def _choose_encoder(situation: TrainingSituation, rules: DecisionRulesConfig, *, teacher: str = "") -> Choice:
    """LoRA of a sentence encoder: it is small, so that any machine trains it."""
    options: dict[str, Option] = {"method": TrainingMethod.ENCODER.value}
    known = [one for one in situation.base_models if one.kind == situation.kind]
    entry = next((one for one in known if not one.languages or situation.language in one.languages), None)
    name, source = situation.own_model or "", "`embedder` of winnow.yaml"
    if not name and entry is None:
        return NotMeasured(f"the table of base models has none for {situation.kind} in {situation.language}")
    if not name and entry:
        name, source = entry.name, entry.source
        if entry.set_model:
            options["set"] = [f"model={entry.set_model}"]
    if teacher:
        options["teacher"] = teacher
    few = situation.records < rules.lora_below
    return MethodAdvice(
        method=TrainingMethod.ENCODER,
        technique=LORA,
        base_model=name,
        reason=f"{counted(situation.records, 'labeled record')} "
        + (f"(below {rules.lora_below:,})" if few else f"(at least {rules.lora_below:,}; Winnow trains none in full)"),
        source=source,
        command=command("train", situation.release, **options),
    )


def _choose_adapter(situation: TrainingSituation, rules: DecisionRulesConfig) -> Choice:
    """LoRA of a language model, on four-bit weights where the memory of the GPU is small."""
    hardware = situation.hardware
    if hardware is None:
        return NotMeasured("the hardware of this machine is not known")
    quantized = hardware.gpu_gb is not None and hardware.gpu_gb < rules.qlora_below_gb and hardware.can_quantize
    options: dict[str, Option] = {"method": TrainingMethod.ADAPTER.value}
    name, source, takes = situation.own_model or "", "`base_model` of winnow.yaml", ""
    if not name:
        entry = _largest_that_fits(situation, hardware, quantized)
        if entry is None:
            return NotMeasured(f"no base model of the table can be trained here: {_memory(hardware)}")
        name, source = entry.name, entry.source
        takes = f"; {name} takes {_needed_gib(entry, hardware, quantized):g} GiB"
        if entry.settings:
            options["settings_"] = entry.settings
    if quantized:
        options["set"] = [f"quantization={Quantization.NF4.value}"]
    if situation.role:
        options["role"] = situation.role
    return MethodAdvice(
        method=TrainingMethod.ADAPTER,
        technique=QLORA if quantized else LORA,
        base_model=name,
        reason=_hardware_reason(hardware, rules) + takes,
        source=source,
        command=command("train", situation.release, **options),
    )


def _largest_that_fits(
    situation: TrainingSituation, hardware: TrainingHardware, quantized: bool
) -> BaseModelEntry | None:
    """The largest that the memory suffices for; the smallest where there is a goal for latency."""
    gib = hardware.memory_gib if hardware.gpu_gb is None else hardware.gpu_gb * BYTES_PER_GB / BYTES_PER_GIB
    fitting = [
        one
        for one in situation.base_models
        if one.kind == situation.kind and _needed_gib(one, hardware, quantized) <= USABLE_MEMORY * gib
    ]
    if not fitting:
        return None
    return fitting[-1] if situation.latency_ms is None else fitting[0]


def _needed_gib(entry: BaseModelEntry, hardware: TrainingHardware, quantized: bool) -> float:
    """Memory that its training takes; infinite where the hardware does not train it."""
    if hardware.gpu_gb is None:
        needed = entry.cpu_gib if entry.trains_on_cpu else None
    else:
        needed = entry.nf4_gib if quantized else entry.bf16_gib
    return float("inf") if needed is None else needed


def _hardware_reason(hardware: TrainingHardware, rules: DecisionRulesConfig) -> str:
    if hardware.gpu_gb is None:
        return f"no GPU, so in f32 on the processor: {_memory(hardware)}"
    if hardware.gpu_gb >= rules.qlora_below_gb:
        return f"{_memory(hardware)} (at least {rules.qlora_below_gb:g})"
    lacking = "" if hardware.can_quantize else ", but bitsandbytes is not installed, so not on four-bit weights"
    return f"{_memory(hardware)} (below {rules.qlora_below_gb:g}){lacking}"


def _memory(hardware: TrainingHardware) -> str:
    if hardware.gpu_gb is None:
        return f"{hardware.memory_gib:.0f} GiB of memory"
    return f"a GPU of {hardware.gpu_gb:.0f} GB"


CHOOSERS: Mapping[TrainingMethod, Callable[[TrainingSituation, DecisionRulesConfig], Choice]] = {
    TrainingMethod.ENCODER: _choose_encoder,
    TrainingMethod.ADAPTER: _choose_adapter,
}
"""By method, in the order of preference: an encoder answers faster than a language model."""
