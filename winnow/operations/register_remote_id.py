"""Register the id that a run has in a runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.choices import check_choice
from winnow.core.package_vocabulary import PackageTarget
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.curation.releases.remote_registration import RemoteRegistration


def register_remote_id(
    workspace: WorkspaceContext, run: str, *, target: str, remote_id: str, by: str, reason: str
) -> RemoteRegistration:
    """Record the id or name that a run of this workspace has in a runtime; this deploys nothing.

    Raises WinnowError for an unknown run or runtime, for an id that another run had there, and without a name or a
    reason.
    """
    from winnow.curation.releases.remote_registration import register
    from winnow.curation.store.remote_names import RemotePlace

    place = RemotePlace(check_choice("target", target, PackageTarget).value, remote_id.strip())
    return register(workspace.store, workspace.folder, run, place=place, by=by, reason=reason)
