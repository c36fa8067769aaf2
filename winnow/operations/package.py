"""Pack a run for the runtime that serves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.operations._context import Context, WorkspaceContext

if TYPE_CHECKING:
    from winnow.training.packaging.build_package import BuiltPackage

PACKAGES_FOLDER = "packages"
"""Where packages are written, in the workspace or in the folder of the command."""


def package(
    context: Context,
    id_or_path: str | Path,
    *,
    target: str,
    name: str | None = None,
    out: Path | None = None,
    rules: Path | None = None,
) -> BuiltPackage:
    """Write the package of a run for a target, by default to `packages/NAME-TARGET`.

    `rules` is a file that replaces the target's own rules. In a workspace, a run that lies elsewhere is copied into it
    first, and the name is recorded before anything is written, and never given to another run; elsewhere there is no
    record of names. Raises GateError with every rule that the run violates, and WinnowError for a run that cannot be
    packed; nothing is written then.
    """
    from winnow.operations.adopt_runs import copy_into_workspace
    from winnow.training.packaging.build_package import build_package, default_name, package_contents
    from winnow.training.packaging.target_rules import rules_of

    chosen = rules_of(target, rules)
    run = context.run(id_or_path)
    if isinstance(context, WorkspaceContext):
        run = copy_into_workspace(context, run)
    named = name if name is not None else default_name(run.id)
    contents = package_contents(run, chosen, name=named, used_names=_used_names(context, target))
    if isinstance(context, WorkspaceContext):
        _record_name(context, run.id, target, named)
    root = context.folder.root if isinstance(context, WorkspaceContext) else Path()
    return build_package(contents, out or root / PACKAGES_FOLDER / f"{named}-{target}")


def _used_names(context: Context, target: str) -> dict[str, str]:
    from winnow.curation.store.remote_names import used_names

    if not isinstance(context, WorkspaceContext):
        return {}
    with context.store.reading() as connection:
        return used_names(connection, target)


def _record_name(workspace: WorkspaceContext, run: str, target: str, name: str) -> None:
    """Record the name of a run in a runtime. Raises WinnowError when another process gave it to another run."""
    from winnow.core.errors import Problem, WinnowError
    from winnow.curation.store.remote_names import RemotePlace, store_remote_name, used_names

    with workspace.store.writing() as connection:
        user = used_names(connection, target).get(name)
        if user not in (None, run):
            found, fix = f"name {name!r} is that of run {user}", "give the package another name"
            raise WinnowError(Problem(target, found, "a name that no other run had", fix))
        store_remote_name(connection, RemotePlace(target, name), run)
