"""Freeze: a checked selection becomes a release, all or nothing, and the same state gives the same bytes."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from winnow.core.atomic import sync_to_disk
from winnow.core.errors import GateError, Problem, ServiceError, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.layout import WorkspaceFolder
from winnow.core.vocabulary import GateVerdict
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.releases.manifest import MANIFEST, Manifest
from winnow.curation.releases.release import open_release
from winnow.curation.releases.release_files import ReleaseContent, write_release
from winnow.curation.store.artifacts import artifact_exists, record_release
from winnow.curation.store.database import Store
from winnow.curation.store.forgotten import forgotten_ids

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

LOCK_SECONDS = 600
"""How long a freeze waits for another one."""


@dataclass(frozen=True)
class FreezeResult:
    """The new release, in figures."""

    release: str
    path: str
    sha256: str
    counts: dict[str, int]
    max_cross_split_similarity: float | None
    """Highest cosine left between any two splits."""
    excluded: dict[str, int]
    similarity_between_splits: dict[str, float | None]
    """The same by pair of splits, as in the manifest."""
    dry_run: bool = False
    """A preview: no release was made."""


def check_name(name: str, store: Store, folder: WorkspaceFolder) -> None:
    """Raises WinnowError for a name that is malformed or was used before."""
    if not NAME.fullmatch(name):
        fix = "such as 2026-05-first"
        raise WinnowError(Problem("freeze", f"name {name!r}", "letters, digits, dot, dash, underscore", fix))
    with store.reading() as connection:
        taken = artifact_exists(connection, name)
    if taken:
        fix = "choose another name: names are never reused"
        raise WinnowError(Problem(f"freeze {name}", "the name is already in the ledger", "a new name", fix))


def freeze_release(name: str, content: ReleaseContent, folder: WorkspaceFolder, store: Store) -> FreezeResult:
    """Write the release and record it in the ledger.

    Raises GateError when a gate fails; then nothing is written. A kill leaves either no release or a complete one.
    """
    _check_gates(content.checked)
    check_name(name, store, folder)
    folder.releases.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.state / "freeze.lock", timeout=LOCK_SECONDS):
        check_name(name, store, folder)  # another freeze may have taken it while this one waited for the lock
        part = folder.releases / f".{name}.{os.getpid()}.part"
        try:
            manifest = write_release(part, content)
            frozen_ids = frozenset([*content.checked.selected["id"], *(case.id for case in content.must_pass)])
            return _publish(part, name, manifest, folder, store, frozen_ids)
        except OSError as error:
            fix = "free some space and freeze again; no release was created"
            raise ServiceError(Problem(str(folder.releases), error.strerror or str(error), "", fix)) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)


def preview_release(name: str, content: ReleaseContent, folder: WorkspaceFolder, scratch: Path) -> FreezeResult:
    """The result of `freeze_release`, of files written to a folder that the caller removes.

    Raises GateError when a gate fails.
    """
    _check_gates(content.checked)
    manifest = write_release(scratch / name, content)
    return _result(folder.releases / name, file_sha256(scratch / name / MANIFEST), manifest, dry_run=True)


def _check_gates(checked: CheckResult) -> None:
    failed = [gate for gate in checked.gates if gate.verdict == GateVerdict.FAIL]
    if failed:
        raise GateError([_gate_problem(gate) for gate in failed])


def _gate_problem(gate: Gate) -> Problem:
    found = f"measured {gate.measured_text}, threshold {gate.threshold:g}"
    return Problem(f"gate {gate.name}", ": ".join([found, *gate.evidence[:1]]), "", gate.fix)


def _publish(
    part: Path, name: str, manifest: Manifest, folder: WorkspaceFolder, store: Store, records: frozenset[str]
) -> FreezeResult:
    """Move the finished folder to its name and record it in the ledger, in one transaction.

    Raises WinnowError when one of its `records` was forgotten after they were read.
    """
    path = folder.releases / name
    digest = file_sha256(part / MANIFEST)
    relative = path.relative_to(folder.root).as_posix()
    with store.writing() as connection:
        if records & forgotten_ids(connection):
            found = "a record was forgotten while it was being frozen"
            raise WinnowError(Problem(f"freeze {name}", found, "no change to the records", "freeze again"))
        record_release(connection, name, path=relative, sha256=digest, detail={"counts": manifest.counts})
        if path.exists():  # a freeze was killed between its rename and its commit
            if open_release(path).sha256 != digest:
                fix = "move the folder, or choose another name"
                raise WinnowError(Problem(str(path), "a folder that is not in the ledger", "no such folder", fix))
        else:
            part.rename(path)
            sync_to_disk(folder.releases)
    return _result(path, digest, manifest, dry_run=False)


def _result(path: Path, digest: str, manifest: Manifest, *, dry_run: bool) -> FreezeResult:
    similarities = manifest.similarity_between_splits.model_dump()
    return FreezeResult(
        release=path.name,
        path=str(path),
        sha256=digest,
        counts=manifest.counts,
        max_cross_split_similarity=max((one for one in similarities.values() if one is not None), default=None),
        excluded=manifest.excluded,
        similarity_between_splits=similarities,
        dry_run=dry_run,
    )
