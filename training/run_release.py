"""The release of a run: bound by the hash of its manifest, wherever its folder lies and whatever its name is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.result import NotMeasured
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import Release, open_release
from winnow.training.runs import Run
from winnow.validators.tools.agent_dialogues import task_of_role


def release_folder(run: Run) -> Path | NotMeasured:
    """The folder of a run's release: where it was when the run was trained, else near the run or in its `places`."""
    wanted = run.facts.release
    found = next((folder for folder in _candidates(run) if _manifest_hash(folder) == wanted.sha256), None)
    if found is not None:
        return found
    return NotMeasured(f"its release is not here: SHA-256 {wanted.sha256}, frozen as {wanted.name}")


def release_of(run: Run) -> Release:
    """The release of a run, its files checked.

    Raises WinnowError with the hash that is needed when it is not here.
    """
    folder = release_folder(run)
    if isinstance(folder, Path):
        return open_release(folder)
    places = ", ".join(dict.fromkeys(map(str, (run.path.parent, *run.places))))
    fix = f"copy the folder of the release to one of these places: {places}"
    raise WinnowError(Problem(f"run {run.id}", folder.why, "the release that it was trained on", fix))


def task_of_run(run: Run, release: Release) -> Task:
    """The task of a run's release, reduced to the role that the run answers for if it has one."""
    role = run.facts.settings.get("role")
    return task_of_role(release.task(), str(role) if role else None)


def _candidates(run: Run) -> Iterator[Path]:
    """Folders that may be the release, the most likely first."""
    yield run.release_path()
    home = run.path.parent
    for place in dict.fromkeys((*run.places, home, home.parent, home / "releases", home.parent / "releases")):
        yield place
        yield from _children(place)


def _children(place: Path) -> list[Path]:
    """What a folder holds, by name; nothing when it cannot be read."""
    try:
        return sorted(place.iterdir())
    except OSError:
        return []


def _manifest_hash(folder: Path) -> str:
    """The hash of a release folder's manifest; empty when it is no release, or cannot be read."""
    try:
        return file_sha256(folder / MANIFEST) if (folder / MANIFEST).is_file() else ""
    except OSError:
        return ""
