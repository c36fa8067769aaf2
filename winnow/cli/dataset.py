"""Commands on the dataset: add, status, show, retract, rename, forget."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python

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
    workspace_of,
)
from winnow.cli.render import terminal
from winnow.cli.render.add_summary import print_add_summary, print_after_add
from winnow.cli.render.forget_summary import print_forget_summary
from winnow.cli.render.record_view import print_record
from winnow.cli.render.rename_summary import confirm_merge, print_rename_summary
from winnow.cli.render.retract_summary import print_retract_summary
from winnow.cli.render.status_view import print_status
from winnow.core.commands import command
from winnow.core.model_output_names import ModelOutputName
from winnow.core.vocabulary import ORIGINS, SPLITS

NOTHING_ADDED = 2
"""Exit code of an add that dropped every row: nothing that it was given could be used."""


def add(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES", help="Files to add, in any supported format; - for standard input.")
    ],
    format: FormatOption = "auto",
    origin: Annotated[
        str | None,
        choice(ORIGINS, "Origin of the rows. [default: guessed from the file]"),
    ] = None,
    license: Annotated[
        str, typer.Option(help="License of the data, such as CC-BY-4.0, or own for your own data.")
    ] = "unknown",
    text_column: TextColumnOption = None,
    label_column: Annotated[str | None, typer.Option(help="Column with the label; none if there is none.")] = None,
    route_column: Annotated[str | None, typer.Option(help="Column with the route (agent id).")] = None,
    split_column: Annotated[str | None, typer.Option(help="Column with the official split; none to ignore it.")] = None,
    group_column: Annotated[
        str | None,
        typer.Option(help="Column that groups rows, such as session or user, or none; a group never spans two splits."),
    ] = None,
    time_column: Annotated[str | None, typer.Option(help="Column with the timestamp.")] = None,
    supersedes_column: Annotated[
        str | None, typer.Option(help="Column with the id of the record whose answer the row corrects, or none.")
    ] = None,
    annotator_column: Annotated[
        str | None, typer.Option(help="Column with the person who gave the label, or none.")
    ] = None,
    split: Annotated[str | None, choice(SPLITS, "Official split of all rows in these files.")] = None,
    table: TableOption = None,
    encoding: EncodingOption = None,
    where: WhereOption = None,
    time_format: TimeFormatOption = None,
    batch: Annotated[str | None, typer.Option(help="Synthetic rows: name of the batch.")] = None,
    generator: Annotated[str, typer.Option(help="Synthetic rows: generator that produced them.")] = "unknown",
    prompt_version: Annotated[str, typer.Option(help="Synthetic rows: version of the prompt.")] = "unknown",
    model: Annotated[str, typer.Option(help="Synthetic rows: model that wrote them.")] = "unknown",
    origin_model: Annotated[
        str | None, typer.Option(help="Model that wrote the rows, such as gpt-4o; separate several with ';'.")
    ] = None,
    origin_model_column: Annotated[
        str | None, typer.Option(help="Column with the model that wrote the row, or none.")
    ] = None,
    tool_mapping: Annotated[
        Path | None, typer.Option(help="YAML file that maps the tools in the files to the tools of the task.")
    ] = None,
    model_output: Annotated[
        str | None, choice([*ModelOutputName], "Format of the answers, if they are raw model output.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Person who corrected the labels in a file of label-errors.")] = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Screen files and add the rows that pass; dropped rows are written to a file with the reason."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.store.sources import GenerationBatch
    from winnow.operations import add as operation
    from winnow.operations.first_labels import accept_suggestions
    from winnow.operations.remember_source import remember_sources

    columns = Columns(
        text_column,
        label_column,
        route_column,
        split_column,
        group_column,
        time_column,
        supersedes_column,
        origin_model_column,
        annotator_column,
    )
    terminal.print_note(f"reading and screening {', '.join(path.name for path in files[:5])}")
    with input_files(files) as readable:
        result = operation.add(
            workspace_of(context),
            readable,
            format=format,
            columns=columns,
            origin=origin,
            license=license,
            split=split,
            batch=GenerationBatch(batch, generator, prompt_version, model) if batch else None,
            origin_model=origin_model,
            tool_mapping=tool_mapping,
            model_output=model_output,
            encoding=encoding,
            table=table,
            where=where,
            time_format=time_format,
            by=by,
            dry_run=dry_run,
        )
    if not dry_run:
        named = [file for file in files if file != STDIN]
        reading = {"format": format, "encoding": encoding, "table": table}
        reading |= {"where": where, "time_format": time_format}
        result = replace(
            result, notes=[*result.notes, *remember_sources(workspace_of(context), named, columns, reading)]
        )
    if json:
        terminal.print_json(to_jsonable_python(asdict(result)))
    else:
        print_add_summary(result)
        workspace = workspace_of(context)
        print_after_add(result, accept_suggestions(workspace.folder.root, workspace.task) or command("check"))
    if result.only_dropped:
        raise typer.Exit(NOTHING_ADDED)


def status(context: typer.Context, json: JsonOption = False) -> None:
    """Show counts by state, label, split and queue, and the next step."""
    from winnow.operations import status as operation

    found = operation.status(workspace_of(context))
    if json:
        terminal.print_json(found.json())
        return
    print_status(found)
    terminal.print_line()
    terminal.print_next(found.next)


def show(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="Record id, a prefix of it, or the exact text.")],
    json: JsonOption = False,
) -> None:
    """Show everything known about one record."""
    from winnow.operations import show as operation

    shown = operation.show(workspace_of(context), record)
    if json:
        terminal.print_json(asdict(shown))
        return
    print_record(shown)
    terminal.print_next("winnow status")


def retract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id or file name of a source (see winnow status).")],
    reason: Annotated[str, typer.Option(help="Reason for the withdrawal; stored in the history.")] = "",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Withdraw a source: its rows and labels no longer count. Adding the same file again undoes it. See --dry-run."""
    from winnow.operations import retract as operation

    result = operation.retract(workspace_of(context), source, reason=reason, dry_run=dry_run)
    if json:
        terminal.print_json(asdict(result))
        return
    if result.already:
        terminal.print_line(f"source {result.source} ({result.name}) was already withdrawn; nothing changed")
    else:
        print_retract_summary(result)
    if dry_run:
        terminal.print_dry_run()
        return
    terminal.print_next("winnow status")


def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="Label to rename.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="New name, or an existing label to merge into.")],
    reason: Annotated[str, typer.Option(help="Reason; stored in the history.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Merge two labels without asking.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Undo the latest rename of OLD to NEW, until a release is frozen.")
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Rename a label, or merge it into another one after a confirmation; existing releases do not change."""
    from winnow.operations import rename as operation

    workspace = workspace_of(context)
    if terminal.can_ask() and not (yes or undo or dry_run or json):
        preview = operation.rename(workspace, old, new, reason=reason, dry_run=True)
        yes = preview.merged
        if preview.merged and not confirm_merge(preview):
            terminal.print_line("nothing was changed")
            raise typer.Exit(2)
    renamed = operation.rename(workspace, old, new, reason=reason, yes=yes, undo=undo, dry_run=dry_run)
    if json:
        terminal.print_json(asdict(renamed))
        return
    print_rename_summary(renamed)
    if dry_run:
        terminal.print_dry_run(*(["--yes"] if renamed.merged and not yes else []))
        return
    terminal.print_next("winnow check")


def forget(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="Record id, or at least its first six characters.")],
    reason: Annotated[str, typer.Option(help="Reason; it is stored, so do not include private data.")] = "",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Erase a record's content everywhere but in releases; this cannot be undone. See --dry-run."""
    from winnow.operations import forget as operation

    forgotten = operation.forget(workspace_of(context), record, reason=reason, dry_run=dry_run)
    if json:
        terminal.print_json(asdict(forgotten))
        return
    print_forget_summary(forgotten)
    if dry_run:
        terminal.print_dry_run()
        return
    terminal.print_next("winnow check")
