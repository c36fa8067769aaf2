"""Train on a release, or estimate in a dry run what training would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.runs import CreatedRun


def train(
    context: Context,
    name_or_path: str | Path,
    *,
    method: str = "linear",
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    report_to: str | None = None,
    progress: Progress | None = None,
) -> CreatedRun:
    """Train on a release by any method; a release folder is all it needs. The same settings give the same run."""
    from winnow.training.methods import train as train_method

    release = context.release(name_or_path)
    created = train_method(
        release,
        context.runs_folder,
        method=method,
        seed=seed,
        settings=settings,
        embedder=context.embedder(),
        vectors_cache=context.vectors_cache,
        report_to=report_to,
        progress=progress,
    )
    context.record_run(created.run)
    return created


def estimate_training(
    context: Context, name_or_path: str | Path, *, method: str, seed: int, settings: Mapping[str, Any] | None = None
) -> DryRunEstimate:
    """Take ten steps of a training and estimate the seconds and memory of the whole; nothing is kept."""
    from winnow.training.methods import dry_run

    return dry_run(context.release(name_or_path), method=method, seed=seed, settings=settings)


def method_settings(method: str, *, file: Path | None, changes: Sequence[str]) -> dict[str, Any]:
    """The settings of a method, from a file, or the shipped one of this name, and `KEY=VALUE` overrides."""
    from winnow.training.methods import method_named
    from winnow.training.settings_file import read_settings
    from winnow.training.sizing.shipped_settings import settings_path

    return read_settings(method_named(method).settings, file=file and settings_path(file), changes=changes)
