"""Train a LoRA adapter with trl's SFTTrainer; an interrupted training resumes. The only module that imports trl."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from torch.nn import functional
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback
from transformers.trainer_callback import TrainerState
from transformers.trainer_utils import EvalLoopOutput
from trl import SFTConfig, SFTTrainer

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Device, Precision
from winnow.core.progress import Progress
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.answer_batches import GroupedBatches, rows_by_prefix
from winnow.training.adapter.collated_rows import check_collated
from winnow.training.adapter.prefix_sharing import SharedPrefixCollator
from winnow.training.adapter.quantized_base import require_quantization
from winnow.training.adapter.trained_rows import NOT_TRAINED, TrainedRow
from winnow.training.adapter.training_watch import TrainingWatch
from winnow.training.causal_models import LocalBase, load_network, quiet_libraries
from winnow.training.encoder.checkpoints import (
    STATE_FILE,
    elapsed_seconds,
    had_stopped_early,
    last_checkpoint,
    trainer_state,
)
from winnow.training.encoder.trainer import seeded_randomness
from winnow.training.hardware import detect_hardware, measure_peak_memory
from winnow.training.resumable_run import tracked_name
from winnow.training.run_facts import Hardware, PeakMemory

ALL_LINEAR = "all-linear"

CHECKED_TOGETHER = 16
"""Answers of validation in a batch, at least: without gradients, more of them fit into the memory."""

NEVER = 10**9
"""Steps between two checks of the Trainer: TrainingWatch decides when they are due."""


@dataclass(frozen=True)
class AdapterRows:
    """What an adapter learns from, and what its loss is measured on."""

    train: list[TrainedRow]
    validation: list[TrainedRow]


@dataclass(frozen=True)
class TrainedAdapter:
    """A trained model and what its training measured."""

    model: Any
    """A peft model with the weights of the best checkpoint."""
    history: list[dict[str, Any]]
    """The Trainer's log: for each check one entry for train and one for validation."""
    hardware: Hardware
    trained_parameters: int
    tokens_per_second: float
    peak_memory: PeakMemory
    seconds: float
    resumed: bool


def fit_adapter(
    base: LocalBase,
    chat: ChatTokenizer,
    rows: AdapterRows,
    *,
    settings: AdapterSettings,
    seed: int,
    checkpoints: Path,
    report_to: str | None = None,
    progress: Progress | None = None,
) -> TrainedAdapter:
    """Train on a base model; without validation rows, train all epochs and keep the last one.

    `checkpoints` is a folder for this training only; an interrupted training resumes from it.
    Raises WinnowError when a row would not be trained as it should, and for layers that the model does not have.
    """
    started = time.perf_counter()
    hardware = detect_hardware(settings.precision)
    require_quantization(settings.quantization, hardware)
    with seeded_randomness(seed), quiet_libraries():
        last = last_checkpoint(checkpoints)
        watch = TrainingWatch(rows.train, rows.validation, chat, settings, checkpoints, progress)
        watch.start(started, elapsed_seconds(last), trainer_state(last)["global_step"] if last else 0, last)
        arguments = training_arguments(settings, hardware, checkpoints, seed=seed, report_to=report_to, rows=rows)
        trainer = build_trainer(base, chat, rows, arguments, settings, hardware, callbacks=[watch])
        check_collated(rows.train, trainer.train_dataset, trainer.data_collator, chat)
        if last and had_stopped_early(last):
            trainer.state = TrainerState.load_from_json(str(last / STATE_FILE))
            trainer.model.load_adapter(str(last), "default")
            watch.add_lacking_samples(trainer.model, trainer.state)
            trainer.model.load_adapter(trainer.state.best_model_checkpoint, "default")
        else:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
    return TrainedAdapter(
        trainer.model.eval(),
        [dict(entry) for entry in trainer.state.log_history],
        hardware,
        trained_parameters=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
        tokens_per_second=watch.tokens_per_second(),
        peak_memory=measure_peak_memory(),
        seconds=round(watch.seconds(), 3),
        resumed=last is not None,
    )


def training_arguments(
    settings: AdapterSettings,
    hardware: Hardware,
    folder: Path,
    *,
    seed: int,
    report_to: str | None,
    rows: AdapterRows,
    steps: int = -1,
) -> SFTConfig:
    """The settings as trl's configuration; `steps` above 0 limits the training and saves nothing."""
    checked = "steps" if steps < 0 else "no"
    validated = bool(rows.validation) and steps < 0
    on_cuda = hardware.device == Device.CUDA
    return SFTConfig(
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        max_steps=steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=max(settings.batch_size, CHECKED_TOGETHER),
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warmup,  # a value below 1 is a share of the steps
        lr_scheduler_type="linear",
        bf16=hardware.precision == Precision.BF16,
        fp16=False,
        use_cpu=not on_cuda,
        gradient_checkpointing=on_cuda,
        full_determinism=False,
        dataloader_pin_memory=on_cuda,
        max_length=None,
        shuffle_dataset=False,
        eval_strategy=checked if validated else "no",
        save_strategy=checked,
        logging_strategy=checked,
        eval_steps=NEVER,
        save_steps=NEVER,
        logging_steps=NEVER,
        save_total_limit=1,
        load_best_model_at_end=validated,
        metric_for_best_model="loss" if validated else None,
        greater_is_better=False if validated else None,
        restore_callback_states_from_checkpoint=True,
        report_to=report_to or "none",
        run_name=tracked_name(folder),
        seed=seed,
        disable_tqdm=True,
        log_level="error",
    )


def build_trainer(
    base: LocalBase,
    chat: ChatTokenizer,
    rows: AdapterRows,
    arguments: SFTConfig,
    settings: AdapterSettings,
    hardware: Hardware,
    *,
    callbacks: Sequence[TrainerCallback] = (),
) -> SFTTrainer:
    """A trainer of LoRA layers on the base model, with early stopping on validation.

    On a CPU the base model has f32 weights and computes in bf16 where the hardware does; on a GPU its
    weights are in the number format of the computation.
    """
    stored = hardware if hardware.device == Device.CUDA else hardware.model_copy(update={"precision": Precision.F32})
    network = load_network(base.folder, stored, quantization=settings.quantization)
    network.config.use_cache = False
    stopping = [EarlyStoppingCallback(settings.patience)] if arguments.load_best_model_at_end else []
    trainer = AnswerTrainer(
        network,
        arguments,
        data_collator=SharedPrefixCollator(computed_in=torch.bfloat16 if arguments.bf16 else torch.float32),
        train_dataset=_dataset(rows.train),
        eval_dataset=_dataset(sorted(rows.validation, key=lambda row: row.input_ids)) if rows.validation else None,
        processing_class=chat.tokenizer,
        callbacks=[*callbacks, *stopping],
        peft_config=lora_layers(settings, network),
    )
    trainer.order = GroupedBatches(
        rows_by_prefix([row.input_ids for row in rows.train]), batch_size=settings.batch_size, seed=arguments.seed
    )
    trainer.remove_callback(PrinterCallback)  # stdout is reserved for the command's output
    return trainer


class AnswerTrainer(SFTTrainer):  # type: ignore[misc]  # trl has no types here
    """Trains on batches that share prefixes; only the positions before trained tokens get logits."""

    order: GroupedBatches

    def _send_telemetry(self) -> None:
        """Nothing: trl's own method would send usage statistics over the network."""

    def _get_train_sampler(self, train_dataset: Any = None) -> GroupedBatches:
        return self.order

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The mean negative log-likelihood of the trained tokens."""
        losses, _ = token_losses(model, inputs)
        count = len(losses) if num_items_in_batch is None else num_items_in_batch
        return losses.sum() / count

    def evaluation_loop(self, dataloader: Any, description: str, *more: Any, **options: Any) -> EvalLoopOutput:
        """Mean loss and accuracy over all trained tokens of validation, each token with the same weight."""
        self.model.eval()
        total, correct, count = 0.0, 0, 0
        for batch in dataloader:
            with torch.no_grad(), self.compute_loss_context_manager():
                losses, right = token_losses(self.model, self._prepare_inputs(batch))
            total, correct, count = total + float(losses.sum()), correct + int(right.sum()), count + len(losses)
        metrics = {"eval_loss": total / count, "eval_accuracy": correct / count}
        return EvalLoopOutput(predictions=None, label_ids=None, metrics=metrics, num_samples=len(dataloader.dataset))

    def create_model_card(self, *args: Any, **options: Any) -> None:
        """Nothing: a checkpoint needs no card."""


def token_losses(model: Any, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """For every trained token its negative log-likelihood, and whether it is the likeliest one."""
    following = inputs["labels"][0, 1:]
    places = (following != NOT_TRAINED).nonzero().flatten()
    read = {name: value for name, value in inputs.items() if name != "labels"}
    logits = model(**read, use_cache=False, logits_to_keep=places).logits[0].float()
    wanted = following[places]
    return functional.cross_entropy(logits, wanted, reduction="none"), logits.argmax(-1) == wanted


def _dataset(rows: Sequence[TrainedRow]) -> Dataset:
    return Dataset.from_dict({"input_ids": [row.input_ids for row in rows], "labels": [row.labels for row in rows]})


def lora_layers(settings: AdapterSettings, network: Any) -> Any:
    """The layers that are trained, as peft takes them."""
    from peft import LoraConfig

    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # peft divides it by the rank, so it need not be an integer
        lora_dropout=settings.dropout,
        target_modules=adapted_layers(network, settings.target_modules),
        task_type="CAUSAL_LM",
    )


def adapted_layers(network: Any, setting: str) -> list[str]:
    """The names of the layers that get LoRA, as runtimes know them: without the block that they are in.

    Raises WinnowError for a layer that the network does not have.
    """
    output = network.get_output_embeddings()
    linear = {
        name.rsplit(".", 1)[-1]
        for name, part in network.named_modules()
        if isinstance(part, torch.nn.Linear) and part is not output
    }
    named = [name.strip() for name in setting.split(",") if name.strip()]
    if named == [ALL_LINEAR]:
        return sorted(linear)
    unknown = [name for name in named if name not in linear]
    if unknown or not named:
        found = f"no linear layers {', '.join(unknown)}" if named else "no layers"
        expected = f"{ALL_LINEAR}, or some of {', '.join(sorted(linear))}"
        raise WinnowError(Problem("settings", f"target_modules is {setting!r}: {found}", expected))
    return named
