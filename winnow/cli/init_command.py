"""The command `init`: a new workspace, also with what a data file holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow.cli.params import (
    STDIN,
    DryRunOption,
    EncodingOption,
    FormatOption,
    JsonOption,
    TableOption,
    TextColumnOption,
    TimeFormatOption,
    WhereOption,
    choice,
    input_files,
    progress_bar,
)
from winnow.cli.render import terminal
from winnow.cli.render.dialogue_file_view import print_found
from winnow.cli.render.file_view import added_file, ask_license, in_folder
from winnow.cli.render.taxonomy_view import print_taxonomy, print_written_taxonomy
from winnow.config.load import read_task
from winnow.config.template import TEMPLATES
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.operations.discover import DiscoveredLabels
    from winnow.operations.init import Found


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to create the workspace in.")],
    template: Annotated[
        str, choice(TEMPLATES, "Template to start from: intents for queries, tools for dialogues with tool calls.")
    ] = "intents",
    from_file: Annotated[
        Path | None,
        typer.Option("--from", help="Show what this data file holds and take its labels or tools; - for stdin."),
    ] = None,
    format: FormatOption = "auto",
    text_column: TextColumnOption = None,
    label_column: Annotated[
        str | None, typer.Option(help="With --from: column with the label; none if there is none.")
    ] = None,
    route_column: Annotated[str | None, typer.Option(help="With --from: column with the route (agent id).")] = None,
    split_column: Annotated[str | None, typer.Option(help="With --from: column with the official split.")] = None,
    group_column: Annotated[
        str | None, typer.Option(help="With --from: column of the user or the session, or none.")
    ] = None,
    time_column: Annotated[str | None, typer.Option(help="With --from: column with the timestamp.")] = None,
    annotator_column: Annotated[
        str | None, typer.Option(help="With --from: column with the person who gave the label, or none.")
    ] = None,
    no_label: Annotated[
        list[str] | None,
        typer.Option(help="With --from: value of the label column that means no label. [default: words such as N/A]"),
    ] = None,
    license: Annotated[
        str, typer.Option(help="With --from: license of the data, such as CC-BY-4.0, or own for your own data.")
    ] = "unknown",
    table: TableOption = None,
    encoding: EncodingOption = None,
    where: WhereOption = None,
    time_format: TimeFormatOption = None,
    discover: Annotated[
        bool,
        typer.Option("--discover", help="With --from, for queries without labels: suggest labels in taxonomy.yaml."),
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Create a workspace with a commented winnow.yaml; --from shows what a data file holds and how it will be read."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.operations import init as operation
    from winnow.operations.describe_file import DESCRIBE, stated_options
    from winnow.operations.discover import check_discovery

    operation.check_new_workspace(folder, template=template)
    if discover:
        check_discovery(folder, from_file, template=template)
    found, suggested = None, None
    if from_file:
        if license == "unknown" and terminal.can_ask() and not (dry_run or json):
            license = ask_license(from_file.name)
        columns = Columns(
            text_column,
            label_column,
            route_column,
            split_column,
            group_column,
            time_column,
            annotator=annotator_column,
        )
        reading: Any = {"format": format, "encoding": encoding, "table": table, "license": license}
        reading |= {"where": where, "time_format": time_format}
        stated = stated_options(columns, no_label=tuple(no_label or ()), **reading)
        with input_files([from_file]) as (file,):
            found = DESCRIBE[template](file, stated)
            if discover:
                suggested = _suggestions(folder, file, found, added_file(from_file), dry_run=dry_run, json=json)
    made = None if dry_run else operation.init(folder, template=template, found=found)
    next_command = in_folder(folder, command("add", added_file(from_file)))
    if json:
        state = {"workspace": str(folder), "written": made is not None, "next": next_command}
        suggestions = {"taxonomy": suggested.taxonomy.model_dump(mode="json")} if suggested else {}
        terminal.print_json(state | {"found": found.json_form() if found else None} | suggestions)
        return
    _print_findings(found, suggested)
    if made is None:
        terminal.print_dry_run()
        return
    task = read_task(made.task_file)
    sources = f" and how {found.name} is read (`sources`)" if found else ""
    terminal.print_line(f"wrote {made.task_file} with {counted(len(kind_of(task).targets(task)), 'label')}{sources}")
    if suggested:
        print_written_taxonomy(suggested, in_folder(folder, command("accept", suggested.file.name)))
    if from_file == STDIN:
        terminal.print_line("standard input is not kept: pipe the same rows into the next command")
    terminal.print_next(next_command)


def _print_findings(found: Found | None, suggested: DiscoveredLabels | None) -> None:
    """What a file holds, and the labels that are suggested for it."""
    if found:
        print_found(found)
        terminal.print_line()
    if suggested:
        print_taxonomy(suggested)
        terminal.print_line()


def _suggestions(folder: Path, file: Path, found: Found, source: str, *, dry_run: bool, json: bool) -> DiscoveredLabels:
    """Labels that are suggested for the queries of a file."""
    from winnow.operations.discover import discover_in_file

    with progress_bar("embedding", json) as progress:
        return discover_in_file(folder, file, found, source=source, dry_run=dry_run, progress=progress)
