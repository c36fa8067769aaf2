"""Record that a run answers in production from now on, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from winnow.core.commands import command
from winnow.core.deployment import Deployment
from winnow.core.errors import GateError, Parameter, Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.layout import WorkspaceFolder
from winnow.core.statement import stated, statement_problems
from winnow.core.suggest import suggestion
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.deployments import deployments, store_deployment
from winnow.curation.store.remote_names import RemotePlace, store_remote_name, used_names

RUN_FILE = "run.json"
"""The file of a run whose hash is in the ledger."""


class RecordedDeployment(NamedTuple):
    """The deployment of a run."""

    deployment: Deployment
    new: bool
    """False when it was recorded before."""


def deploy(
    store: Store, folder: WorkspaceFolder, run: str, *, by: str, reason: str, place: RemotePlace | None = None
) -> RecordedDeployment:
    """Record that a run of this workspace answers in production from now on, and under which id in which runtime.

    The active deployment, by the same person for the same reason in the same place, is not recorded twice; a return to
    an earlier run is recorded.

    Raises WinnowError for a run that is not in the ledger or has no folder, an empty name or reason, or an id of
    another run, and GateError when the run has changed since it was recorded.
    """
    by, reason = stated(by), stated(reason)
    with store.writing() as connection:
        check_decision(connection, folder, run, by=by, reason=reason, place=place, verb="deploy")
        same = Deployment(run, by, reason, "", *(place or (None, None)))
        latest = deployments(connection)[-1:]
        if latest and replace(latest[0], at="") == same:
            return RecordedDeployment(latest[0], new=False)
        if place:
            store_remote_name(connection, place, run, by=by, reason=reason)
        return RecordedDeployment(store_deployment(connection, run, by=by, reason=reason, place=place), new=True)


def check_decision(
    connection: Connection,
    folder: WorkspaceFolder,
    run: str,
    *,
    by: str,
    reason: str,
    verb: str,
    place: RemotePlace | None = None,
) -> None:
    """Check what somebody decides about a run: to deploy it, to select it, or to register its id in a runtime.

    Raises WinnowError for a run that is not in the ledger or has no folder, an empty name or reason, or an id of
    another run, and GateError when the run has changed since it was recorded.
    """
    problems = [*statement_problems(by=by, reason=reason), *_place_problems(connection, run, place)]
    known = {entry["name"]: entry for entry in artifacts(connection, "run")}
    if run not in known:
        fix = suggestion(run, list(known), f"{command('runs')} lists them")
        problems.append(Problem(f"{verb} {run}", "no such run in this workspace", ", ".join(known) or "a run", fix))
    elif not (folder.root / known[run]["path"] / RUN_FILE).is_file():
        fix = "restore the folder, or train the run again"
        problems.append(Problem(f"{verb} {run}", "its folder is missing", known[run]["path"], fix))
    if problems:
        raise WinnowError(problems)
    digest = file_sha256(folder.root / known[run]["path"] / RUN_FILE)
    if digest != known[run]["sha256"]:
        fix = "restore the run's folder from a copy, or train with another seed"
        raise GateError(Problem(f"{run}/{RUN_FILE}", f"SHA-256 {digest}", f"{known[run]['sha256']}, as recorded", fix))


def _place_problems(connection: Connection, run: str, place: RemotePlace | None) -> Iterator[Problem]:
    if place is None:
        return
    if not place.name.isprintable() or not stated(place.name):
        fix = "copy it from the list of the runtime"
        yield Problem(Parameter("remote_id"), repr(place.name), "the id or name of the run there", fix)
    user = used_names(connection, place.target).get(place.name)
    if user not in (None, run):
        fix = "upload the run under a name of its own, and name that"
        found = f"{place.name!r} is run {user} in {place.target}"
        yield Problem(Parameter("remote_id"), found, "an id that no other run had", fix)
