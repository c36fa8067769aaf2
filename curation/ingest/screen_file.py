"""Screen one file: which rows are kept, with which origin and license."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from winnow.config.task import Task
from winnow.config.tool_mapping import ToolMapping, checked_mapping
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.working_row import MODEL_SEPARATOR
from winnow.curation.ingest.add_options import UNKNOWN_LICENSE, AddOptions, check_options
from winnow.curation.ingest.apply_section import options_with
from winnow.curation.ingest.screen import DroppedRow, KeptRow, ScreenContext, screen
from winnow.curation.io.dropped_line import DroppedBatch
from winnow.curation.io.model_output.read_model_output import read_model_output
from winnow.curation.io.readers.columns import parse_split
from winnow.curation.io.readers.dropped_rows import LOG_SETTING, AsAdded
from winnow.curation.io.readers.source_rows import RestoredRows, SourceRows
from winnow.curation.io.readers.time_columns import TIME_FORMAT_SETTING
from winnow.curation.store.origin_models import UNKNOWN_MODEL, models_in
from winnow.curation.store.sources import GenerationBatch, StoredSource
from winnow.validators.kinds import kind_of
from winnow.validators.label_cells import read_label


@dataclass(frozen=True)
class ScreenedFile:
    """One file after screening."""

    reading: SourceRows
    origin: str
    license: str
    split: str | None
    """The official split of rows that do not name one."""
    batch: GenerationBatch | None
    """The batch of synthetic rows."""
    settings: str
    """Columns and options, as JSON, as the source stores them."""
    kept: list[KeptRow]
    dropped: list[DroppedRow]
    origin_model: str | None = None
    """The models that wrote rows which name none themselves."""


def screen_file(reading: SourceRows, task: Task, options: AddOptions, context: ScreenContext) -> ScreenedFile:
    """Screen the rows of a file that was read and settle its origin and license; notes say what was assumed."""
    if reading.as_added:
        return _screen_as_added(reading, reading.as_added, task, options, context)
    options = options_with(reading.section, options)
    reading = read_model_output(reading, options.model_output)
    kept, dropped = screen(reading.rows, task, context, split=options.split, mapping=options.tool_mapping)
    labeled = any(read_label(one) is not None for row in reading.rows for one in row.given_labels)
    corrects = any(row.supersedes not in (None, "") for row in reading.rows)
    restored = reading.restored
    origin = restored.origin if restored else options.origin or _assumed_origin(reading, is_decided=labeled or corrects)
    batch = _restored_batch(restored) if restored else options.batch
    license = context.scrubber.scrub(options.license).text
    model = restored.origin_model or None if restored else _scrubbed_model(options, context)
    if license == UNKNOWN_LICENSE and restored and restored.license:
        license = restored.license
    if options.origin is None and not restored:
        found = "it has labels" if labeled else "it corrects records" if corrects else "it has no labels"
        why = "it is an interaction log" if reading.is_log else found
        reading.notes.append(f"{reading.name}: origin {origin!r}, because {why}; set the origin to change that")
    if license == UNKNOWN_LICENSE:
        reading.notes.append(f"{reading.name}: license unknown, and a release needs one: name the license")
    stem = parse_split(Path(reading.name).name.split(".")[0])
    if stem and options.split is None and "split" not in reading.columns.chosen():
        reading.notes.append(f"{reading.name}: no official split; set the split {stem} if it is one")
    settings = _settings(reading, replace(options, origin=origin, license=license, batch=batch, origin_model=model))
    return ScreenedFile(reading, origin, license, options.split, batch, settings, kept, dropped, model)


def _assumed_origin(reading: SourceRows, *, is_decided: bool) -> str:
    """The origin of a file for which none is given. `is_decided`: it has labels or corrections, which people write."""
    return "human" if is_decided and not reading.is_log else "log"


def _settings(reading: SourceRows, options: AddOptions) -> str:
    """Columns and options of a source, as JSON; of rows of a release also which one it is."""
    settings = {
        "columns": reading.columns.chosen(),
        "origin": options.origin,
        "license": options.license,
        "split": options.split,
        "batch": options.batch.id if options.batch else None,
        **({"origin_model": options.origin_model} if options.origin_model else {}),
        **({"tool_mapping": options.tool_mapping.json_form()} if options.tool_mapping else {}),
        **({LOG_SETTING: True} if reading.is_log else {}),
        **({"model_output": options.model_output} if options.model_output else {}),
        **({"where": reading.where} if reading.where else {}),
        **({TIME_FORMAT_SETTING: reading.time_form} if reading.time_form else {}),
        **({"release": reading.restored.release} if reading.restored and reading.restored.release else {}),
    }
    return json.dumps(settings, sort_keys=True)


def _restored_batch(restored: RestoredRows) -> GenerationBatch | None:
    """The batch of synthetic rows of a release, which does not say what wrote each of them."""
    return (
        GenerationBatch(restored.batch, "release", "unknown", restored.origin_model or UNKNOWN_MODEL)
        if restored.batch
        else None
    )


def _screen_as_added(
    reading: SourceRows, added: AsAdded, task: Task, options: AddOptions, context: ScreenContext
) -> ScreenedFile:
    """Screen dropped rows with the options of the file that they came from.

    Raises WinnowError for an option that differs: it would count the file as another source.
    """
    added = _checked(reading, added, task, context)
    mapping, model = _mapping_of(reading, added, task), _model_of(added)
    given = {"origin": options.origin, "split": options.split, "batch": options.batch and options.batch.id}
    known = {"origin": added.origin, "split": added.split, "batch": added.batch and added.batch.id}
    given["origin_model"], known["origin_model"] = _scrubbed_model(options, context), model
    if options.tool_mapping is not None:
        given["tool_mapping"] = "another mapping" if options.tool_mapping != mapping else None
        known["tool_mapping"] = "the mapping" if mapping else "no mapping"
    output_form = json.loads(added.settings).get("model_output")
    if options.model_output is not None:
        given["model_output"], known["model_output"] = options.model_output, output_form
    if options.license != UNKNOWN_LICENSE:
        given["license"], known["license"] = options.license, added.license
    fix = "leave it out, or add the dropped rows in a command of their own"
    problems = [
        Problem(Parameter(name), f"{value} for dropped rows of {reading.name}", f"{known[name]}, as it was added", fix)
        for name, value in given.items()
        if value is not None and value != known[name]
    ]
    if problems:
        raise WinnowError(problems)
    reading = read_model_output(reading, output_form)
    kept, dropped = screen(reading.rows, task, context, split=added.split, mapping=mapping)
    batch = GenerationBatch(**added.batch.model_dump()) if added.batch else None
    return ScreenedFile(reading, added.origin, added.license, added.split, batch, added.settings, kept, dropped, model)


def _scrubbed_model(options: AddOptions, context: ScreenContext) -> str | None:
    """The stated models without private data, each once."""
    names = models_in(context.scrubber.scrub(options.origin_model or "").text)
    return MODEL_SEPARATOR.join(dict.fromkeys(names)) or None


def _model_of(added: AsAdded) -> str | None:
    """The models that were stated for the source of dropped rows."""
    stated = json.loads(added.settings).get("origin_model")
    return stated if isinstance(stated, str) and stated else None


def _mapping_of(reading: SourceRows, added: AsAdded, task: Task) -> ToolMapping | None:
    """The tool mapping that the source of dropped rows was added with.

    Raises WinnowError for one that does not fit the task, or is none.
    """
    stated, support = json.loads(added.settings).get("tool_mapping"), kind_of(task).tool_mapping
    if stated is None or support is None:
        return None
    where = f"dropped rows of {reading.name}: tool_mapping"
    try:
        mapping = ToolMapping.model_validate(stated)
    except ValidationError as error:
        found = f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}"
        fix = "add the file that the rows came from"
        raise WinnowError(Problem(where, found, "the mapping that the file was added with", fix)) from None
    return checked_mapping(mapping, where, lambda one: support.faults(one, task))


def _checked(reading: SourceRows, added: AsAdded, task: Task, context: ScreenContext) -> AsAdded:
    """How the source of dropped rows was added: as the workspace stores it, else as the file states it, checked.

    Raises WinnowError for stated options that contradict each other, and for a fixed row of a release.
    """
    stored = context.sources.get(reading.file_hash)
    if stored:
        return _as_stored(reading, stored)
    batch = GenerationBatch(**added.batch.model_dump()) if added.batch else None
    model, mapping = _model_of(added), _mapping_of(reading, added, task)
    form = json.loads(added.settings).get("model_output")
    form = None if form is None else str(form)
    stated = AddOptions(added.origin, added.license, added.split, batch, model, mapping, form)
    try:
        check_options(stated)
    except WinnowError as error:
        fix = "correct `source` in the file of dropped rows, or add the file that the rows came from"
        raise WinnowError(
            [replace(one, where=f"dropped rows of {reading.name}", fix=fix) for one in error.problems]
        ) from None
    license = context.scrubber.scrub(added.license).text
    return replace(added, license=license, settings=_settings(reading, replace(stated, license=license)))


def _as_stored(reading: SourceRows, stored: StoredSource) -> AsAdded:
    """How the workspace stores the source. Raises WinnowError for a fixed row of a release."""
    settings = json.loads(stored.settings)
    if "release" in settings and any(row.problem is None for row in reading.rows):
        found = f"a fixed row of the release {settings['release']}"
        raise WinnowError(Problem(f"dropped rows of {reading.name}", found, "rows of a file", "add the release again"))
    batch = DroppedBatch(**asdict(stored.batch)) if stored.batch else None
    return AsAdded(stored.origin, stored.license, settings.get("split"), stored.settings, batch)
