"""Screen one file: which rows are kept, with which origin and license."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.curation.ingest.add_options import NAME_THE_BATCH, UNKNOWN_LICENSE, AddOptions
from winnow.curation.ingest.screen import DroppedRow, KeptRow, ScreenContext, screen
from winnow.curation.io.readers.columns import parse_split
from winnow.curation.io.readers.source_rows import RestoredRows, SourceRows
from winnow.curation.store.sources import GenerationBatch


@dataclass(frozen=True)
class ScreenedFile:
    """One file after screening."""

    reading: SourceRows
    origin: str
    license: str
    batch: GenerationBatch | None
    """The generator run that wrote synthetic rows."""
    settings: str
    kept: list[KeptRow]
    dropped: list[DroppedRow]


def screen_file(reading: SourceRows, task: Task, options: AddOptions, context: ScreenContext) -> ScreenedFile:
    """Screen the rows of a file that was read and settle its origin and license; notes say what was assumed."""
    kept, dropped = screen(reading.rows, task, context, split=options.split)
    labeled = any(row.label not in (None, "") for row in reading.rows)
    known_origin = reading.fixed.origin if reading.fixed else ""
    origin = options.origin or known_origin or ("human" if labeled else "log")
    batch = options.batch
    if reading.restored:
        origin, batch = known_origin, _restored_batch(reading.restored)
    license = context.scrubber.scrub(options.license).text
    if license == UNKNOWN_LICENSE and reading.fixed and reading.fixed.license:
        license = reading.fixed.license
    if origin == "synthetic" and not batch:
        raise WinnowError(
            Problem(reading.name, "synthetic rows without a batch", "the batch that they come from", NAME_THE_BATCH)
        )
    if options.origin is None and not known_origin:
        why = "it has labels" if labeled else "it has no labels"
        reading.notes.append(f"{reading.name}: origin {origin!r}, because {why}; set the origin to change that")
    if license == UNKNOWN_LICENSE:
        reading.notes.append(f"{reading.name}: license unknown, and a release needs one: name the license")
    stem = parse_split(Path(reading.name).name.split(".")[0])
    if stem and options.split is None and "split" not in reading.columns.chosen():
        reading.notes.append(f"{reading.name}: no official split; set the split {stem} if it is one")
    settings = {
        "columns": reading.columns.chosen(),
        "origin": origin,
        "license": license,
        "split": options.split,
        "batch": batch.id if batch else None,
        **({"release": reading.restored.release} if reading.restored and reading.restored.release else {}),
    }
    return ScreenedFile(reading, origin, license, batch, json.dumps(settings, sort_keys=True), kept, dropped)


def _restored_batch(restored: RestoredRows) -> GenerationBatch | None:
    """The batch of synthetic rows of a release, which does not say what wrote each of them."""
    return GenerationBatch(restored.batch, "release", "unknown", "unknown") if restored.batch else None
