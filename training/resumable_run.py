"""A run whose training can be interrupted and continued by the same command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from winnow.curation.releases.release import Release
from winnow.training.run_facts import AnyRunFacts, RunIdentity
from winnow.training.runs import CreatedRun, create_run, run_id

RESUME_SUFFIX = ".resume"

TRACKER_FOLDER, KEPT_TRACKER_FOLDER = "runs", "tensorboard"
"""Where transformers writes logs for TensorBoard, next to the checkpoints, and where a run keeps them."""


def tracked_name(resume: Path) -> str:
    """The name of a run for an experiment tracker: its id, of which the folder of its checkpoints is made."""
    return resume.name.removeprefix(".").removesuffix(RESUME_SUFFIX)


def create_resumable_run(
    folder: Path,
    release: Release,
    *,
    method: str,
    settings: Mapping[str, Any],
    seed: int,
    depends_on: Mapping[str, str],
    fill_folder: Callable[[Path, RunIdentity, Path], AnyRunFacts],
) -> CreatedRun:
    """The run with these settings, trained or continued if it does not exist yet; also returns whether it is new.

    `fill_folder` trains into a folder and keeps its checkpoints in another one, the last argument: `.RUN.resume` in the
    folder of runs, which is deleted once the run is complete; logs for TensorBoard in it are kept in the run. One
    process at a time trains a run.
    """
    from filelock import FileLock

    resume = folder / f".{run_id(release, method, settings, seed, depends_on=depends_on)}{RESUME_SUFFIX}"

    def fill_and_keep_logs(part: Path, identity: RunIdentity) -> AnyRunFacts:
        facts = fill_folder(part, identity, resume)
        if (resume / TRACKER_FOLDER).is_dir():
            shutil.copytree(resume / TRACKER_FOLDER, part / KEPT_TRACKER_FOLDER)
        return facts

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(resume.with_suffix(".lock")):  # two processes would write into the same checkpoint folder
        created = create_run(
            folder,
            release,
            method=method,
            settings=settings,
            seed=seed,
            fill_folder=fill_and_keep_logs,
            depends_on=depends_on,
        )
        shutil.rmtree(resume, ignore_errors=True)
    return created
