"""Commands on releases: freeze, verify, diff, export, releases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import JsonOption, ReleaseArgument, progress_bar, workspace_of, workspace_or_none
from winnow.cli.render import terminal
from winnow.cli.render.artifact_table import print_artifacts
from winnow.cli.render.diff_view import print_diff
from winnow.cli.render.freeze_summary import print_freeze_summary
from winnow.operations._context import release_path


def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="A", help="A release's name, or the path of its folder.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Another one, usually newer.")],
    json: JsonOption = False,
) -> None:
    """Say what changed between two releases; writes a page too."""
    found, page = workspace_of(context).diff(old, new)
    if json:
        terminal.print_json({**found.json(), "report": str(page)})
        return
    print_diff(found)
    terminal.print_line(f"page {page}")
    terminal.print_next(f"winnow verify {found.new}")


def freeze(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A new name; names are never reused.")],
    json: JsonOption = False,
) -> None:
    """Make an immutable release; refuses when a gate fails."""
    with progress_bar("embedding", json) as progress:
        frozen = workspace_of(context).freeze(name, progress=progress)
    if json:
        terminal.print_json(asdict(frozen))
        return
    print_freeze_summary(frozen)
    terminal.print_next(f"winnow train {name} --method linear")


def verify(context: typer.Context, release: ReleaseArgument, json: JsonOption = False) -> None:
    """Find any change to a release; exit 1 when there is one."""
    from winnow.core.hashing import file_sha256
    from winnow.curation.releases.verify import verify_release

    workspace = workspace_or_none(context)
    path = release_path(release, workspace.folder if workspace else None)
    problems = workspace.verify(release) if workspace else verify_release(path, None).problems
    digest = file_sha256(path / "manifest.json")
    if json:
        recorded_hash = "measured" if workspace else "not_measured"
        terminal.print_json(
            {"ok": not problems, "problems": problems, "recorded_hash": recorded_hash, "sha256": digest}
        )
    elif problems:
        for problem in problems:
            terminal.print_line(terminal.printable(problem), style="red")
    else:
        if workspace:
            terminal.print_line(f"{release} is as it was frozen; manifest SHA-256 {digest}")
            forgotten_records = next((e["forgotten"] for e in workspace.releases() if e["name"] == path.name), 0)
            if forgotten_records:
                terminal.print_line(
                    f"it still holds what was forgotten since: {forgotten_records} record{'s' if forgotten_records > 1 else ''}",
                    style="yellow",
                )
        else:
            terminal.print_line(f"{release} matches its own manifest; SHA-256 {digest}")
            terminal.print_line("no ledger is at hand here: compare the SHA-256 with the one that freeze printed")
        terminal.print_next(f"winnow train {release} --method linear")
    if problems:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    release: ReleaseArgument,
    format: Annotated[str, typer.Option(help="jsonl, csv or chat.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; exports/RELEASE-FORMAT by default.")] = None,
    json: JsonOption = False,
) -> None:
    """Write a release in another shape."""
    folder, written = workspace_of(context).export(release, format, out=out)
    if json:
        terminal.print_json({"path": str(folder), "files": written})
        return
    for name, rows in written.items():
        terminal.print_line(f"{folder / name}: {rows:,} rows")
    terminal.print_next(f"winnow train {release} --method linear")


def releases(context: typer.Context, json: JsonOption = False) -> None:
    """List the releases of this workspace."""
    print_artifacts(workspace_of(context).releases(), "releases", json, next_command="winnow freeze NAME")
