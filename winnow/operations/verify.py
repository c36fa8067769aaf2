"""Verify that a release is what was frozen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.operations._context import Context, WorkspaceContext
from winnow.operations.list_releases import list_releases

if TYPE_CHECKING:
    from winnow.curation.releases.verify import Verification


class VerifyResult(NamedTuple):
    """What was compared with what."""

    verification: Verification
    recorded: bool
    """Whether a workspace had recorded the release's hash; else it was compared with its own manifest alone."""
    forgotten: int
    """Erased records that the release still contains; 0 where there is no workspace."""


def verify(context: Context, name_or_path: str | Path) -> VerifyResult:
    """Find every way in which a release differs from what was frozen."""
    from winnow.curation.releases.verify import verify_release

    hashes, path = context.release_hashes(), context.release_path(name_or_path)
    forgotten = 0
    if isinstance(context, WorkspaceContext):
        forgotten = next((entry["forgotten"] for entry in list_releases(context) if entry["name"] == path.name), 0)
    return VerifyResult(verify_release(path, hashes), hashes is not None, forgotten)
