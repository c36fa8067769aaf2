"""Verify: find every way in which a release differs from what was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from winnow.core.errors import WinnowError
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
        frozen = ledger.get(path.resolve().name)
        if frozen is None and digest not in ledger.values():
            problems.append(f"{MANIFEST}: SHA-256 {digest} is not in the ledger")
        elif frozen is not None and frozen != digest:
            problems.append(f"{MANIFEST}: SHA-256 {digest}, the ledger says {frozen}")
    return Verification(problems, digest)
