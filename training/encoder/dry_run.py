"""`train --dry-run`: train ten steps and estimate time and memory of the whole training."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts, prepare_training
from winnow.training.encoder.trainer import build_trainer, seeded_randomness, training_arguments
from winnow.training.hardware import detect_hardware, measure_peak_memory

STEPS = 10


@dataclass(frozen=True)
class DryRunEstimate:
    """What a training would take on this machine as busy as it is now."""

    steps: int
    """That were trained, the longest texts first."""
    total_steps: int
    """When no epoch is saved by early stopping."""
    seconds_per_step: float
    """Mean over batches drawn evenly from the shortest to the longest."""
    seconds_per_epoch: float
    """With the look at validation."""
    seconds: float
    """For the whole: reading, and every epoch."""
    peak_memory: dict[str, int | str]
    """Bytes, with the longest batch among the steps; a whole training took a fifth more, as memory fragments."""


def estimate_training(
    folder: str, train: LabeledTexts, validation: LabeledTexts, *, settings: EncoderSettings, seed: int
) -> DryRunEstimate:
    """Train ten steps on top of the encoder in `folder`, look at validation once, and keep nothing."""
    started = time.perf_counter()
    on = detect_hardware(settings.precision)
    with seeded_randomness(seed), tempfile.TemporaryDirectory() as scratch:
        setup = prepare_training(folder, train, validation, settings=settings, seed=seed, on=on)
        size, epoch_steps = settings.batch_size, -(-len(setup.train) // settings.batch_size)
        ready = time.perf_counter() - started
        batches = _evenly_spaced_batches(setup.train, size)
        setup.train[:] = [row for batch in batches for row in batch]
        arguments = training_arguments(
            settings, on, Path(scratch), seed=seed, report_to=None, validated=setup.validated, steps=len(batches)
        )
        clock = _StepTimer()
        trainer = build_trainer(setup, arguments, settings, callbacks=[clock])
        trainer.train()
        looked = time.perf_counter()
        if setup.validated:
            trainer.evaluate()
        evaluation_seconds = time.perf_counter() - looked
    step = clock.mean()
    epoch = epoch_steps * step + evaluation_seconds
    return DryRunEstimate(
        steps=len(batches),
        total_steps=settings.epochs * epoch_steps,
        seconds_per_step=round(step, 4),
        seconds_per_epoch=round(epoch, 2),
        seconds=round(ready + settings.epochs * epoch, 1),
        peak_memory=measure_peak_memory(),
    )


def _evenly_spaced_batches(rows: list[dict[str, Any]], size: int) -> list[list[dict[str, Any]]]:
    """At most ten whole batches, of the longest rows first, the others at even distances down to the shortest."""
    ordered = sorted(rows, key=lambda row: -len(row["input_ids"]))
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    count = min(STEPS, len(batches))
    return [batches[round(i * (len(batches) - 1) / max(count - 1, 1))] for i in range(count)]


class _StepTimer(TrainerCallback):  # type: ignore[misc]  # the Trainer calls nothing but its own callbacks
    """Times every step."""

    def __init__(self) -> None:
        self.began = 0.0
        self.seconds: list[float] = []

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start."""
        self.began = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop."""
        self.seconds.append(time.perf_counter() - self.began)

    def mean(self) -> float:
        """Mean seconds of a step; where there are more, without the first, which also loads the kernels."""
        counted = self.seconds[1:] or self.seconds
        return sum(counted) / len(counted)
