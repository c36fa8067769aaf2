"""The manifest: everything a release states about itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from winnow.config.gate_settings import LoosenedSetting
from winnow.config.gate_thresholds import GateThresholds
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import SPLITS, Bound, GateVerdict, Origin, PiiAction
from winnow.curation.checks.chat_template.template_facts import ChatTemplateFacts
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.held_out_counts import HeldOutToolsFacts
from winnow.curation.releases.round_trip import ExportFacts
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.curation.review.lot_facts import ExportedLotFacts
from winnow.validators.kinds import KINDS

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MANIFEST = "manifest.json"

MANIFEST_FORMAT = 1

VERSIONED_PACKAGES = ("winnow", "datasets", "numpy", "openvino", "pandas", "pyarrow", "torch", "wordfreq")
"""Packages whose version can change a byte of a release."""

TEMPLATE_PACKAGES = ("jinja2", "tokenizers", "transformers")
"""Packages whose version can change what a chat template makes of dialogues."""


class TaskFacts(Record):
    """The task of a release, in short; `task.yaml` has all of it."""

    name: str
    """Name of the task."""
    kind: str
    """Kind of the task, such as `intents`."""
    labels: list[str]
    """Label names in the order of the class ids."""
    fallback: str | None
    """Label of out-of-scope queries; null if the task has none."""

    @field_validator("kind")
    @classmethod
    def _is_a_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
        return kind


class SplitSimilarity(Record):
    """Highest cosine similarity left between splits, by exact search; null where a split is empty."""

    train_to_hold_out: float | None
    """Between a train row and a validation or test row; cosine, -1 to 1."""
    validation_to_test: float | None
    """Between a validation row and a test row; cosine, -1 to 1."""


class GateFacts(Record):
    """A gate without its evidence, which may quote excluded records."""

    name: str
    """Name of the gate."""
    measured: int | float | NotMeasured
    """In the unit of the threshold; the reason when there was nothing to measure."""
    threshold: int | float
    """The bound that `measured` is compared with."""
    verdict: GateVerdict
    """Whether the gate passed, warned, was waived, or had nothing to measure."""
    bound: Bound
    """On which side of the threshold the gate passes."""
    loosened: tuple[LoosenedSetting, ...] = ()
    """Settings of the gate that were looser than their default, with who loosened them and why."""
    notes: tuple[str, ...] = ()
    """What a reader of the release has to know although it did not fail the gate."""

    @field_validator("measured", mode="before")
    @classmethod
    def _has_a_reason(cls, measured: object) -> object:
        """Manifests of Winnow 0.2.0 state null, without the reason."""
        return NotMeasured("not stated") if measured is None else measured


class SourceFacts(Record):
    """A file that rows of the release come from."""

    name: str
    """File name."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    origin: Origin
    """Where its rows come from."""
    license: str
    """Declared license of the file."""
    batch: str | None
    """Generator run that produced it; null for files."""
    records: int
    """Exported records that occur in the source; a record that occurs in several sources counts in each."""
    origin_model: Annotated[str | None, ABSENT_IF_NONE] = None
    """Models that wrote its rows, as it was stated for the whole file; absent if none was."""


class MustPassFacts(Record):
    """The must-pass cases in figures."""

    cases: int
    """Queries that every model must answer correctly."""
    repeated_in: dict[str, int]
    """Cases that each split repeats, ignoring case, width and white space."""


class FileFacts(Record):
    """A file of the release."""

    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    bytes: int
    """Size in bytes."""


class Manifest(Record):
    """Everything a release states about itself; it names every other file with its hash."""

    format: int
    """Version of this format."""
    task: TaskFacts
    """The task that the release was frozen for."""
    counts: dict[str, int]
    """Rows by split."""
    excluded: dict[str, int]
    """Records that were excluded, by reason."""
    similarity_between_splits: SplitSimilarity
    """Highest similarity left between splits."""
    thresholds: GateThresholds = GateThresholds()
    """Thresholds of the gates at the freeze."""
    gates: list[GateFacts]
    """Every gate in the order in which gates are shown."""
    waivers: dict[str, str]
    """Who waived a gate, why and until when, by gate."""
    embedder: str
    """Identity of the embedding model that measured similarity."""
    decided_by: dict[str, dict[str, int]]
    """Rows by split and by who decided the label."""
    private: dict[str, PiiAction]
    """What was done with each kind of private data."""
    sources: list[SourceFacts]
    """Files that the rows come from."""
    origin_models: Annotated[dict[str, int] | None, ABSENT_IF_NONE] = None
    """Rows by the model that wrote them, as their sources state it; a row of several models counts for each. Absent if
    no model is stated."""
    lots: list[ExportedLotFacts] = Field(default_factory=list)
    """Lots that decided exported records."""
    machine_labeled: Annotated[dict[str, int] | None, ABSENT_IF_NONE] = None
    """Rows by split that are not synthetic and whose label an accepted lot of proposed labels decided. Absent if there
    are none."""
    single_answers_confirmed: Measured | NotMeasured = NotMeasured("not stated")
    """Share of single responses to hold-out rows that the outcome confirms."""
    label_accuracy: LabelAccuracyFacts | None = None
    """Accuracy of the labels from files; null if they were not audited."""
    flagged: int
    """Rows that the language detector assigned to another language."""
    must_pass: MustPassFacts | None = None
    """The must-pass cases; absent if the task names none."""
    chat_template: Annotated[ChatTemplateFacts | None, ABSENT_IF_NONE] = None
    """The dialogues in the chat template of the base model; absent if the task names none."""
    held_out_tools: Annotated[HeldOutToolsFacts | None, ABSENT_IF_NONE] = None
    """The test records of a split by unseen tools; absent if the task holds no tools out."""
    exports: dict[str, ExportFacts] = Field(default_factory=dict)
    """The rows in each export format; empty in releases of Winnow 0.3.0 or earlier."""
    versions: dict[str, str | None]
    """Versions of the packages that can change a byte of a release."""
    files: dict[str, FileFacts] = Field(default_factory=dict)
    """Every other file of the release, by path relative to the release."""

    @field_validator("single_answers_confirmed", mode="before")
    @classmethod
    def _read_earlier_share(cls, stated: object) -> object:
        """Releases of Winnow 0.2.0 state a share as `value`, `interval` and `count`."""
        match stated:
            case {"value": value, "interval": [low, high], "count": rows}:
                return {"value": value, "low": low, "high": high, "rows": rows}
            case _:
                return stated

    @model_validator(mode="after")
    def _counts_every_split(self) -> Self:
        missing = [split for split in SPLITS if split not in self.counts]
        if missing:
            raise ValueError(f"counts: no rows stated for {', '.join(missing)}")
        return self

    def text(self) -> str:
        """The content of the manifest file: the same manifest always gives the same bytes."""
        return json.dumps(self.json_form(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def json_form(self) -> dict[str, Any]:
        """The manifest as JSON values."""
        return self.model_dump(mode="json", exclude={"must_pass"} if self.must_pass is None else None)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder.

    Raises WinnowError when it is missing or not JSON, or for each field that is wrong.
    """
    path = folder / MANIFEST
    try:
        return Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise WinnowError([_field_problem(path, found) for found in error.errors()]) from error
    except (OSError, ValueError, RecursionError) as error:
        fix = "restore the folder from a copy"
        raise WinnowError(Problem(str(path), str(error) or "not JSON", "the manifest of a release", fix)) from error


def _field_problem(path: Path, found: ErrorDetails) -> Problem:
    field = ".".join(map(str, found["loc"])) or "manifest"
    expected, fix = "the manifest of a release", "restore the folder from a copy"
    return Problem(f"{path}, {field}", found["msg"], expected, fix)


def gate_facts(gate: Gate) -> GateFacts:
    """A gate as the manifest states it, without evidence, which may quote excluded records."""
    return GateFacts(
        name=gate.name,
        measured=gate.measured,
        threshold=gate.threshold,
        verdict=gate.verdict,
        bound=gate.bound,
        loosened=gate.loosened,
        notes=gate.notes,
    )


def file_facts(path: Path) -> FileFacts:
    """Hash and size of a file."""
    return FileFacts(sha256=file_sha256(path), bytes=path.stat().st_size)
