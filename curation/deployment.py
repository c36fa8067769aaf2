"""Deployments: which run answers in production, since when, who decided it and why. Nothing of it is rewritten."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.folder import Folder
from curation.ledger import entries
from curation.release import sha256_of
from curation.store import Store
from curation.store import tables as t
from validators.faults import Fault, GateError, WinnowError
from validators.screening import nearest_name

FACTS = "run.json"
"""The file of a run that its ledger entry holds the hash of."""


@dataclass(frozen=True)
class Deployment:
    """One decision to let a run answer in production; it stands until the next one."""

    run: str
    by: str
    reason: str
    at: str
    """When it was written down, in UTC."""


def deployments(connection: Connection) -> list[Deployment]:
    """Every deployment, the oldest first; the last one stands."""
    own = t.deployment.c
    query = select(own.run, own.by, own.reason, own.at).order_by(own.id)
    return [Deployment(*row) for row in connection.execute(query)]


def deploy(store: Store, folder: Folder, run: str, *, by: str, reason: str) -> tuple[Deployment, bool]:
    """Write down that a run of this workspace answers from now on; also says whether that is new.

    The deployment that stands, by the same person for the same reason, is not written twice; going back to an earlier
    run is.

    Raises WinnowError for a run that is not in the ledger or has no folder, or an empty name or reason, and GateError
    when the run is not as it was entered.
    """
    with store.writing() as connection:
        _check(connection, folder, run, by, reason)
        standing = deployments(connection)[-1:]
        if standing and (standing[0].run, standing[0].by, standing[0].reason) == (run, by, reason):
            return standing[0], False
        made = Deployment(run, by, reason, now())
        connection.execute(insert(t.deployment).values(run=run, by=by, reason=reason, at=made.at))
    return made, True


def _check(connection: Connection, folder: Folder, run: str, by: str, reason: str) -> None:
    faults = [
        Fault(f"--{name}", "empty", "a name" if name == "by" else "a reason", f"say --{name}")
        for name, value in (("by", by), ("reason", reason))
        if not value.strip()
    ]
    known = {entry["name"]: entry for entry in entries(connection, "run")}
    if run not in known:
        near = nearest_name(run, list(known))
        fix = f"did you mean {near!r}?" if near else "winnow runs lists them"
        faults.append(Fault(f"deploy {run}", "no run of this workspace's ledger", ", ".join(known) or "a run", fix))
    elif not (folder.root / known[run]["path"] / FACTS).is_file():
        fix = "bring the folder back, or train the run again"
        faults.append(Fault(f"deploy {run}", "its folder is gone", known[run]["path"], fix))
    if faults:
        raise WinnowError(faults)
    digest = sha256_of(folder.root / known[run]["path"] / FACTS)
    if digest != known[run]["sha256"]:
        fix = "restore the run's folder from a copy, or train it again"
        raise GateError(Fault(f"{run}/{FACTS}", f"SHA-256 {digest}", f"{known[run]['sha256']}, as entered", fix))
