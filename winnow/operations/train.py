"""Train on a release, or estimate in a dry run what training would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winnow.curation.releases.release import Release
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.runs import Run


def train_release(
    release: Release,
    folder: Path,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    **how: Any,
) -> tuple[Run, bool]:
    """Train by any method into a folder of runs; a release folder is all it needs.

    `how` is passed on: `embedder`, `vectors_cache`, `report_to`, `progress`.
    """
    from winnow.training.methods import train

    return train(release, folder, method=method, seed=seed, settings=settings, **how)


def estimate_training(
    release: Release, *, method: str, seed: int, settings: Mapping[str, Any] | None = None
) -> DryRunEstimate:
    """Ten steps of a training, and the seconds and memory that the whole would take; nothing is kept."""
    from winnow.training.methods import dry_run

    return dry_run(release, method=method, seed=seed, settings=settings)


def method_settings(method: str, *, file: Path | None, changes: Sequence[str]) -> dict[str, Any]:
    """The settings that a file and `KEY=VALUE` changes tell a method."""
    from winnow.training.methods import method_named
    from winnow.training.settings_file import read_settings

    return read_settings(method_named(method).settings, file=file, changes=changes)
