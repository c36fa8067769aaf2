"""Take runs that were trained elsewhere into the workspace: those copied into its folder, and one given by its path."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.atomic import sync_to_disk
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.hashing import file_sha256

if TYPE_CHECKING:
    from winnow.operations._context import WorkspaceContext
    from winnow.training.runs import Run


def adopt_runs(workspace: WorkspaceContext) -> list[Problem]:
    """Record every run that was copied into the workspace's folder of runs; returns why others are not recorded."""
    problems: list[Problem] = []
    recorded = dict(workspace.run_hashes())
    for folder in _run_folders(workspace.folder.runs):
        try:
            _record(workspace, _under_its_id(workspace.run(folder)), recorded)
        except WinnowError as error:
            problems += error.problems
    return problems


def copy_into_workspace(workspace: WorkspaceContext, run: Run) -> Run:
    """The run in the workspace's folder of runs, copied into it if it lies elsewhere, and recorded.

    Raises WinnowError when its release is not here, and GateError when the workspace has another run of this id.
    """
    from winnow.training.run_release import release_of

    release_of(run)
    home, recorded = workspace.folder.runs / run.id, dict(workspace.run_hashes())
    if run.path != home.resolve():
        check_same(run, recorded)
        if not home.exists():
            _copy(run.path, home)
    own = workspace.run(home)
    _record(workspace, own, recorded)
    return own


def check_same(run: Run, recorded: Mapping[str, str]) -> None:
    """Raises GateError when another run is recorded under the same id; `recorded` maps ids to hashes of `run.json`."""
    from winnow.training.runs import RUN_FILE

    own, known = file_sha256(run.path / RUN_FILE), recorded.get(run.id)
    if known not in (None, own):
        found = f"SHA-256 {own}: another run of the same id"
        expected = f"SHA-256 {known}, as this workspace recorded run {run.id}"
        fix = "restore the folder from a copy, or use the run of the workspace by its id"
        raise GateError(Problem(str(run.path / RUN_FILE), found, expected, fix))


def _record(workspace: WorkspaceContext, run: Run, recorded: dict[str, str]) -> None:
    """Record a run whose release is here, also in `recorded`; one that is recorded must be the same."""
    from winnow.training.run_release import release_of
    from winnow.training.runs import RUN_FILE

    check_same(run, recorded)
    if run.id not in recorded:
        workspace.record_run(run, release=release_of(run).name)
        recorded[run.id] = file_sha256(run.path / RUN_FILE)


def _run_folders(runs: Path) -> Iterator[Path]:
    """The folders of runs; those that are being written start with a dot."""
    if runs.is_dir():
        yield from sorted(one for one in runs.iterdir() if one.is_dir() and not one.name.startswith("."))


def _under_its_id(run: Run) -> Run:
    """The run in a folder with the name of its id: its folder is renamed if no other has that name."""
    from winnow.training.runs import open_run

    home = run.path.with_name(run.id)
    if run.path == home or home.exists():
        return run
    run.path.rename(home)
    return open_run(home, places=run.places)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder so that it appears complete or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)  # in a container, a killed command may have had the same process number
    try:
        shutil.copytree(source, part)
        part.rename(target)
        sync_to_disk(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
