"""Commands on packages: package, verify-adapter."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from winnow.cli.params import JsonOption, RunArgument, choice, context_of, progress_bar
from winnow.cli.render import terminal
from winnow.cli.render.adapter_check_view import print_adapter_check
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.package_vocabulary import ADAPTER_TARGETS, PackageTarget, PackedFormat
from winnow.operations.verify_adapter import DEFAULT_PROMPTS


def package(
    context: typer.Context,
    run: RunArgument,
    target: Annotated[
        str,
        typer.Option(
            "--for",
            metavar=f"<{'|'.join(PackageTarget)}>",
            help="Runtime that serves the run: huggingface or onnx for methods linear and encoder, else the others.",
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the run in the runtime; never reused. [default: the run's id]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the package, which must be new. [default: packages/NAME-TARGET]")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="For adapters: YAML file that replaces the rules of the runtime.")
    ] = None,
    quantize: Annotated[
        str | None, choice(PackedFormat, "For onnx: also write smaller weights, and count the answers that change.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Pack a run for a runtime: files, model card, and the commands to serve and check it."""
    from winnow.operations import package as operation

    options: dict[str, Any] = {"target": target, "name": name, "out": out, "rules": rules, "quantize": quantize}
    with progress_bar("comparing", json) as progress:
        made = operation.package(context_of(context), run, **options, progress=progress)
    if json:
        terminal.print_json(made.facts())
        return
    already = "" if made.new else " (was there already)"
    terminal.print_line(f"{made.folder}: {made.name} for {made.target}{already}")
    for sentence in made.findings:
        terminal.print_line(sentence)
    terminal.print_line()
    terminal.print_commands(made.commands.rstrip())
    is_adapter = made.target in ADAPTER_TARGETS
    terminal.print_next(
        command("verify-adapter", run) if is_adapter else command("deploy", run, by="NAME", reason="TEXT")
    )


def verify_adapter(
    context: typer.Context,
    run: RunArgument,
    count: Annotated[int, typer.Option(help="Number of validation prompts to compare.")] = DEFAULT_PROMPTS,
    endpoint: Annotated[
        str | None, typer.Option(help="Address of a server with OpenAI's API, such as http://localhost:8000/v1.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name of the adapter on that server.")] = None,
    base: Annotated[
        str | None, typer.Option(help="Name of the base model on that server. [default: the one on this machine]")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="JSONL file of answers; give it twice: base model first, then adapter."),
    ] = None,
    prompts: Annotated[Path | None, typer.Option(help="Only write the prompts to this JSONL file.")] = None,
    json: JsonOption = False,
) -> None:
    """Compare base and adapter on the same prompts; exit with 1 if all answers are the same."""
    from winnow.operations import verify_adapter as operation

    place = context_of(context)
    if prompts:
        written = operation.write_adapter_prompts(place, run, prompts, count=count)
        if json:
            terminal.print_json({"prompts": str(prompts), "rows": written})
            return
        terminal.print_line(f"{prompts}: {counted(written, 'prompt')}")
        terminal.print_next(command("verify-adapter", run, file=["BASE", "ADAPTER"]))
        return
    served = operation.served_model(endpoint, model, base)
    with progress_bar("answering", json) as progress:
        found = operation.verify_adapter(place, run, count=count, files=file or (), served=served, progress=progress)
    if json:
        terminal.print_json(asdict(found))
    else:
        print_adapter_check(found)
    found.require_differences()
    if not json:
        terminal.print_next(command("deploy", run, by="NAME", reason="TEXT"))
