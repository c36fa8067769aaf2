"""`decide` from production: judge a log of two variants, and record that it was looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.deployments import deployments
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.training.monitoring.ab_test.ab_facts import AbTestFacts


def decide_ab(workspace: WorkspaceContext, log: str | Path, *, baseline: str | None = None) -> AbTestFacts:
    """Compare the two variants of a log, and recommend to deploy, to keep, or to collect more traffic.

    The baseline is the variant that is named, else the one with the id of the deployed run, else the first in
    alphabetical order. The look is recorded before its result is returned.
    """
    from winnow.training.monitoring.ab_test.ab_log import read_ab_log, variants_of
    from winnow.training.monitoring.ab_test.ab_looks import look_at, look_number, read_ab_looks, record_ab_look
    from winnow.training.monitoring.ab_test.judge_ab_log import judge_ab_log

    with workspace.store.reading() as connection:
        deployed = [one.run for one in deployments(connection)][-1:]
    read = read_ab_log(Path(log))
    variants = variants_of(read)
    look = look_at(read, list(variants))
    earlier = read_ab_looks(workspace.folder.state)
    compared_with = baseline or next((name for name in variants if name in deployed), min(variants))
    number = look_number(look, earlier)
    facts = judge_ab_log(read, baseline=compared_with, look=number, thresholds=workspace.task.rules)
    if look.sha256 not in {one.sha256 for one in earlier.looks if one.variants == look.variants}:
        record_ab_look(workspace.folder.state, look)
    return facts


def is_run(workspace: WorkspaceContext, name: str) -> bool:
    """Whether the workspace has a run with this id."""
    with workspace.store.reading() as connection:
        return name in {entry["name"] for entry in artifacts(connection, "run")}
