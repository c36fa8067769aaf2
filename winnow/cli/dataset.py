"""Commands on the dataset: init, add, status, show, retract, rename, forget."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from winnow.cli.params import EncodingOption, FormatOption, JsonOption, TableOption, TextColumnOption, workspace_of
from winnow.cli.render import terminal
from winnow.cli.render.add_summary import print_add_summary
from winnow.cli.render.record_view import print_record
from winnow.cli.render.status_view import print_status
from winnow.workspace import Workspace


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where winnow.yaml is written.")],
    template: Annotated[str, typer.Option(help="intents or tools.")] = "intents",
    from_file: Annotated[Path | None, typer.Option("--from", help="Take the labels from this file.")] = None,
    format: FormatOption = "auto",
    label_column: Annotated[str | None, typer.Option(help="With --from: column of the label.")] = None,
    route_column: Annotated[str | None, typer.Option(help="With --from: column of the agent.")] = None,
    text_column: TextColumnOption = None,
    table: TableOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Write a commented winnow.yaml."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.io.readers.source_rows import read_file

    columns = Columns(text=text_column, label=label_column, route=route_column)
    source = None
    if from_file:
        source = read_file(from_file, columns=columns, format=format, encoding=encoding, table=table)
    made = Workspace.init(folder, template=template, from_file=source)
    labels = len(made.task.labels)
    terminal.print_line(f"wrote {made.folder.task_file} with {labels} labels")
    add = f"cd {folder} && winnow add {from_file.resolve() if from_file else 'FILE'} --license own"
    terminal.print_next(add if template == "intents" else f"edit {made.folder.task_file}")


def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Files of any known format.")],
    format: FormatOption = "auto",
    origin: Annotated[str | None, typer.Option(help="human, log, public or synthetic.")] = None,
    license: Annotated[str, typer.Option(help="License of the data, such as CC-BY-4.0; own: it is yours.")] = "unknown",
    text_column: TextColumnOption = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the label; none: there is none.")] = None,
    route_column: Annotated[str | None, typer.Option(help="Column of the agent.")] = None,
    split_column: Annotated[str | None, typer.Option(help="Column of the official split; none: ignore it.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Column of the session or user.")] = None,
    time_column: Annotated[str | None, typer.Option(help="Column of the time.")] = None,
    split: Annotated[str | None, typer.Option(help="The official split of all rows: train, validation, test.")] = None,
    table: TableOption = None,
    encoding: EncodingOption = None,
    batch: Annotated[str | None, typer.Option(help="Synthetic rows: the batch's name.")] = None,
    generator: Annotated[str, typer.Option(help="Synthetic rows: what made them.")] = "unknown",
    prompt_version: Annotated[str, typer.Option(help="Synthetic rows: the prompt's version.")] = "unknown",
    model: Annotated[str, typer.Option(help="Synthetic rows: the model.")] = "unknown",
    json: JsonOption = False,
) -> None:
    """Screen files and store what may enter."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.store.sources import GenerationBatch

    columns = Columns(text_column, label_column, route_column, split_column, group_column, time_column)
    terminal.print_note(f"reading and screening {', '.join(path.name for path in files[:5])}")
    result = workspace_of(context).add(
        files,
        format=format,
        columns=columns,
        origin=origin,
        license=license,
        split=split,
        batch=GenerationBatch(batch, generator, prompt_version, model) if batch else None,
        encoding=encoding,
        table=table,
    )
    if json:
        terminal.print_json(asdict(result))
        return
    print_add_summary(result)
    terminal.print_next("winnow check" if result.added or result.known else "mend the file, then winnow add it again")


def status(context: typer.Context, json: JsonOption = False) -> None:
    """Count records, reserves and queues, and say what to do next."""
    found = workspace_of(context).status()
    if json:
        terminal.print_json(found.json())
        return
    print_status(found)
    terminal.print_line()
    terminal.print_next(found.next)


def show(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="An id, the beginning of one, or an exact text.")],
    json: JsonOption = False,
) -> None:
    """Show everything known about one record."""
    shown = workspace_of(context).show(record)
    if json:
        terminal.print_json(asdict(shown))
        return
    print_record(shown)
    terminal.print_next("winnow status")


def retract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's id or file name; see winnow status.")],
    why: Annotated[str, typer.Option(help="Why; it is kept with the trace.")] = "",
    json: JsonOption = False,
) -> None:
    """Take back a file that should not have been added; its trace stays."""
    result = workspace_of(context).retract(source, why=why)
    if json:
        terminal.print_json(asdict(result))
        return
    if result.already:
        terminal.print_line(f"source {result.source} ({result.name}) was retracted before; nothing changed")
    else:
        terminal.print_line(f"retracted {result.source} ({result.name}); {result.superseded:,} records are superseded")
    terminal.print_next("winnow status")


def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A label of the task.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name, or a label to merge it into.")],
    why: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    json: JsonOption = False,
) -> None:
    """Rename a label, or merge it into another; releases stay as they were."""
    renamed = workspace_of(context).rename(old, new, why=why)
    if json:
        terminal.print_json(asdict(renamed))
        return
    done = "was" if renamed.already else "is"
    verb = "merged into" if renamed.merged else "renamed to"
    terminal.print_line(f"{old} {done} {verb} {new}: {renamed.records:,} records, and winnow.yaml")
    for line in renamed.notes:
        terminal.print_note(line)
    terminal.print_next("winnow check")


def forget(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="Six or more characters of a record's id.")],
    why: Annotated[str, typer.Option(help="Why; it is kept, so name no private data.")] = "",
    json: JsonOption = False,
) -> None:
    """Remove a record's content everywhere; that it was forgotten stays."""
    forgotten = workspace_of(context).forget(record, why=why)
    if json:
        terminal.print_json(asdict(forgotten))
        return
    terminal.print_line(
        f"record {forgotten.record} {'was forgotten before; what was left is removed' if forgotten.already else 'is forgotten'}"
    )
    for file in forgotten.files:
        terminal.print_line(f"removed from {file}")
    for name in forgotten.releases:
        terminal.print_line(f"release {name} still holds it: freeze a new one, then delete that folder", style="yellow")
    for name in forgotten.queues:
        terminal.print_line(
            f"dataset {name} of the labeling server still holds it: forget it again, or pull, when it runs",
            style="yellow",
        )
    for file in forgotten.exports:
        terminal.print_line(f"{file} still holds it: delete it", style="yellow")
    terminal.print_next("winnow check")
