"""The releases of a workspace that no longer are what was frozen, as action items of the report."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.releases.release import open_release
from winnow.curation.store.artifacts import release_hashes
from winnow.curation.store.database import Connection
from winnow.reports.report_facts import ActionItem

PROBLEMS_SHOWN = 2


def damaged_releases(connection: Connection, folder: WorkspaceFolder) -> list[ActionItem]:
    """An item for each damaged release. One whose folder was moved away is not damaged."""
    found = []
    for name, recorded in release_hashes(connection).items():
        path = folder.releases / name
        problems = _problems(folder, name, recorded) if path.exists() or path.is_symlink() else []
        if problems:
            more = len(problems) - PROBLEMS_SHOWN
            shown = "; ".join(problems[:PROBLEMS_SHOWN]) + (f"; {counted(more, 'more problem')}" if more > 0 else "")
            found.append(ActionItem(f"release {name} is damaged", shown, command("verify", name)))
    return found


def _problems(folder: WorkspaceFolder, name: str, recorded: str) -> list[str]:
    try:
        release = open_release(folder.releases / name)
    except WinnowError as error:
        return [problem.found for problem in error.problems]
    return [] if release.sha256 == recorded else ["the manifest is not the one that was frozen"]
