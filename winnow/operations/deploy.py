"""Record which run is in production."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.choices import check_choice
from winnow.core.errors import GateError, Parameter, Problem, WinnowError
from winnow.core.package_vocabulary import PackageTarget
from winnow.operations._context import WorkspaceContext
from winnow.operations.adopt_runs import copy_into_workspace
from winnow.operations.list_runs import list_runs

if TYPE_CHECKING:
    from winnow.core.deployment import Deployment
    from winnow.curation.releases.deploy import RecordedDeployment
    from winnow.curation.store.remote_names import RemotePlace
    from winnow.training.runs import Run


def deploy(
    workspace: WorkspaceContext,
    id_or_path: str | Path,
    *,
    by: str,
    reason: str,
    target: str | None = None,
    remote_id: str | None = None,
    accept_forgetting: str = "",
) -> RecordedDeployment:
    """Record that a run is in production from now on; a run that lies elsewhere is copied into the workspace first.

    `target` is the runtime that serves it, and `remote_id` its id or name there. An adapter that calls tools needs a
    measurement of what it forgets, without a loss beyond the margin of the task; `accept_forgetting` says why not, and
    is recorded with the reason. Raises GateError without either.
    """
    from winnow.curation.releases.deploy import deploy as record_deployment

    place = _place(target, remote_id)
    known = {entry["name"] for entry in list_runs(workspace)}
    named = str(id_or_path) in known or not Path(id_or_path).is_dir()
    run = str(id_or_path) if named else copy_into_workspace(workspace, workspace.run(id_or_path)).id
    if (workspace.folder.runs / run).is_dir():
        opened = workspace.run(run)  # its problems are raised before it is recorded
        reason = _with_accepted_forgetting(workspace, opened, reason, accept_forgetting.strip())
    return record_deployment(workspace.store, workspace.folder, run, by=by, reason=reason, place=place)


def _with_accepted_forgetting(workspace: WorkspaceContext, run: Run, reason: str, accepted: str) -> str:
    """The reason, with why a loss is accepted where there is one. Raises GateError for a loss that nobody accepts."""
    from winnow.training.forgetting.forgetting_gate import forgetting_problem

    problem = forgetting_problem(run, margin=workspace.task.general_loss_max)
    if problem is None:
        return reason
    if not accepted:
        raise GateError(problem)
    return f"{reason} (forgetting accepted: {accepted})" if reason.strip() else reason


def _place(target: str | None, remote_id: str | None) -> RemotePlace | None:
    """Where the run answers. Raises WinnowError for an unknown target, or for one of the two without the other."""
    from winnow.curation.store.remote_names import RemotePlace

    if target is None and remote_id is None:
        return None
    if target is None:
        raise WinnowError(
            Problem(Parameter("target"), "missing", ", ".join(PackageTarget), "name the runtime of the id")
        )
    checked = check_choice("target", target, PackageTarget)
    if remote_id is None:
        fix = "copy it from the list of the runtime, or use the name of the package"
        raise WinnowError(Problem(Parameter("remote_id"), "missing", f"the id of the run in {target}", fix))
    return RemotePlace(checked.value, remote_id.strip())


def list_deployments(workspace: WorkspaceContext) -> list[Deployment]:
    """Every deployment, oldest first; the last one is in production."""
    from winnow.curation.store.deployments import deployments

    with workspace.store.reading() as connection:
        return deployments(connection)
