"""Train ten steps of an adapter and estimate the time and memory of the whole training."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.adapter_trainer import AdapterRows, build_trainer, training_arguments
from winnow.training.adapter.quantized_base import require_quantization
from winnow.training.adapter.trained_rows import TrainedRow
from winnow.training.causal_models import LocalBase, quiet_libraries
from winnow.training.encoder.dry_run import STEPS, DryRunEstimate, StepTimer
from winnow.training.encoder.trainer import seeded_randomness
from winnow.training.hardware import detect_hardware, measure_peak_memory


def estimate_adapter(
    base: LocalBase, chat: ChatTokenizer, rows: AdapterRows, *, settings: AdapterSettings, seed: int
) -> DryRunEstimate:
    """Train ten steps on random batches, measure the loss of ten batches of validation, and keep nothing."""
    started = time.perf_counter()
    hardware = detect_hardware(settings.precision)
    require_quantization(settings.quantization, hardware)
    size, timer = settings.batch_size, StepTimer()
    epoch_steps, checked = -(-len(rows.train) // size), rows.validation[: STEPS * size]
    some = AdapterRows(rows.train, checked)
    with seeded_randomness(seed), quiet_libraries(), tempfile.TemporaryDirectory() as scratch:
        steps = min(STEPS, epoch_steps)
        arguments = training_arguments(
            settings, hardware, Path(scratch), seed=seed, report_to=None, rows=some, steps=steps
        )
        trainer = build_trainer(base, chat, some, arguments, settings, hardware, callbacks=[timer])
        loading_seconds = time.perf_counter() - started
        trainer.train()
        check_seconds = _seconds_of_check(trainer, checked, len(rows.validation))
    step = timer.mean()
    epoch = epoch_steps * step + settings.checks_per_epoch * check_seconds
    return DryRunEstimate(
        steps=steps,
        total_steps=settings.epochs * epoch_steps,
        seconds_per_step=round(step, 4),
        seconds_per_epoch=round(epoch, 2),
        seconds=round(loading_seconds + settings.epochs * epoch, 1),
        peak_memory=measure_peak_memory(),
    )


def _seconds_of_check(trainer: Any, checked: Sequence[TrainedRow], rows: int) -> float:
    """Seconds of one measurement on all validation rows, estimated from the first ones."""
    if not checked:
        return 0.0
    started = time.perf_counter()
    trainer.evaluate()
    return (time.perf_counter() - started) * rows / len(checked)
