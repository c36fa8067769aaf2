"""Commands on releases: freeze, verify, diff, export, releases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import (
    DryRunOption,
    FolderArgument,
    JsonOption,
    ReleaseArgument,
    choice,
    context_of,
    progress_bar,
    workspace_of,
)
from winnow.cli.render import terminal
from winnow.cli.render.artifact_table import print_artifacts
from winnow.cli.render.diff_view import print_diff
from winnow.cli.render.export_summary import export_json, print_export
from winnow.cli.render.freeze_summary import print_freeze_summary
from winnow.cli.render.verification_view import print_verification, print_verification_json
from winnow.core.commands import command
from winnow.curation.io.writers import WRITERS
from winnow.curation.releases.release_use import use_command
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import kind_of


def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="A", help="Older release: name or path.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Newer release: name or path.")],
    json: JsonOption = False,
) -> None:
    """Show what changed between two releases, and write a report."""
    from winnow.operations import diff as operation

    found, page = operation.diff(context_of(context), old, new)
    if json:
        terminal.print_json({**found.json(), "report": str(page)})
        return
    print_diff(found)
    terminal.print_line(f"report {page}")
    terminal.print_next(command("verify", new))


def freeze(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new release; names are never reused.")],
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Create a release, which is never changed afterwards; refused if a gate fails."""
    from winnow.operations import freeze as operation

    with progress_bar("embedding", json) as progress:
        frozen = operation.freeze(workspace_of(context), name, dry_run=dry_run, progress=progress)
    if json:
        terminal.print_json(asdict(frozen))
        return
    print_freeze_summary(frozen)
    if dry_run:
        terminal.print_dry_run()
        return
    task = workspace_of(context).task
    terminal.print_next(use_command(kind_of(task), name, roles=task.roles))


def verify(context: typer.Context, release: ReleaseArgument, json: JsonOption = False) -> None:
    """Check that a release is unchanged since it was frozen; exit with 1 if it is not."""
    from winnow.operations import verify as operation

    result = operation.verify(context_of(context), release)
    if json:
        print_verification_json(result)
    else:
        print_verification(result, release)
    if not result.verification.problems:
        if not json:
            verified = context_of(context).release(release, checked=False)
            terminal.print_next(use_command(verified.kind, release, roles=verified.task().roles))
        return
    raise typer.Exit(1)


def export(
    context: typer.Context,
    release: ReleaseArgument,
    format: Annotated[str, choice(WRITERS, "Output format.")],
    out: Annotated[Path | None, typer.Option(help="Output folder. [default: exports/RELEASE-FORMAT]")] = None,
    prompt_template: Annotated[
        str | None,
        typer.Option(help="Prompt around each query, such as 'Classify this input: {text}'. [default: the task's]"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Export a release in another format."""
    from winnow.operations import export as operation

    place = context_of(context)
    result = operation.export(place, release, format, out=out, prompt_template=prompt_template)
    if json:
        terminal.print_json(export_json(result))
        return
    print_export(result)
    exported = place.release(release, checked=False)
    in_workspace = command("report") if isinstance(place, WorkspaceContext) else command("verify", release)
    following = use_command(exported.kind, release, roles=exported.task().roles)
    terminal.print_next(following if exported.kind.training_methods else in_workspace)


def releases(context: typer.Context, folder: FolderArgument = None, json: JsonOption = False) -> None:
    """List the releases of this workspace, or those in a folder."""
    from winnow.operations import list_releases as operation

    place = context_of(context)
    found = operation.find_releases(place, folder)
    following = command("freeze", "NAME") if isinstance(place, WorkspaceContext) else command("verify", "RELEASE")
    print_artifacts(found, "releases", json, next_command=following)
