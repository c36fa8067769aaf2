"""Trains an encoder's updates and head: transformers' Trainer does the work, and goes on where a kill stopped it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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

from training.checkpoints import last_checkpoint, spent, state_of, was_over, write_spent
from training.encoder_settings import Settings
from training.encoder_start import Rows, Start, start
from training.hardware import Hardware, hardware, peak_memory
from training.metrics import macro_f1
from validators.faults import Fault, WinnowError

Progress = Callable[[int, int], None]
"""Called with the rows trained on so far and in all epochs."""


@dataclass(frozen=True)
class Fitted:
    """A trained model and how it came about."""

    model: Any
    """peft's, over an EncoderClassifier."""
    classes: list[str]
    history: list[dict[str, Any]]
    """The Trainer's log: one entry an epoch for train, one for validation."""
    facts: dict[str, Any]
    """What a run says of it: seconds, epochs, hardware, memory."""


def fit(
    folder: str,
    train: Rows,
    validation: Rows,
    *,
    settings: Settings,
    seed: int,
    checkpoints: Path,
    report_to: str | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Train on top of the encoder in `folder`; without validation rows every epoch is trained and the last one kept.

    `checkpoints` is a folder of this training alone: what lies there of a killed one is taken up.
    """
    started = time.perf_counter()
    _check_reporting(report_to)
    on = hardware(settings.precision)
    with own_randomness(seed):
        at = start(folder, train, validation, settings=settings, seed=seed, on=on)
        arguments = training_arguments(settings, on, checkpoints, seed=seed, report_to=report_to, judged=at.judged)
        last = last_checkpoint(checkpoints)
        watch = _Watch(checkpoints, progress, started, spent(last))
        trainer = trainer_of(at, arguments, settings, callbacks=[watch])
        if last and was_over(last):
            trainer.state.log_history = state_of(last)["log_history"]
            at.model.load_adapter(state_of(last)["best_model_checkpoint"], "default")
        else:
            trainer.train(resume_from_checkpoint=str(last) if last else None)
    history = [dict(entry) for entry in trainer.state.log_history]
    facts = _facts(at, history, on) | {"seconds": round(watch.seconds(), 3), "resumed": last is not None}
    return Fitted(at.model, at.classes, history, facts)


def training_arguments(
    settings: Settings, on: Hardware, folder: Path, *, seed: int, report_to: str | None, judged: bool, steps: int = -1
) -> TrainingArguments:
    """The settings in the Trainer's words; `steps` above 0 ends a training early."""
    whole = steps < 0
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        max_steps=steps,
        per_device_train_batch_size=settings.batch_size,
        per_device_eval_batch_size=4 * settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,  # below 1 it is a share
        lr_scheduler_type="linear",
        bf16=on.precision == "bf16",
        use_cpu=on.device == "cpu",
        full_determinism=on.device == "cuda",
        dataloader_pin_memory=on.device == "cuda",
        train_sampling_strategy="group_by_length" if whole else "sequential",
        remove_unused_columns=False,
        label_names=["labels"],
        eval_strategy="epoch" if judged and whole else "no",
        save_strategy="epoch" if whole else "no",
        logging_strategy="epoch",
        save_total_limit=1,
        load_best_model_at_end=judged and whole,
        metric_for_best_model="accuracy" if judged else None,
        greater_is_better=True if judged else None,
        restore_callback_states_from_checkpoint=True,
        report_to=report_to or "none",
        seed=seed,
        disable_tqdm=True,
        log_level="error",
    )


def trainer_of(
    at: Start, arguments: TrainingArguments, settings: Settings, *, callbacks: list[TrainerCallback]
) -> Trainer:
    """A Trainer with a rate for the updates and one for the head, which stops when validation no longer gains."""
    named = [(name, p) for name, p in at.model.named_parameters() if p.requires_grad]
    updates = {"params": [p for name, p in named if ".head." not in name], "weight_decay": settings.weight_decay}
    head = {"params": [p for name, p in named if ".head." in name], "lr": settings.head_learning_rate}
    optimizer = torch.optim.AdamW([updates, head], lr=settings.learning_rate, weight_decay=0.0)
    stopping = [EarlyStoppingCallback(settings.patience)] if arguments.load_best_model_at_end else []
    trainer = Trainer(
        at.model,
        arguments,
        data_collator=DataCollatorWithPadding(at.base.tokenizer),
        train_dataset=at.train,
        eval_dataset=at.validation or None,
        compute_metrics=_measures,
        callbacks=[*stopping, *callbacks],
        optimizers=(optimizer, None),
    )
    trainer.remove_callback(PrinterCallback)  # stdout belongs to the command
    return trainer


def _check_reporting(report_to: str | None) -> None:
    from transformers.integrations import get_available_reporting_integrations

    known = get_available_reporting_integrations()
    if report_to and report_to not in known:
        expected = f"one that is installed: {', '.join(known) or 'none is'}"
        raise WinnowError(Fault("--report-to", repr(report_to), expected, "pip install it, or leave it out"))


def _measures(evaluated: Any) -> dict[str, float]:
    """Accuracy and macro-F1 of logits, shape (rows, classes), against class ids."""
    logits: NDArray[Any] = evaluated.predictions
    k = logits.shape[1]
    gold, predicted = evaluated.label_ids, logits.argmax(axis=1)
    matrix = np.bincount(gold * k + predicted, minlength=k * k).reshape(k, k)
    return {"accuracy": float((gold == predicted).mean()), "macro_f1": macro_f1(matrix)}


class _Watch(TrainerCallback):  # type: ignore[misc]  # the Trainer calls nothing but its own callbacks
    """Tells the progress, and keeps the time across kills."""

    def __init__(self, folder: Path, progress: Progress | None, started: float, spent: float) -> None:
        self.folder, self.progress, self.started, self.spent = folder, progress, started, spent

    def seconds(self) -> float:
        """Spent so far, before a kill and after."""
        return self.spent + time.perf_counter() - self.started

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell the progress, in rows."""
        if self.progress:
            size = args.per_device_train_batch_size
            self.progress(size * state.global_step, size * state.max_steps)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write the time beside the checkpoint that was just written."""
        write_spent(self.folder / f"checkpoint-{state.global_step}", self.seconds())


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """Python's, NumPy's and torch's random states, seeded inside and put back after.

    The Trainer, dropout and peft draw from them and take no generator.
    """
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        set_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def _facts(at: Start, history: Sequence[dict[str, Any]], on: Hardware) -> dict[str, Any]:
    trained = max((entry["epoch"] for entry in history), default=0)
    judged = [entry for entry in history if "eval_accuracy" in entry]
    best = max(judged, key=lambda entry: (entry["eval_accuracy"], -entry["epoch"]))["epoch"] if judged else trained
    sizes = Counter(row["labels"] for row in at.train)
    return {
        "epochs": round(trained),
        "best_epoch": round(best),
        "validation_rows": len(at.validation),
        "rows_of_a_label": {"smallest": min(sizes.values()), "largest": max(sizes.values())},
        "class_weights": "balanced" if at.weighted else "none",
        "pooling": at.base.pooling,
        "trained_parameters": sum(p.numel() for p in at.model.parameters() if p.requires_grad),
        "hardware": {"device": on.device, "precision": on.precision, "threads": on.threads},
        "peak_memory": peak_memory(),
    }
