"""How files are added, and which options contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from winnow.config.tool_mapping import ToolMapping
from winnow.core.choices import choice_problem
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_output_names import ModelOutputName
from winnow.core.vocabulary import HOLD_OUT_SPLITS, ORIGINS, SPLITS
from winnow.curation.store.origin_models import UNKNOWN_MODEL, models_in
from winnow.curation.store.sources import GenerationBatch

UNKNOWN_LICENSE = "unknown"


NAME_THE_BATCH = "name the batch: " + command(
    "add", "FILE", origin="synthetic", batch="NAME", generator="NAME", prompt_version="VERSION", model="NAME"
)


@dataclass(frozen=True)
class AddOptions:
    """How files are added."""

    origin: str | None = None
    """None: `human` for a file with labels, `log` for one without."""
    license: str = UNKNOWN_LICENSE
    split: str | None = None
    """The official split of rows that do not name one."""
    batch: GenerationBatch | None = None
    origin_model: str | None = None
    """The models that wrote rows which name none themselves, separated by `; `."""
    tool_mapping: ToolMapping | None = None
    """What the tools of the files are in the task; checked for it."""
    model_output: str | None = None
    """The form of the answers, where they are the raw output of a model."""


def check_options(options: AddOptions) -> None:
    """Raise WinnowError with all contradictions among the options of one `add`."""
    problems = [
        problem
        for parameter, value, choices in (
            ("origin", options.origin, ORIGINS),
            ("split", options.split, SPLITS),
            ("model_output", options.model_output, [*ModelOutputName]),
        )
        if value is not None and (problem := choice_problem(parameter, value, choices))
    ]
    if options.batch and options.origin != "synthetic":
        fix = "set the origin to synthetic, or leave out the batch"
        found = f"a batch with origin {options.origin}" if options.origin else "a batch without an origin"
        problems.append(Problem(Parameter("batch"), found, "origin synthetic", fix))
    problems += _problems_with_model(options)
    if options.origin == "synthetic" and not options.batch:
        found = "synthetic without a batch"
        problems.append(Problem(Parameter("origin"), found, "the batch that the rows come from", NAME_THE_BATCH))
    if options.origin == "synthetic" and options.split in HOLD_OUT_SPLITS:
        expected = "train: synthetic rows are never hold-out"
        problems.append(Problem(Parameter("split"), options.split, expected, "leave out the split"))
    if problems:
        raise WinnowError(problems)


def _problems_with_model(options: AddOptions) -> Iterator[Problem]:
    """A model without a name, and one that is not that of the batch."""
    stated, batch = options.origin_model, options.batch
    if stated is not None and not models_in(stated):
        yield Problem(Parameter("origin_model"), repr(stated), "the name of a model", "name it, or leave it out")
    elif stated and batch and batch.model not in (UNKNOWN_MODEL, stated):
        found = f"{stated!r} for a batch that {batch.model!r} wrote"
        yield Problem(Parameter("origin_model"), found, "the model of the batch", "leave it out")
