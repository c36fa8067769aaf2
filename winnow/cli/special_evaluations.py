"""What `evaluate` measures besides the splits: forgetting, suites, and the form of the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from winnow.cli.params import input_files, progress_bar
from winnow.cli.render import terminal
from winnow.cli.render.forgetting_view import print_forgetting
from winnow.cli.render.suite_view import print_format_sensitivity, print_suite
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.operations._context import Context

TOGETHER = {"--suite", "--format-sensitivity"}
"""Options that each measure something of their own, and may be given together."""


def refuse_other_modes(modes: Mapping[str, object], others: Mapping[str, object]) -> None:
    """Raises WinnowError for options without effect: next to one of `modes`, or two modes that exclude each other."""
    chosen = [name for name, value in modes.items() if value]
    if not chosen:
        return
    ignored = [name for name, value in others.items() if value]
    if len(chosen) > 1 and set(chosen) != TOGETHER:
        ignored += chosen[1:]
    if ignored:
        found = f"given together with {chosen[0]}, where it has no effect"
        fix = "evaluate twice: once with each of them"
        raise WinnowError([Problem(name, found, f"{chosen[0]} alone", fix) for name in ignored])


def evaluate_general(place: Context, run: str, file: Path, *, json: bool) -> None:
    """Measure what a run forgets of general instructions, and print it."""
    from winnow.operations import evaluate_general as operation

    with input_files([file]) as (given,), progress_bar("scoring", json) as progress:
        found = operation.evaluate_general(place, run, given, progress=progress)
    if json:
        terminal.print_json(found.model_dump(mode="json"))
        return
    print_forgetting(found)
    lost = found.verdict == ForgettingVerdict.DEGRADES
    terminal.print_next("winnow train RELEASE --method adapter" if lost else command("decide", found.run))


def evaluate_suite(place: Context, run: str, file: Path, *, json: bool) -> None:
    """Measure a run on a suite, and print it."""
    from winnow.operations import evaluate_suite as operation

    with progress_bar("answering", json) as progress:
        found = operation.evaluate_suite(place, run, file, progress=progress)
    if json:
        terminal.print_json(found.measures.model_dump(mode="json"))
        return
    print_suite(found.measures)
    terminal.print_next(command("evaluate", run, suite=str(file), format_sensitivity=True))


def evaluate_format_sensitivity(place: Context, run: str, *, split: str, suite: Path | None, json: bool) -> None:
    """Measure how much the answers of a run depend on the form of the prompt, and print it."""
    from winnow.operations import evaluate_suite as operation

    with progress_bar("answering", json) as progress:
        found = operation.evaluate_format_sensitivity(place, run, split=split, suite=suite, progress=progress)
    if json:
        terminal.print_json(found.model_dump(mode="json"))
        return
    print_format_sensitivity(found)
    terminal.print_next("winnow compare RUN RUN")
