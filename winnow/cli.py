"""The command line: one short function a command. Heavy imports wait until a command needs them."""

from __future__ import annotations

import gc
import io
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from validators.faults import Fault, ServiceError, WinnowError
from winnow import screens, terminal
from winnow.deciding import decide, deploy
from winnow.engineering import export, predict, releases, runs, train, verify
from winnow.feeding import feedback
from winnow.generating import generate
from winnow.labeling import annotators, pull, push, serve
from winnow.measuring import compare, evaluate
from winnow.options import (
    EncodingOption,
    FormatOption,
    Json,
    TableOption,
    TextColumnOption,
    progress_bar,
    workspace_of,
)
from winnow.workspace import Workspace

if TYPE_CHECKING:
    from curation.check import Check

app = typer.Typer(
    name="winnow",
    help="Turn raw user queries into a dataset worth training on.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="The folder with winnow.yaml, or one below it.")
    ] = Path(),
) -> None:
    context.obj = workspace


@app.command()
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
    from curation.reading import Columns, read_file

    columns = Columns(text=text_column, label=label_column, route=route_column)
    source = None
    if from_file:
        source = read_file(from_file, columns=columns, format=format, encoding=encoding, table=table)
    made = Workspace.init(folder, template=template, from_file=source)
    labels = len(made.task.labels)
    terminal.say(f"wrote {made.folder.task_file} with {labels} labels")
    add = f"cd {folder} && winnow add {from_file.resolve() if from_file else 'FILE'} --licence own"
    terminal.say_next(add if template == "intents" else f"edit {made.folder.task_file}")


@app.command()
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Files of any known format.")],
    format: FormatOption = "auto",
    origin: Annotated[str | None, typer.Option(help="human, log, public or synthetic.")] = None,
    licence: Annotated[str, typer.Option(help="Licence of the data, such as CC-BY-4.0; own: it is yours.")] = "unknown",
    text_column: TextColumnOption = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the label; none: there is none.")] = None,
    route_column: Annotated[str | None, typer.Option(help="Column of the agent.")] = None,
    split_column: Annotated[str | None, typer.Option(help="Column of the official split; none: ignore it.")] = None,
    family_column: Annotated[str | None, typer.Option(help="Column of the session or user.")] = None,
    time_column: Annotated[str | None, typer.Option(help="Column of the time.")] = None,
    split: Annotated[str | None, typer.Option(help="The official split of all rows: train, validation, test.")] = None,
    table: TableOption = None,
    encoding: EncodingOption = None,
    batch: Annotated[str | None, typer.Option(help="Synthetic rows: the batch's name.")] = None,
    generator: Annotated[str, typer.Option(help="Synthetic rows: what made them.")] = "unknown",
    prompt_version: Annotated[str, typer.Option(help="Synthetic rows: the prompt's version.")] = "unknown",
    model: Annotated[str, typer.Option(help="Synthetic rows: the model.")] = "unknown",
    json: Json = False,
) -> None:
    """Screen files and store what may enter."""
    from curation.intake import Batch
    from curation.reading import Columns

    columns = Columns(text_column, label_column, route_column, split_column, family_column, time_column)
    terminal.note(f"reading and screening {', '.join(path.name for path in files[:5])}")
    result = workspace_of(context).add(
        files,
        format=format,
        columns=columns,
        origin=origin,
        licence=licence,
        split=split,
        batch=Batch(batch, generator, prompt_version, model) if batch else None,
        encoding=encoding,
        table=table,
    )
    if json:
        terminal.say_json(asdict(result))
        return
    screens.say_added(result)
    terminal.say_next("winnow check" if result.added or result.known else "mend the file, then winnow add it again")


@app.command()
def status(context: typer.Context, json: Json = False) -> None:
    """Count records, reserves and queues, and say what to do next."""
    found = workspace_of(context).status()
    if json:
        terminal.say_json(found.json())
        return
    screens.say_status(found)
    terminal.say()
    terminal.say_next(found.next)


@app.command()
def show(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="An id, the beginning of one, or an exact text.")],
    json: Json = False,
) -> None:
    """Show everything known about one record."""
    shown = workspace_of(context).show(record)
    if json:
        terminal.say_json(asdict(shown))
        return
    screens.say_shown(shown)
    terminal.say_next("winnow status")


@app.command()
def retract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source's id or file name; see winnow status.")],
    why: Annotated[str, typer.Option(help="Why; it is kept with the trace.")] = "",
    json: Json = False,
) -> None:
    """Take back a file that should not have been added; its trace stays."""
    result = workspace_of(context).retract(source, why=why)
    if json:
        terminal.say_json(asdict(result))
        return
    if result.already:
        terminal.say(f"source {result.source} ({result.name}) was retracted before; nothing changed")
    else:
        terminal.say(f"retracted {result.source} ({result.name}); {result.superseded:,} records are superseded")
    terminal.say_next("winnow status")


@app.command()
def check(
    context: typer.Context,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="GATE=VALUE", help="What if: leakage=0.2, duplicates.cosine=0.95.")
    ] = [],  # noqa: B006  (Typer copies it)
    json: Json = False,
) -> None:
    """Measure every gate; exit 1 when one fails."""
    with progress_bar("embedding", json) as progress:
        result = workspace_of(context).check(settings, progress=progress)
    if json:
        costs = [asdict(cost) for cost in result.costs]
        extra = {"costs": costs, "excluded": result.excluded, "similarity_between_splits": result.between_splits()}
        terminal.say_json({"passed": result.passed, "gates": [asdict(gate) for gate in result.gates], **extra})
    else:
        screens.say_check(result)
        if not settings:
            terminal.say(f"which, and what they repeat: {workspace_of(context).folder.reports / 'excluded.csv'}")
        terminal.say_next(_after_check(result))
    if not result.passed:
        raise typer.Exit(1)


def _after_check(result: Check) -> str:
    """The mend of the first gate that fails, else of the first that could not be measured, else the freeze."""
    for verdict in ("fail", "not_measured"):
        fix = next((gate.fix for gate in result.gates if gate.verdict == verdict), None)
        if fix:
            return fix
    return "winnow freeze NAME"


@app.command()
def coverage(context: typer.Context, json: Json = False) -> None:
    """Show what the dataset lacks of what users ask; writes a page and a plan."""
    with progress_bar("embedding", json) as progress:
        found, page, plan = workspace_of(context).coverage(progress=progress)
    if json:
        terminal.say_json({**found.json(), "report": str(page), "plan": str(plan)})
        return
    screens.say_coverage(found)
    terminal.say()
    terminal.say(f"page {page}")
    terminal.say(f"plan {plan}")
    terminal.say_next("winnow check")


@app.command()
def report(context: typer.Context, json: Json = False) -> None:
    """Draw the page to open every morning: where the dataset stands, what is wrong, which command mends it."""
    with progress_bar("embedding", json) as progress:
        found, page = workspace_of(context).report(progress=progress)
    if json:
        terminal.say_json({**found.json(), "page": str(page)})
        return
    screens.say_people(found.people)
    for one in found.todo:
        terminal.say(f"- {one.what}: {one.evidence}; {one.command}")
    terminal.say(f"page {page}; more in {page.with_name('people.html').name} and coverage.html beside it")
    terminal.say_next(found.todo[0].command if found.todo else found.status.next)


@app.command()
def waive(
    context: typer.Context,
    gate: Annotated[str, typer.Argument(help="The gate's name, as winnow check prints it.")],
    by: Annotated[str, typer.Option(help="Who takes responsibility.")] = "",
    reason: Annotated[str, typer.Option(help="Why; it is printed in the release.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that it is valid.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw the waivers of this gate instead.")] = False,
) -> None:
    """Record a named, dated, reasoned exception to one gate."""
    workspace = workspace_of(context)
    if withdraw:
        count = workspace.withdraw_waiver(gate)
        terminal.say(f"{gate}: {count} waiver{'s' if count > 1 else ''} withdrawn")
    elif until is None:
        raise WinnowError(Fault("--until", "no date", "the last day that it is valid", "say --until YYYY-MM-DD"))
    else:
        workspace.waive(gate, by=by, reason=reason, until=until.date())
        terminal.say(f"{gate} is waived until {until.date()}")
    screens.say_waivers(workspace.waivers())
    terminal.say_next("winnow check")


@app.command()
def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A label of the task.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name, or a label to merge it into.")],
    why: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    json: Json = False,
) -> None:
    """Rename a label, or merge it into another; releases stay as they were."""
    renamed = workspace_of(context).rename(old, new, why=why)
    if json:
        terminal.say_json(asdict(renamed))
        return
    done = "was" if renamed.already else "is"
    verb = "merged into" if renamed.merged else "renamed to"
    terminal.say(f"{old} {done} {verb} {new}: {renamed.records:,} records, and winnow.yaml")
    for line in renamed.notes:
        terminal.note(line)
    terminal.say_next("winnow check")


@app.command()
def forget(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help="Six or more characters of a record's id.")],
    why: Annotated[str, typer.Option(help="Why; it is kept, so name no private data.")] = "",
    json: Json = False,
) -> None:
    """Remove a record's content everywhere; that it was forgotten stays."""
    gone = workspace_of(context).forget(record, why=why)
    if json:
        terminal.say_json(asdict(gone))
        return
    terminal.say(
        f"record {gone.record} {'was forgotten before; what was left is removed' if gone.already else 'is forgotten'}"
    )
    for file in gone.files:
        terminal.say(f"removed from {file}")
    for name in gone.releases:
        terminal.say(f"release {name} still holds it: freeze a new one, then delete that folder", style="yellow")
    for name in gone.queues:
        terminal.say(
            f"dataset {name} of the labeling server still holds it: forget it again, or pull, when it runs",
            style="yellow",
        )
    for file in gone.exports:
        terminal.say(f"{file} still holds it: delete it", style="yellow")
    terminal.say_next("winnow check")


@app.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="A", help="A release's name, or the path of its folder.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Another one, usually newer.")],
    json: Json = False,
) -> None:
    """Say what changed between two releases; writes a page too."""
    found, page = workspace_of(context).diff(old, new)
    if json:
        terminal.say_json({**found.json(), "report": str(page)})
        return
    screens.say_diff(found)
    terminal.say(f"page {page}")
    terminal.say_next(f"winnow verify {found.new}")


@app.command()
def freeze(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A new name; names are never reused.")],
    json: Json = False,
) -> None:
    """Make an immutable release; refuses when a gate fails."""
    with progress_bar("embedding", json) as progress:
        frozen = workspace_of(context).freeze(name, progress=progress)
    if json:
        terminal.say_json(asdict(frozen))
        return
    screens.say_frozen(frozen)
    terminal.say_next(f"winnow train {name} --method linear")


app.command()(verify)
app.command()(export)
app.command()(train)
app.command()(predict)
app.command()(evaluate)
app.command()(compare)
app.command()(decide)
app.command()(deploy)
app.command()(feedback)
app.add_typer(generate, name="generate")
app.command()(serve)
app.add_typer(annotators, name="annotators")
app.command()(push)
app.command()(pull)
app.command()(releases)
app.command()(runs)


def main() -> None:
    """Entry point: errors become sentences and exit codes, never tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still gets the line
    gc.set_threshold(200_000, 20, 20)  # commands load many small objects and end: collect seldom
    try:
        app()
    except WinnowError as error:
        terminal.say_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            sys.exit(0)
        place = error.filename or "file system"
        terminal.say_error(
            ServiceError(Fault(str(place), error.strerror or str(error), "", "check disk and permissions"))
        )
        sys.exit(ServiceError.exit_code)
