"""Train ten steps and estimate the time and memory of the whole training."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from winnow.core.record import Record
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts, prepare_training
from winnow.training.encoder.trainer import build_trainer, seeded_randomness, training_arguments
from winnow.training.hardware import detect_hardware, measure_peak_memory
from winnow.training.run_facts import PeakMemory

STEPS = 10


class DryRunEstimate(Record):
    """The estimated cost of a training on this machine under its current load."""

    steps: int
    """Number of steps that were trained, longest texts first."""
    total_steps: int
    """Number of steps without early stopping."""
    seconds_per_step: float
    """Mean over batches that are evenly spaced from the shortest to the longest texts."""
    seconds_per_epoch: float
    """Including the evaluation on validation."""
    seconds: float
    """For the whole training: loading, and every epoch."""
    peak_memory: PeakMemory
    """Bytes, measured with the longest batch; whole trainings used a fifth more, because memory fragments."""


def estimate_training(
    folder: str, train: LabeledTexts, validation: LabeledTexts, *, settings: EncoderSettings, seed: int
) -> DryRunEstimate:
    """Train ten steps on the encoder in `folder`, evaluate on validation once, and keep nothing."""
    started = time.perf_counter()
    hardware = detect_hardware(settings.precision)
    with seeded_randomness(seed), tempfile.TemporaryDirectory() as scratch:
        setup = prepare_training(folder, train, validation, settings=settings, seed=seed, hardware=hardware)
        size, epoch_steps = settings.batch_size, -(-len(setup.train) // settings.batch_size)
        loading_seconds = time.perf_counter() - started
        batches = _evenly_spaced_batches(setup.train, size)
        setup.train[:] = [row for batch in batches for row in batch]
        arguments = training_arguments(
            settings, hardware, Path(scratch), seed=seed, report_to=None, validated=setup.validated, steps=len(batches)
        )
        timer = StepTimer()
        trainer = build_trainer(setup, arguments, settings, callbacks=[timer])
        trainer.train()
        evaluation_started = time.perf_counter()
        if setup.validated:
            trainer.evaluate()
        evaluation_seconds = time.perf_counter() - evaluation_started
    step = timer.mean()
    epoch = epoch_steps * step + evaluation_seconds
    return DryRunEstimate(
        steps=len(batches),
        total_steps=settings.epochs * epoch_steps,
        seconds_per_step=round(step, 4),
        seconds_per_epoch=round(epoch, 2),
        seconds=round(loading_seconds + settings.epochs * epoch, 1),
        peak_memory=measure_peak_memory(),
    )


def _evenly_spaced_batches(rows: list[dict[str, Any]], size: int) -> list[list[dict[str, Any]]]:
    """At most ten full batches, evenly spaced from the longest rows to the shortest, longest first."""
    ordered = sorted(rows, key=lambda row: -len(row["input_ids"]))
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    count = min(STEPS, len(batches))
    return [batches[round(i * (len(batches) - 1) / max(count - 1, 1))] for i in range(count)]


class StepTimer(TrainerCallback):  # type: ignore[misc]  # the Trainer requires a subclass
    """Times every step."""

    def __init__(self) -> None:
        self.started = 0.0
        self.seconds: list[float] = []

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the timer."""
        self.started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop the timer."""
        self.seconds.append(time.perf_counter() - self.started)

    def mean(self) -> float:
        """Mean seconds per step, without the first one (unless it is the only one), which also loads the kernels."""
        counted = self.seconds[1:] or self.seconds
        return sum(counted) / len(counted)
