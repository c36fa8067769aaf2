"""Commands on packages of adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import JsonOption, RunArgument, context_of
from winnow.cli.render import terminal
from winnow.core.commands import command
from winnow.core.package_vocabulary import PackageTarget


def package(
    context: typer.Context,
    run: RunArgument,
    target: Annotated[
        str, typer.Option("--for", metavar=f"<{'|'.join(PackageTarget)}>", help="Runtime that serves the adapter.")
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the adapter in the runtime; never reused. [default: the run's id]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the package, which must be new. [default: packages/NAME-TARGET]")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="YAML file that replaces the rules of the target.")] = None,
    json: JsonOption = False,
) -> None:
    """Pack a run's adapter for a runtime: files, model card, prompt, and the commands to serve and check it."""
    from winnow.operations import package as operation

    made = operation.package(context_of(context), run, target=target, name=name, out=out, rules=rules)
    if json:
        terminal.print_json(made.facts())
        return
    already = "" if made.new else " (was there already)"
    terminal.print_line(f"{made.folder}: {made.name} for {made.target}{already}")
    terminal.print_line()
    terminal.print_commands(made.commands.rstrip())
    terminal.print_next(command("deploy", run, by="NAME", reason="TEXT", target=made.target, remote_id=made.name))
