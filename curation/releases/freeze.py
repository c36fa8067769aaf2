"""Freeze: a checked selection becomes a release, all or nothing, and the same state gives the same bytes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from winnow.core.atomic import sync_to_disk
from winnow.core.clock import utc_now
from winnow.core.errors import GateError, Problem, ServiceError, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.layout import WorkspaceFolder
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.releases.provenance import Provenance
from winnow.curation.releases.release import MANIFEST, MustPassCase, open_release
from winnow.curation.releases.release_files import write_release
from winnow.curation.store.database import Store
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.tables import artifact

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


LOCK_SECONDS = 600


@dataclass(frozen=True)
class FreezeResult:
    """What a freeze made."""

    release: str
    path: str
    sha256: str
    counts: dict[str, int]
    max_cross_split_similarity: float | None
    """Highest cosine left between train and hold-out."""
    excluded: dict[str, int]


def check_name(name: str, store: Store, folder: WorkspaceFolder) -> None:
    """Raises WinnowError for a name that is badly formed or was used before."""
    if not NAME.fullmatch(name):
        fix = "such as 2026-05-first"
        raise WinnowError(Problem("freeze", f"name {name!r}", "letters, digits, dot, dash, underscore", fix))
    with store.reading() as connection:
        taken = connection.execute(select(func.count()).where(artifact.c.name == name)).scalar_one()
    if taken:
        raise WinnowError(
            Problem(f"freeze {name}", "the name is in the ledger", "a new name", "names are never reused")
        )


def freeze(
    name: str,
    checked: CheckResult,
    task_text: str,
    must_pass: Sequence[MustPassCase],
    embedder: str,
    provenance: Provenance,
    folder: WorkspaceFolder,
    store: Store,
) -> FreezeResult:
    """Write the release and enter it in the ledger. `pinned` is what `read_pinned` found.

    Raises GateError when a gate fails; nothing is written then. A kill leaves either no release or a whole one.
    """
    failed = [gate for gate in checked.gates if gate.verdict == "fail"]
    if failed:
        raise GateError([_gate_problem(gate) for gate in failed])
    check_name(name, store, folder)
    folder.releases.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.state / "freeze.lock", timeout=LOCK_SECONDS):
        check_name(name, store, folder)  # another freeze may have taken it while this one waited
        for stale in folder.releases.glob(".*.part"):
            shutil.rmtree(stale, ignore_errors=True)
        part = folder.releases / f".{name}.part"
        try:
            manifest = write_release(part, checked, task_text, must_pass, embedder, provenance)
            frozen_ids = frozenset([*checked.selected["id"], *(case.id for case in must_pass)])
            return _publish(part, name, manifest, folder, store, frozen_ids)
        except OSError as error:
            fix = "free some space and freeze again; no release was made"
            raise ServiceError(Problem(str(folder.releases), error.strerror or str(error), "", fix)) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _gate_problem(gate: Gate) -> Problem:
    found = f"measured {gate.measured:g}, threshold {gate.threshold:g}"
    return Problem(f"gate {gate.name}", ": ".join([found, *gate.evidence[:1]]), "", gate.fix)


def _publish(
    part: Path, name: str, manifest: dict[str, Any], folder: WorkspaceFolder, store: Store, records: frozenset[str]
) -> FreezeResult:
    """Move the finished folder to its name and enter it in the ledger, in one transaction.

    Raises WinnowError when one of its `records` was forgotten since they were read.
    """
    path = folder.releases / name
    digest = file_sha256(part / MANIFEST)
    row = {
        "name": name,
        "kind": "release",
        "path": path.relative_to(folder.root).as_posix(),
        "sha256": digest,
        "detail": json.dumps({"counts": manifest["counts"]}),
        "at": utc_now(),
    }
    with store.writing() as connection:
        if records & forgotten_ids(connection):
            found = "a record was forgotten while it was being frozen"
            raise WinnowError(Problem(f"freeze {name}", found, "records that stay", "freeze again"))
        connection.execute(insert(artifact).values(**row))
        if path.exists():  # a freeze was killed between its rename and its commit
            if open_release(path).sha256 != digest:
                fix = "move the folder away, or choose another name"
                raise WinnowError(Problem(str(path), "a folder that no ledger knows", "no such folder", fix))
        else:
            part.rename(path)
            sync_to_disk(folder.releases)
    return FreezeResult(
        release=name,
        path=str(path),
        sha256=digest,
        counts=manifest["counts"],
        max_cross_split_similarity=manifest["similarity_between_splits"]["train_to_hold_out"],
        excluded=manifest["excluded"],
    )
