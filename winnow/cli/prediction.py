"""The command that answers queries and dialogues with a run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TextIO

import typer

from winnow.cli.params import (
    STDIN,
    EncodingOption,
    FormatOption,
    JsonOption,
    RunArgument,
    TableOption,
    TextColumnOption,
    context_of,
    input_files,
    progress_bar,
)
from winnow.cli.render import terminal
from winnow.core.atomic import atomic_write
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.parts import Part, parts_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS

if TYPE_CHECKING:
    from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
    from winnow.operations._context import Context
    from winnow.operations.predict import PredictOptions
    from winnow.training.runs import Run

Rows = list[dict[str, Any]]


class _Answered(NamedTuple):
    """One answer a row."""

    parts: Iterable[Rows]
    """The rows of the file in their order; a part is answered when it is asked for."""
    facts: dict[str, Any]
    """What holds for all of them."""


def predict(
    context: typer.Context,
    run: RunArgument,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="File of queries or dialogues, in any format that add supports; - for standard input, such as one "
            "query a line.",
        ),
    ],
    top: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Also state the most likely labels with their probabilities.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            help="Calibrated confidence below which the run does not answer; 0: it always does. [default: as fitted]",
        ),
    ] = None,
    fallback: Annotated[
        str | None,
        typer.Option(metavar="FILE|RUN", help="What is asked below the threshold: a file of rules, or another run."),
    ] = None,
    text_column: TextColumnOption = None,
    format: FormatOption = "auto",
    table: TableOption = None,
    encoding: EncodingOption = None,
    out: Annotated[Path | None, typer.Option(help="JSONL file to write instead of stdout.")] = None,
    json: JsonOption = False,
) -> None:
    """Label queries, or answer dialogues, with a run's model; one JSON line each."""
    from winnow.curation.io.readers.columns import Columns
    from winnow.curation.io.readers.source_rows import read_file
    from winnow.operations.predict import PredictOptions
    from winnow.training.run_facts import answers_in_dialogues

    place = context_of(context)
    opened = place.run(run)
    is_answering = answers_in_dialogues(opened.facts)
    options = PredictOptions(top, threshold, fallback)
    if is_answering:
        _refuse_options(opened.id, top=top, threshold=threshold, fallback=fallback)
    columns = Columns(text=text_column, label="none", route="none", split="none", time="none")
    kind = TOOLS if is_answering else INTENTS
    with input_files([file]) as (readable,):
        reading = read_file(readable, columns=columns, format=format, encoding=encoding, table=table, kind=kind)
    if file == STDIN and format == "auto":
        terminal.print_note(f"standard input is read as {reading.format}: {counted(len(reading.rows), 'row')}")
    answer = _answer_dialogues if is_answering else _label_queries
    parts, facts = answer(place, opened, reading, options, json)
    if json:
        rows = list(chain.from_iterable(parts))
        terminal.print_json(
            {"run": opened.id, **facts, "given": len(rows), "predictions": rows, "dropped": dict(_dropped(rows))}
        )
        return
    for reason, count in _write_rows(parts, len(reading.rows), out, command("evaluate", run)).items():
        terminal.print_note(f"{counted(count, 'row')} skipped: {reason}")


def _dropped(rows: Rows) -> Counter[str]:
    """Rows without an answer, by reason."""
    return Counter(row["reason"] for row in rows if "reason" in row)


def _label_queries(place: Context, run: Run, reading: SourceRows, options: PredictOptions, json: bool) -> _Answered:
    """One answer a row, and what the probabilities went through; what limits the answers is printed as notes."""
    from winnow.operations.predict import TEXTS_AT_A_TIME, notes_about, open_router_of, predict_rows, rule_facts

    with progress_bar("fitting on validation", json) as progress:
        router = open_router_of(place, run, options, progress=progress)
    for note in notes_about(router):
        terminal.print_note(note)

    def answer(part: Part[SourceRow]) -> Rows:
        with progress_bar("embedding", json) as progress:  # it ends before rows are printed
            return predict_rows(router, part.items, options, progress=part.counted(progress))

    return _Answered(map(answer, parts_of(reading.rows, TEXTS_AT_A_TIME)), {"rule": rule_facts(router)})


def _answer_dialogues(place: Context, run: Run, reading: SourceRows, options: PredictOptions, json: bool) -> _Answered:
    from winnow.operations.predict_dialogues import predict_dialogue_rows

    with progress_bar("answering", json) as progress:
        return _Answered([predict_dialogue_rows(run, reading, progress=progress)], {})


def _refuse_options(run: str, **given: object) -> None:
    """Raises WinnowError for options about labels, with a run that answers in dialogues."""
    found = f"{run} answers in dialogues"
    problems = [
        Problem(Parameter(name), found, "a run that labels queries", "leave it out")
        for name, value in given.items()
        if value is not None
    ]
    if problems:
        raise WinnowError(problems)


def _write_rows(parts: Iterable[Rows], given: int, out: Path | None, next_command: str) -> Counter[str]:
    """Write each part as soon as it is answered, a file as a whole at the end; returns the rows without an answer."""
    if not out:
        return _write_lines(parts, sys.stdout)
    if out.exists() and not out.is_file():
        with out.open("w", encoding="utf-8") as pipe:  # a pipe or a device, which no file may replace
            dropped = _write_lines(parts, pipe)
    else:
        with atomic_write(out) as temporary, temporary.open("w", encoding="utf-8") as file:
            dropped = _write_lines(parts, file)
    terminal.print_line(f"{out}: {counted(given, 'row')}")
    terminal.print_next(next_command)
    return dropped


def _write_lines(parts: Iterable[Rows], stream: TextIO) -> Counter[str]:
    dropped = Counter[str]()
    for rows in parts:
        lines = "".join(dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        stream.write(lines.encode("utf-8", "backslashreplace").decode())
        stream.flush()
        dropped += _dropped(rows)
    return dropped
