"""Train an encoder's LoRA layers and head with transformers' Trainer; an interrupted training resumes."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

from winnow.core.model_vocabulary import ClassWeights, Device, Precision
from winnow.core.progress import Progress
from winnow.training.encoder.checkpoints import (
    elapsed_seconds,
    had_stopped_early,
    last_checkpoint,
    trainer_state,
    write_elapsed_seconds,
)
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts, TrainingSetup, prepare_training
from winnow.training.evaluation.metrics import macro_f1
from winnow.training.hardware import detect_hardware, measure_peak_memory
from winnow.training.resumable_run import tracked_name
from winnow.training.run_facts import EncoderTraining, Hardware, RowsOfALabel


@dataclass(frozen=True)
class TrainedEncoder:
    """A trained model and what its training measured."""

    model: Any
    """A peft model that wraps an EncoderClassifier."""
    classes: list[str]
    history: list[dict[str, Any]]
    """The Trainer's log: per epoch one entry for train and one for validation."""
    training: EncoderTraining
    """What the training measured."""


def fit_encoder(
    folder: str,
    train: LabeledTexts,
    validation: LabeledTexts,
    *,
    settings: EncoderSettings,
    seed: int,
    checkpoints: Path,
    report_to: str | None = None,
    progress: Progress | None = None,
) -> TrainedEncoder:
    """Train on the encoder in `folder`; without validation rows, train all epochs and keep the last one.

    `checkpoints` is a folder for this training only; an interrupted training resumes from it.
    """
    started = time.perf_counter()
    hardware = detect_hardware(settings.precision)
    with seeded_randomness(seed):
        setup = prepare_training(folder, train, validation, settings=settings, seed=seed, hardware=hardware)
        arguments = training_arguments(
            settings, hardware, checkpoints, seed=seed, report_to=report_to, validated=setup.validated
        )
        last = last_checkpoint(checkpoints)
        watch = _ProgressAndTime(checkpoints, progress, started, elapsed_seconds(last))
        trainer = build_trainer(setup, arguments, settings, callbacks=[watch])
        if last and had_stopped_early(last):
            trainer.state.log_history = trainer_state(last)["log_history"]
            setup.model.load_adapter(trainer_state(last)["best_model_checkpoint"], "default")
        else:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
    history = [dict(entry) for entry in trainer.state.log_history]
    training = _describe_training(setup, history, hardware, seconds=watch.seconds(), resumed=last is not None)
    return TrainedEncoder(setup.model, setup.classes, history, training)


def training_arguments(
    settings: EncoderSettings,
    hardware: Hardware,
    folder: Path,
    *,
    seed: int,
    report_to: str | None,
    validated: bool,
    steps: int = -1,
) -> TrainingArguments:
    """The settings as TrainingArguments; `steps` above 0 limits the training."""
    full_training = steps < 0
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        max_steps=steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=4 * settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,  # a value below 1 is a share of the steps
        lr_scheduler_type="linear",
        bf16=hardware.precision == Precision.BF16,
        use_cpu=hardware.device == Device.CPU,
        full_determinism=hardware.device == Device.CUDA,
        dataloader_pin_memory=hardware.device == Device.CUDA,
        train_sampling_strategy="group_by_length" if full_training else "sequential",
        remove_unused_columns=False,
        label_names=["labels"],
        eval_strategy="epoch" if validated and full_training else "no",
        save_strategy="epoch" if full_training else "no",
        logging_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=validated and full_training,
        metric_for_best_model="accuracy" if validated else None,
        greater_is_better=True if validated else None,
        restore_callback_states_from_checkpoint=True,
        report_to=report_to or "none",
        run_name=tracked_name(folder),
        seed=seed,
        disable_tqdm=True,
        log_level="error",
    )


def build_trainer(
    setup: TrainingSetup, arguments: TrainingArguments, settings: EncoderSettings, *, callbacks: list[TrainerCallback]
) -> Trainer:
    """A Trainer with separate learning rates for LoRA layers and head, and early stopping on validation."""
    named = [(name, p) for name, p in setup.model.named_parameters() if p.requires_grad]
    lora = {"params": [p for name, p in named if ".head." not in name], "weight_decay": settings.weight_decay}
    head = {"params": [p for name, p in named if ".head." in name], "lr": settings.head_learning_rate}
    optimizer = torch.optim.AdamW([lora, head], lr=settings.learning_rate, weight_decay=0.0)
    stopping = [EarlyStoppingCallback(settings.patience)] if arguments.load_best_model_at_end else []
    trainer = Trainer(
        setup.model,
        arguments,
        data_collator=DataCollatorWithPadding(setup.base.tokenizer),
        train_dataset=setup.train,
        eval_dataset=setup.validation or None,
        compute_metrics=_validation_metrics,
        callbacks=[*stopping, *callbacks],
        optimizers=(optimizer, None),
    )
    trainer.remove_callback(PrinterCallback)  # stdout is reserved for the command's output
    return trainer


def _validation_metrics(evaluated: Any) -> dict[str, float]:
    """Accuracy and macro-F1 of logits, shape (rows, classes)."""
    logits: NDArray[Any] = evaluated.predictions
    k = logits.shape[1]
    gold, predicted = evaluated.label_ids, logits.argmax(axis=1)
    matrix = np.bincount(gold * k + predicted, minlength=k * k).reshape(k, k)
    return {"accuracy": float((gold == predicted).mean()), "macro_f1": macro_f1(matrix)}


class _ProgressAndTime(TrainerCallback):  # type: ignore[misc]  # the Trainer requires a subclass
    """Reports progress, and measures the time across interruptions."""

    def __init__(self, folder: Path, progress: Progress | None, started: float, elapsed: float) -> None:
        self.folder, self.progress, self.started, self.elapsed = folder, progress, started, elapsed

    def seconds(self) -> float:
        """Seconds spent so far, including before an interruption."""
        return self.elapsed + time.perf_counter() - self.started

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report the progress in rows."""
        if self.progress:
            size = args.per_device_train_batch_size
            self.progress(size * state.global_step, size * state.max_steps)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Save the elapsed time in the checkpoint that was just written."""
        write_elapsed_seconds(self.folder / f"checkpoint-{state.global_step}", self.seconds())


@contextmanager
def seeded_randomness(seed: int) -> Iterator[None]:
    """Seed the random states of Python, NumPy and torch, and restore them afterwards.

    The Trainer, dropout and peft use the global states and accept no generator.
    """
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        set_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def _describe_training(
    setup: TrainingSetup, history: Sequence[dict[str, Any]], hardware: Hardware, *, seconds: float, resumed: bool
) -> EncoderTraining:
    trained = max((entry["epoch"] for entry in history), default=0)
    validated = [entry for entry in history if "eval_accuracy" in entry]
    best = (
        max(validated, key=lambda entry: (entry["eval_accuracy"], -entry["epoch"]))["epoch"] if validated else trained
    )
    sizes = Counter(row["labels"] for row in setup.train)
    return EncoderTraining(
        epochs=round(trained),
        best_epoch=round(best),
        validation_rows=len(setup.validation),
        rows_of_a_label=RowsOfALabel(smallest=min(sizes.values()), largest=max(sizes.values())),
        class_weights=ClassWeights.BALANCED if setup.uses_class_weights else ClassWeights.NONE,
        pooling=setup.base.pooling,
        trained_parameters=sum(p.numel() for p in setup.model.parameters() if p.requires_grad),
        hardware=hardware,
        peak_memory=measure_peak_memory(),
        seconds=round(seconds, 3),
        resumed=resumed,
    )
