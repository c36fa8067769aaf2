"""The command that follows a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.vocabulary import SPLITS, GateVerdict
from winnow.curation.releases.manifest import MANIFEST
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.curation.checks.check import CheckResult
    from winnow.curation.releases.release import Release


def command_after_check(workspace: WorkspaceContext, result: CheckResult) -> str:
    """What to do about labels without a signal, a gate that fails, one that could not be measured; else freeze.

    What a warning advises is shown below its gate; it holds nothing up. What the newest release holds already is not
    frozen again: then comes what follows a release.
    """
    from winnow.operations.status import status

    if result.carries_no_signal:
        return command("label-errors")
    for verdict in (GateVerdict.FAIL, GateVerdict.NOT_MEASURED):
        fix = next((gate.fix for gate in result.gates if gate.verdict == verdict), None)
        if fix:
            return fix
    newest = _newest_release(workspace)
    is_frozen = newest is not None and _holds_the_same(newest, result)
    return status(workspace).next if is_frozen else command("freeze", "NAME")


def _newest_release(workspace: WorkspaceContext) -> Release | None:
    """The newest release whose folder exists."""
    from winnow.curation.releases.release import open_release
    from winnow.curation.store.artifacts import artifacts

    with workspace.store.reading() as connection:
        entries = artifacts(connection, "release")
    paths = [workspace.folder.root / entry["path"] for entry in reversed(entries)]
    return next((open_release(path) for path in paths if (path / MANIFEST).is_file()), None)


def _holds_the_same(release: Release, result: CheckResult) -> bool:
    """Whether a release holds the selected records in the same splits and under the same labels."""
    selected = result.selected
    columns = ["id", "label"]
    return all(
        set(release.rows(split)[columns].itertuples(index=False, name=None))
        == set(selected.loc[selected["split"] == split, columns].itertuples(index=False, name=None))
        for split in SPLITS
        if release.counts[split] or (selected["split"] == split).any()
    )
