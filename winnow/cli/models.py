"""Commands for the ML engineer: train, predict, evaluate, compare, feedback."""

from __future__ import annotations

import sys
from collections import Counter
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from winnow.cli.params import (
    EncodingOption,
    FormatOption,
    JsonOption,
    ReleaseArgument,
    RunArgument,
    TableOption,
    TextColumnOption,
    progress_bar,
    workspace_of,
    workspace_or_none,
)
from winnow.cli.render import terminal
from winnow.cli.render.artifact_table import print_artifacts
from winnow.cli.render.feedback_view import print_feedback
from winnow.cli.render.training_view import print_dry_run, prompt_cost_line
from winnow.operations._context import LOCAL_RUNS, find_release, find_run
from winnow.operations.feedback import DEFAULT_ANNOTATIONS
from winnow.operations.predict import predict_rows
from winnow.operations.train import estimate_training, method_settings, train_release


def train(
    context: typer.Context,
    release: ReleaseArgument,
    method: Annotated[
        str,
        typer.Option(
            help="linear: logistic regression on embeddings. encoder: LoRA on a sentence encoder. "
            "prompt: the task file as a prompt, answered by Claude or a local model."
        ),
    ] = "linear",
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 0,
    settings: Annotated[Path | None, typer.Option(help="YAML file of what the method is told.")] = None,
    changes: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ten steps, then what the whole would take.")] = False,
    report_to: Annotated[str | None, typer.Option(help="Passed to the Trainer: tensorboard, wandb, ...")] = None,
    json: JsonOption = False,
) -> None:
    """Train on a release; a folder is enough, also without its workspace."""
    workspace = workspace_or_none(context)
    method_options = method_settings(method, file=settings, changes=changes or ())
    if dry_run:
        opened = workspace.release(release) if workspace else find_release(release, None)
        print_dry_run(
            estimate_training(opened, method=method, seed=seed, settings=method_options), release, method, json
        )
        return
    how: dict[str, Any] = {"method": method, "seed": seed, "settings": method_options, "report_to": report_to}
    with progress_bar("embedding" if method == "linear" else "training", json) as progress:
        if workspace:
            run, new = workspace.train(release, **how, progress=progress)
        else:
            run, new = train_release(find_release(release, None), LOCAL_RUNS, **how, progress=progress)
    facts: dict[str, Any] = {"run": run.id, "path": str(run.path), "seconds": run.facts["seconds"], "new": new}
    if json:
        terminal.print_json(facts)
        return
    terminal.print_line(
        f"run {run.id}: {run.facts['train_rows']:,} rows, {run.facts['seconds']:.1f} s" + ("" if new else " (known)")
    )
    terminal.print_line(f"path {run.path}")
    if "estimate" in run.facts:
        terminal.print_line(prompt_cost_line(run.facts))
    terminal.print_next(f"winnow evaluate {run.id if workspace else run.path}")


def predict(
    context: typer.Context,
    run: RunArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Queries, in any format that add reads.")],
    text_column: TextColumnOption = None,
    format: FormatOption = "auto",
    table: TableOption = None,
    encoding: EncodingOption = None,
    out: Annotated[Path | None, typer.Option(help="Write JSONL here instead of to stdout.")] = None,
    json: JsonOption = False,
) -> None:
    """Label queries with a run's model, one JSON line each."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.io.readers.source_rows import read_file

    workspace = workspace_or_none(context)
    opened = find_run(run, workspace.folder if workspace else None)
    columns = Columns(text=text_column, label="none", route="none", split="none", time="none")
    reading = read_file(file, columns=columns, format=format, encoding=encoding, table=table)
    with progress_bar("embedding", json) as progress:
        rows = predict_rows(opened, reading, progress=progress)
    dropped = Counter(row["reason"] for row in rows if row["label"] is None)
    if json:
        terminal.print_json({"run": opened.id, "given": len(rows), "predictions": rows, "dropped": dict(dropped)})
        return
    lines = "".join(dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
    lines = lines.encode("utf-8", "backslashreplace").decode()
    if out:
        out.write_text(lines, encoding="utf-8")
        terminal.print_line(f"{out}: {len(rows):,} rows")
        terminal.print_next("winnow evaluate RUN")
    else:
        sys.stdout.write(lines)
    for reason, count in dropped.items():
        terminal.print_note(f"{count:,} rows not predicted: {reason}")


def runs(context: typer.Context, json: JsonOption = False) -> None:
    """List the runs of this workspace."""
    print_artifacts(workspace_of(context).runs(), "runs", json, next_command="winnow train RELEASE --method linear")


def feedback(
    context: typer.Context,
    run: RunArgument,
    annotations: Annotated[
        int, typer.Option(min=1, help="Answers that people can give in this round.")
    ] = DEFAULT_ANNOTATIONS,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="Measure what the feedback on this run mended. [default: found]")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Bring a run's mistakes to the queues and into a generation plan; say what the last round mended."""
    with progress_bar("reading train", json) as progress:
        result = workspace_of(context).feedback(run, annotations=annotations, against=against, progress=progress)
    if json:
        terminal.print_json(result.json())
        return
    print_feedback(result)
    actions = result.feedback.actions
    terminal.print_next(actions[0].command if actions else "winnow coverage")
