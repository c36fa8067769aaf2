"""The commands of who exports and trains: releases, runs, and what is measured on them."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from winnow import screens, terminal
from winnow.anywhere import (
    LOCAL_RUNS,
    open_release_at,
    open_run_at,
    predict_reading,
    rehearse_release,
    release_path,
    told_settings,
    train_release,
)
from winnow.options import (
    EncodingOption,
    FormatOption,
    Json,
    ReleaseArgument,
    RunArgument,
    TableOption,
    TextColumnOption,
    progress_bar,
    workspace_of,
    workspace_or_none,
)

if TYPE_CHECKING:
    from training.rehearsal import Rehearsal


def verify(context: typer.Context, release: ReleaseArgument, json: Json = False) -> None:
    """Find any change to a release; exit 1 when there is one."""
    from curation.release import sha256_of
    from curation.release import verify as verify_release

    workspace = workspace_or_none(context)
    path = release_path(release, workspace.folder if workspace else None)
    problems = workspace.verify(release) if workspace else verify_release(path, None).problems
    digest = sha256_of(path / "manifest.json")
    if json:
        ledger = "measured" if workspace else "not_measured"
        terminal.say_json({"ok": not problems, "problems": problems, "ledger": ledger, "sha256": digest})
    elif problems:
        for problem in problems:
            terminal.say(terminal.printable(problem), style="red")
    else:
        if workspace:
            terminal.say(f"{release} is as it was frozen; manifest SHA-256 {digest}")
            held = next((e["forgotten"] for e in workspace.releases() if e["name"] == path.name), 0)
            if held:
                terminal.say(
                    f"it still holds what was forgotten since: {held} record{'s' if held > 1 else ''}", style="yellow"
                )
        else:
            terminal.say(f"{release} matches its own manifest; SHA-256 {digest}")
            terminal.say("no ledger is at hand here: compare the SHA-256 with the one that freeze printed")
        terminal.say_next(f"winnow train {release} --method linear")
    if problems:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    release: ReleaseArgument,
    format: Annotated[str, typer.Option(help="jsonl, csv or chat.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; exports/RELEASE-FORMAT by default.")] = None,
    json: Json = False,
) -> None:
    """Write a release in another shape."""
    folder, written = workspace_of(context).export(release, format, out=out)
    if json:
        terminal.say_json({"path": str(folder), "files": written})
        return
    for name, rows in written.items():
        terminal.say(f"{folder / name}: {rows:,} rows")
    terminal.say_next(f"winnow train {release} --method linear")


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
    json: Json = False,
) -> None:
    """Train on a release; a folder is enough, also without its workspace."""
    workspace = workspace_or_none(context)
    told = told_settings(method, file=settings, changes=changes or ())
    if dry_run:
        opened = workspace.release(release) if workspace else open_release_at(release, None)
        _say_rehearsal(rehearse_release(opened, method=method, seed=seed, settings=told), release, method, json)
        return
    how: dict[str, Any] = {"method": method, "seed": seed, "settings": told, "report_to": report_to}
    with progress_bar("embedding" if method == "linear" else "training", json) as progress:
        if workspace:
            run, new = workspace.train(release, **how, progress=progress)
        else:
            run, new = train_release(open_release_at(release, None), LOCAL_RUNS, **how, progress=progress)
    facts: dict[str, Any] = {"run": run.id, "path": str(run.path), "seconds": run.facts["seconds"], "new": new}
    if json:
        terminal.say_json(facts)
        return
    terminal.say(
        f"run {run.id}: {run.facts['train_rows']:,} rows, {run.facts['seconds']:.1f} s" + ("" if new else " (known)")
    )
    terminal.say(f"path {run.path}")
    if "estimate" in run.facts:
        terminal.say(screens.cost_of_asking(run.facts))
    terminal.say_next(f"winnow evaluate {run.id if workspace else run.path}")


def _say_rehearsal(rehearsal: Rehearsal, release: str, method: str, json: bool) -> None:
    """What a training would take, as it went in its first steps."""
    if json:
        terminal.say_json(asdict(rehearsal))
        return
    whole = (
        f"{rehearsal.steps_in_all:,} steps in {rehearsal.seconds:,.0f} s, {rehearsal.seconds_per_epoch:,.1f} s an epoch"
    )
    terminal.say(f"{rehearsal.steps} steps taken, {rehearsal.seconds_per_step:.3f} s each; nothing is kept")
    terminal.say(f"the whole: at most {whole}, on a machine as busy as now")
    for name, count in rehearsal.peak_memory.items():
        size = f"{count / 2**20:,.0f} MiB" if isinstance(count, int) else count
        terminal.say(f"peak memory, {name.removesuffix('_bytes')}: {size}")
    terminal.say_next(f"winnow train {release} --method {method}")


def predict(
    context: typer.Context,
    run: RunArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Queries, in any format that add reads.")],
    text_column: TextColumnOption = None,
    format: FormatOption = "auto",
    table: TableOption = None,
    encoding: EncodingOption = None,
    out: Annotated[Path | None, typer.Option(help="Write JSONL here instead of to stdout.")] = None,
    json: Json = False,
) -> None:
    """Label queries with a run's model, one JSON line each."""
    from curation.reading import Columns, read_file

    workspace = workspace_or_none(context)
    opened = open_run_at(run, workspace.folder if workspace else None)
    columns = Columns(text=text_column, label="none", route="none", split="none", time="none")
    reading = read_file(file, columns=columns, format=format, encoding=encoding, table=table)
    with progress_bar("embedding", json) as progress:
        rows = predict_reading(opened, reading, progress=progress)
    dropped = Counter(row["reason"] for row in rows if row["label"] is None)
    if json:
        terminal.say_json({"run": opened.id, "given": len(rows), "predictions": rows, "dropped": dict(dropped)})
        return
    lines = "".join(dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
    lines = lines.encode("utf-8", "backslashreplace").decode()
    if out:
        out.write_text(lines, encoding="utf-8")
        terminal.say(f"{out}: {len(rows):,} rows")
        terminal.say_next("winnow evaluate RUN")
    else:
        sys.stdout.write(lines)
    for reason, count in dropped.items():
        terminal.note(f"{count:,} rows not predicted: {reason}")


def releases(context: typer.Context, json: Json = False) -> None:
    """List the releases of this workspace."""
    _say_ledger(workspace_of(context).releases(), "releases", json, next_command="winnow freeze NAME")


def runs(context: typer.Context, json: Json = False) -> None:
    """List the runs of this workspace."""
    _say_ledger(workspace_of(context).runs(), "runs", json, next_command="winnow train RELEASE --method linear")


def _say_ledger(entries: list[dict[str, Any]], what: str, json: bool, *, next_command: str) -> None:
    if json:
        terminal.say_json({what: entries})
        return
    rows = [(e["name"], e["at"], e["sha256"][:12], _in_words(e["detail"]) + _held(e)) for e in entries]
    if rows:
        terminal.table(["name", "made", "SHA-256", ""], rows)
    else:
        terminal.say(f"no {what} yet")
    terminal.say_next(next_command)


def _held(entry: dict[str, Any]) -> str:
    """The mark of a run in production, and of a release that still holds what was forgotten."""
    if entry.get("deployed"):
        return "; deployed"
    if not entry.get("at_hand", True):
        return "; its folder is gone"
    return f"; holds {entry['forgotten']} forgotten: freeze anew and delete it" if entry.get("forgotten") else ""


def _in_words(detail: dict[str, Any]) -> str:
    pairs = [pair for k, v in detail.items() for pair in (v.items() if isinstance(v, dict) else [(k, v)])]
    return ", ".join(f"{name} {value}" for name, value in pairs)
