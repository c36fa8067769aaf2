"""How files are added, and which options contradict each other."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.curation.store.sources import GenerationBatch

ORIGINS = ("human", "log", "public", "synthetic")

UNKNOWN_LICENSE = "unknown"

NAME_THE_BATCH = "say --origin synthetic --batch NAME --generator NAME --prompt-version V --model NAME"


@dataclass(frozen=True)
class AddOptions:
    """How files are added."""

    origin: str | None = None
    """None: `human` for a file with labels, `log` for one without."""
    license: str = UNKNOWN_LICENSE
    split: str | None = None
    """The official split of rows that name none."""
    batch: GenerationBatch | None = None


def check_options(task: Task, options: AddOptions) -> None:
    problems = []
    if task.kind != "intents":
        fix = "this version adds intents only"
        problems.append(Problem("winnow.yaml", f"kind {task.kind!r}", "kind: intents", fix))
    if options.origin is not None and options.origin not in ORIGINS:
        problems.append(Problem("--origin", repr(options.origin), ", ".join(ORIGINS), "correct --origin"))
    if options.split is not None and options.split not in ("train", "validation", "test"):
        problems.append(Problem("--split", repr(options.split), "train, validation or test", "correct --split"))
    if options.batch and options.origin != "synthetic":
        fix = "say --origin synthetic, or leave out --batch"
        problems.append(Problem("--batch", f"origin {options.origin or 'not said'}", "origin synthetic", fix))
    if options.origin == "synthetic" and not options.batch:
        problems.append(Problem("--origin synthetic", "no batch", "the batch that made the rows", NAME_THE_BATCH))
    if options.origin == "synthetic" and options.split in ("validation", "test"):
        problems.append(
            Problem("--split", options.split, "train: synthetic rows are never hold-out", "leave out --split")
        )
    if problems:
        raise WinnowError(problems)
