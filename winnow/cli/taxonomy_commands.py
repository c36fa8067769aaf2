"""The commands `discover` and `accept`: from queries without labels to a first taxonomy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import DryRunOption, JsonOption, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.taxonomy_view import print_accepted, print_taxonomy, print_written_taxonomy
from winnow.core.commands import command
from winnow.core.counted import counted


def discover(context: typer.Context, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Suggest labels for queries that have none: groups of similar ones, in taxonomy.yaml; see accept."""
    from winnow.operations import discover as operation

    with progress_bar("embedding", json) as progress:
        found = operation.discover(workspace_of(context), dry_run=dry_run, progress=progress)
    if json:
        terminal.print_json({"file": str(found.file), "written": not dry_run, **found.taxonomy.model_dump(mode="json")})
        return
    print_taxonomy(found)
    if dry_run:
        terminal.print_dry_run()
        return
    accept_line = command("accept", found.file.name)
    print_written_taxonomy(found, accept_line)
    terminal.print_next(accept_line)


def accept(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of suggestions that was edited.")],
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Append the suggestions that have `accept: yes` to the labels of winnow.yaml; no query gets a label."""
    from winnow.operations import accept as operation

    result = operation.accept(workspace_of(context), file, dry_run=dry_run)
    if json:
        terminal.print_json(result.model_dump(mode="json"))
        return
    print_accepted(result)
    if dry_run:
        terminal.print_dry_run()
        return
    if result.written:
        terminal.print_line(f"wrote {counted(len(result.labels), 'label')} to winnow.yaml")
    terminal.print_next(result.next)
