"""Which runs the service can answer with, and which one it starts with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from winnow.core.errors import Problem, WinnowError
from winnow.core.timestamps import parse_time
from winnow.curation.releases.release_use import run_command
from winnow.curation.store.deployments import deployments
from winnow.curation.store.router_selections import last_selection
from winnow.operations._context import WorkspaceContext
from winnow.operations.list_runs import list_runs
from winnow.training.routing.routable_run import why_not_routable
from winnow.training.run_facts import AnyRunFacts, RunFile
from winnow.training.runs import RUN_FILE
from winnow.validators.kinds import kind_of


@dataclass(frozen=True)
class StartingRun:
    """The run that a service starts with."""

    run: str
    """Id, or the path of a folder."""
    why: str
    """Why this one."""


def facts_in(folder: Path) -> AnyRunFacts | None:
    """The facts of a run in a folder, whose weights are not read; None where they are missing or damaged."""
    try:
        return RunFile.model_validate_json((folder / RUN_FILE).read_bytes()).root
    except (OSError, ValidationError):
        return None


def why_not_routed(facts: AnyRunFacts | None) -> str:
    """Why the service cannot answer with a run; empty where it can."""
    return "its folder is missing or damaged" if facts is None else why_not_routable(facts, unpaid=True)


def require_queries(workspace: WorkspaceContext) -> None:
    """Raises WinnowError for a task whose examples are no queries."""
    kind = kind_of(workspace.task)
    if kind.holds_dialogues:
        expected = "a task whose runs label texts, such as kind: intents"
        raise WinnowError(Problem(str(workspace.folder.task_file), f"kind: {kind.name}", expected))


def starting_run(workspace: WorkspaceContext) -> StartingRun:
    """The run that was selected or deployed last, whichever is newer; else the newest that can answer.

    Raises WinnowError where there is none.
    """
    entries = list_runs(workspace)
    chosen = _decided_run(workspace)
    refusals = []
    if chosen is not None:
        why_not = why_not_routed(_facts_of(workspace, entries, chosen.run))
        if not why_not:
            return chosen
        refusals.append(f"{chosen.run}, {chosen.why}, cannot be used: {why_not}")
    for entry in reversed(entries):
        if not why_not_routed(facts_in(workspace.folder.root / entry["path"])):
            return StartingRun(entry["name"], "; ".join(["the last trained run", *refusals]))
    fix = f"train one: `{run_command(kind_of(workspace.task), 'NAME')}`"
    raise WinnowError(Problem("run", "no run that labels texts", "; ".join(refusals) or "a trained run", fix))


def _decided_run(workspace: WorkspaceContext) -> StartingRun | None:
    """The run of the newest selection or deployment; of two in the same second, the selection."""
    with workspace.store.reading() as connection:
        selected = last_selection(connection)
        deployed = next(reversed(deployments(connection)), None)
    if selected and (not deployed or _is_later(selected.at, deployed.at)):
        return StartingRun(selected.run, f"selected {selected.at} by {selected.by}: {selected.reason}")
    if deployed:
        return StartingRun(deployed.run, f"deployed {deployed.at} by {deployed.by}: {deployed.reason}")
    return None


def _is_later(first: str, second: str) -> bool:
    """Whether the first of two times is not before the second."""
    one, other = parse_time(first), parse_time(second)
    return one is not None and other is not None and one >= other


def _facts_of(workspace: WorkspaceContext, entries: list[dict[str, Any]], run: str) -> AnyRunFacts | None:
    paths = [workspace.folder.root / entry["path"] for entry in entries if entry["name"] == run]
    return facts_in(paths[0]) if paths else None
