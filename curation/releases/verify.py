"""Verify: find every way in which a release differs from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import file_problems, open_release, read_release


@dataclass(frozen=True)
class Verification:
    """The result of verifying a release."""

    problems: list[str]
    """Empty if the release is unchanged."""
    sha256: str
    """Of the manifest as it is now."""


def verify_release(path: Path, ledger: Mapping[str, str] | None) -> Verification:
    """Find every way in which a release folder differs from what was frozen.

    `ledger` maps release names to manifest hashes. Without one (None), a manifest that was edited together with its
    files cannot be distinguished from an unchanged one.

    Raises WinnowError when there is no manifest at all.
    """
    if not (path / MANIFEST).is_file():
        open_release(path)
    digest = file_sha256(path / MANIFEST)
    try:
        problems = file_problems(read_release(path))
    except WinnowError as error:
        problems = [f"{problem.where}: {problem.found}" for problem in error.problems]
    if ledger is not None:
        contradiction = ledger_contradiction(requested_name(path), digest, ledger)
        if contradiction:
            problems.append(contradiction)
        elif digest not in ledger.values():
            problems.append(f"{MANIFEST}: SHA-256 {digest} is not in the ledger")
    return Verification(problems, digest)


def requested_name(path: Path) -> str:
    """The name of a folder as it was given: a link to another release does not take the name of that release."""
    return path.absolute().name


def ledger_contradiction(name: str, digest: str, ledger: Mapping[str, str]) -> str | None:
    """How a manifest differs from the one that the ledger recorded under the name; None if it records none or this."""
    frozen = ledger.get(name, digest)
    return None if frozen == digest else f"{MANIFEST}: SHA-256 {digest}, the ledger says {frozen}"


def require_recorded(path: Path, releases: Path, ledger: Mapping[str, str]) -> None:
    """Refuse a release in the workspace's folder `releases` whose manifest is not the one that the ledger recorded.

    A link into the folder counts as the release that it leads to. A name that the ledger does not know is not refused:
    a workspace whose database was lost reads its old releases back.

    Raises GateError.
    """
    for place in (path.absolute(), path.resolve()):
        if place.parent.resolve() == releases.resolve() and (place / MANIFEST).is_file():
            contradiction = ledger_contradiction(place.name, file_sha256(place / MANIFEST), ledger)
            if contradiction:
                fix = f"restore the folder from a copy, then `{command('verify', place.name)}`"
                raise GateError([Problem(str(path), contradiction, "the release that this workspace froze", fix)])
