"""Record that a run answers in production from now on, by whom and why."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.errors import GateError, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.layout import WorkspaceFolder
from winnow.core.suggest import nearest_name
from winnow.curation.releases.deployment import Deployment
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Store
from winnow.curation.store.deployments import deployments
from winnow.curation.store.tables import deployment

RUN_FILE = "run.json"
"""The file of a run that its ledger entry holds the hash of."""


def deploy(store: Store, folder: WorkspaceFolder, run: str, *, by: str, reason: str) -> tuple[Deployment, bool]:
    """Write down that a run of this workspace answers from now on; also says whether that is new.

    The deployment that stands, by the same person for the same reason, is not written twice; going back to an earlier
    run is.

    Raises WinnowError for a run that is not in the ledger or has no folder, or an empty name or reason, and GateError
    when the run is not as it was entered.
    """
    with store.writing() as connection:
        _check(connection, folder, run, by, reason)
        latest = deployments(connection)[-1:]
        if latest and (latest[0].run, latest[0].by, latest[0].reason) == (run, by, reason):
            return latest[0], False
        made = Deployment(run, by, reason, utc_now())
        connection.execute(insert(deployment).values(run=run, by=by, reason=reason, at=made.at))
    return made, True


def _check(connection: Connection, folder: WorkspaceFolder, run: str, by: str, reason: str) -> None:
    problems = [
        Problem(f"--{name}", "empty", "a name" if name == "by" else "a reason", f"say --{name}")
        for name, value in (("by", by), ("reason", reason))
        if not value.strip()
    ]
    known = {entry["name"]: entry for entry in artifacts(connection, "run")}
    if run not in known:
        near = nearest_name(run, list(known))
        fix = f"did you mean {near!r}?" if near else "winnow runs lists them"
        problems.append(Problem(f"deploy {run}", "no run of this workspace's ledger", ", ".join(known) or "a run", fix))
    elif not (folder.root / known[run]["path"] / RUN_FILE).is_file():
        fix = "bring the folder back, or train the run again"
        problems.append(Problem(f"deploy {run}", "its folder is gone", known[run]["path"], fix))
    if problems:
        raise WinnowError(problems)
    digest = file_sha256(folder.root / known[run]["path"] / RUN_FILE)
    if digest != known[run]["sha256"]:
        fix = "restore the run's folder from a copy, or train it again"
        raise GateError(Problem(f"{run}/{RUN_FILE}", f"SHA-256 {digest}", f"{known[run]['sha256']}, as entered", fix))
