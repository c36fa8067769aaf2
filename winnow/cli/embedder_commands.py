"""The command `calibrate`."""

from __future__ import annotations

import typer

from winnow.cli.params import DryRunOption, JsonOption, progress_bar, workspace_of
from winnow.cli.render import terminal
from winnow.core.counted import counted


def calibrate(context: typer.Context, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Measure the cosine thresholds of the task's embedding model and write them to winnow.yaml."""
    from winnow.operations import calibrate as operation

    with progress_bar("embedding", json) as progress:
        found = operation.calibrate(workspace_of(context), dry_run=dry_run, progress=progress)
    if json:
        terminal.print_json(found.model_dump(mode="json"))
        return
    terminal.print_line(
        f"{found.model}, on {counted(found.pairs, 'pair')} of a text and a change of it; the "
        f"bundled model on {found.reference}"
    )
    terminal.print_table(
        ["threshold", "bundled model", "this model"],
        [[one.setting, f"{one.bundled:g}", f"{one.measured:g}"] for one in found.cosines],
        right=[1, 2],
    )
    verb = "wrote to winnow.yaml, below embedder" if found.written else "would write to winnow.yaml, below embedder"
    terminal.print_line(f"{verb}: {terminal.printable(found.line)}")
    terminal.print_next("winnow check")
