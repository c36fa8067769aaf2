"""The application: every command by name, exit codes, and errors printed as sentences."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

import winnow
from winnow.cli import (
    dataset,
    embedder_commands,
    evaluations,
    generation,
    init_command,
    labeling,
    models,
    monitoring,
    packages,
    prediction,
    quality,
    releases,
    router_commands,
    taxonomy_commands,
)
from winnow.cli.output_stream import output_stream
from winnow.cli.render import terminal
from winnow.core.errors import Problem, ServiceError, WinnowError

app = typer.Typer(
    name="winnow",
    help="Turn raw user queries and conversations into a labeled dataset that a team can trust.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        terminal.print_line(f"winnow {winnow.__version__}")
        raise typer.Exit


@app.callback()
def _workspace_option(
    context: typer.Context,
    workspace: Annotated[
        Path,
        typer.Option("--workspace", "-w", help="Workspace folder (the one with winnow.yaml) or any folder inside it."),
    ] = Path(),
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    context.obj = workspace


COMMANDS = (
    init_command.init,
    dataset.add,
    dataset.status,
    dataset.show,
    dataset.retract,
    quality.check,
    quality.coverage,
    embedder_commands.calibrate,
    taxonomy_commands.discover,
    taxonomy_commands.accept,
    quality.label_errors,
    quality.report,
    quality.waive,
    quality.trust,
    dataset.rename,
    dataset.forget,
    releases.diff,
    releases.freeze,
    releases.verify,
    releases.export,
    models.train,
    prediction.predict,
    evaluations.evaluate,
    evaluations.compare,
    monitoring.decide,
    packages.package,
    packages.verify_adapter,
    monitoring.deploy,
    models.feedback,
    labeling.serve,
    labeling.propose,
    labeling.push,
    labeling.pull,
    releases.releases,
    models.runs,
)
"""In the order in which `winnow --help` shows them."""

for _command in COMMANDS:
    app.command()(_command)
app.add_typer(generation.generate, name="generate")
app.add_typer(labeling.annotators, name="annotators")
app.add_typer(router_commands.router, name="router")


def main() -> None:
    """Entry point: errors become sentences and exit codes, never tracebacks."""
    sys.stdout, sys.stderr = (output_stream(stream) for stream in (sys.stdout, sys.stderr))
    gc.set_threshold(200_000, 20, 20)  # commands load many small objects and end: collect seldom
    try:
        app(prog_name="winnow")
    except WinnowError as error:
        terminal.print_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        place = error.filename or "file system"
        terminal.print_error(
            ServiceError(Problem(str(place), error.strerror or str(error), "", "check disk space and permissions"))
        )
        sys.exit(ServiceError.exit_code)
    finally:
        sys.stdout.flush()
