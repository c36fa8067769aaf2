"""The commands of who exports and trains: releases, runs, and what is measured on them."""

from __future__ import annotations

import sys
from collections import Counter
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from winnow import terminal
from winnow.anywhere import (
    LOCAL_RUNS,
    open_release_at,
    open_run_at,
    predict_reading,
    release_path,
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
    method: Annotated[str, typer.Option(help="linear: logistic regression on embeddings.")] = "linear",
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 0,
    json: Json = False,
) -> None:
    """Train on a release; a folder is enough, also without its workspace."""
    workspace = workspace_or_none(context)
    with progress_bar("embedding", json) as progress:
        if workspace:
            run, new = workspace.train(release, method=method, seed=seed, progress=progress)
        else:
            opened = open_release_at(release, None)
            run, new = train_release(opened, LOCAL_RUNS, method=method, seed=seed, progress=progress)
    facts: dict[str, Any] = {"run": run.id, "path": str(run.path), "seconds": run.facts["seconds"], "new": new}
    if json:
        terminal.say_json(facts)
        return
    terminal.say(
        f"run {run.id}: {run.facts['train_rows']:,} rows, {run.facts['seconds']:.1f} s" + ("" if new else " (known)")
    )
    terminal.say(f"path {run.path}")
    terminal.say_next(f"winnow evaluate {run.id if workspace else run.path}")


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
    """The mark of a release that still holds what was forgotten."""
    if not entry.get("at_hand", True):
        return "; its folder is gone"
    return f"; holds {entry['forgotten']} forgotten: freeze anew and delete it" if entry.get("forgotten") else ""


def _in_words(detail: dict[str, Any]) -> str:
    pairs = [pair for k, v in detail.items() for pair in (v.items() if isinstance(v, dict) else [(k, v)])]
    return ", ".join(f"{name} {value}" for name, value in pairs)
