"""What a run states about itself in `run.json`, one record per training method, and the looks at its scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, JsonValue, RootModel

from winnow.core.model_vocabulary import ClassWeights, Device, Pooling, Precision
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import NotMeasuredText
from winnow.core.vocabulary import Split
from winnow.training.teacher_facts import TeacherFacts, TeacherRunFacts

if TYPE_CHECKING:
    from winnow.curation.engine.embedders.embedder import Embedder
    from winnow.training.causal_models import LocalBase

IMPORTED: Literal["imported"] = "imported"
"""The method of a run whose predictions were imported from another system."""


class ReleaseReference(Record):
    """The release that a run belongs to."""

    name: str
    """Name of the release."""
    sha256: str
    """SHA-256 of its manifest, in hexadecimal."""
    path: str
    """Location of the release when the run was trained, relative to the run folder."""


class EmbedderFacts(Record):
    """The embedding model that similarity to train is measured with."""

    model: str | None
    """Folder or hub id, as requested; null for the bundled model."""
    backend: str
    """Library that runs the model, such as `openvino`."""
    identity: str
    """Hash of its weights, backend and precision."""

    @classmethod
    def of(cls, embedder: Embedder) -> Self:
        """The facts of an embedder."""
        return cls(model=embedder.requested, backend=embedder.backend, identity=embedder.identity)


class BaseModelFacts(Record):
    """The pretrained model that a run builds on, which is not copied into the run."""

    model: str | None
    """Folder or hub id, as requested; null for the bundled model."""
    weights_hash: str
    """Hash of the weights, in hexadecimal."""

    @classmethod
    def of(cls, model: Embedder | LocalBase) -> Self:
        """The facts of a model that was found and hashed."""
        return cls(model=model.requested, weights_hash=model.weights_hash)


class PeakMemory(Record):
    """Peak memory since the process started."""

    process_bytes: int
    """Of the process, in bytes."""
    cuda_bytes: int | NotMeasuredText
    """Of the CUDA device, in bytes."""


class RunIdentity(Record):
    """What determines a run: the same identity gives the same run."""

    run: str
    """Id: the release, the method, and a hash of everything that determines the result."""
    release: ReleaseReference
    """The release that the run was trained on or belongs to."""
    settings: dict[str, JsonValue]
    """Every setting of the method with its value."""
    seed: int
    """Seed of every random choice."""
    versions: dict[str, str]
    """Versions of Python and of the packages, and hashes of the models, that the result depends on."""


class RunFacts(RunIdentity):
    """What every run states about itself."""

    method: str
    """Name of the training method, or `imported`."""
    trained_at: str
    """UTC time at which the run was complete, in ISO 8601."""
    routes: dict[str, str | None]
    """Route of every label of the task; null for a label without one."""
    seconds: float
    """Duration of the training, in seconds."""
    weights: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every file of weights and settings of an adapter, by path relative to the run; empty: not stated."""


class TrainedRunFacts(RunFacts):
    """What a run states that was trained here."""

    train_rows: int
    """Train rows that the method used."""
    embedder: EmbedderFacts
    """The model that similarity to train is measured with; method `linear` also classifies with it."""
    teacher: Annotated[TeacherFacts | TeacherRunFacts | None, ABSENT_IF_NONE] = None
    """The teacher that it learned from; absent without one."""


class LinearRunFacts(TrainedRunFacts):
    """A run of method `linear`."""

    method: Literal["linear"]
    """Always `linear`."""


class RowsOfALabel(Record):
    """How many train rows the labels have."""

    smallest: int
    """Rows of the label with the fewest."""
    largest: int
    """Rows of the label with the most."""


class Hardware(Record):
    """The device that a model runs on. Results are reproducible on the same hardware only."""

    device: Device
    """Kind of processor."""
    precision: Precision
    """Number format of the computation."""
    threads: int
    """Threads that torch uses on the CPU."""


class EncoderTraining(Record):
    """What the training of an encoder measured."""

    epochs: int
    """Epochs that were trained."""
    best_epoch: int
    """The epoch that was kept, counted from 1: the one with the highest validation accuracy."""
    validation_rows: int
    """Validation rows that selected it; 0 if the last epoch was kept instead."""
    rows_of_a_label: RowsOfALabel
    """Train rows of the smallest and of the largest label."""
    class_weights: ClassWeights
    """Whether rows were weighted inversely to the frequency of their label."""
    pooling: Pooling
    """How token states were pooled to one vector."""
    trained_parameters: int
    """Number of parameters that were trained."""
    hardware: Hardware
    """What the training ran on."""
    peak_memory: PeakMemory
    """Peak memory of the training."""
    seconds: float
    """Duration of the training in seconds, including the time before an interruption."""
    resumed: bool
    """Whether the training was interrupted and resumed."""


class EncoderRunFacts(TrainedRunFacts, EncoderTraining):
    """A run of method `encoder`."""

    method: Literal["encoder"]
    """Always `encoder`."""
    base: BaseModelFacts
    """The encoder that was fine-tuned."""


class AdapterTraining(Record):
    """What the training of an adapter measured."""

    trained_answers: int
    """Answers of train that were learned: rows of a prompt and an answer."""
    general_answers: int
    """Answers among them that belong to instructions without tools."""
    general_left_out: int = 0
    """Further answers of this kind that were not learned, because they would be more than `general_share`."""
    validation_answers: int
    """Answers of validation whose loss selected the checkpoint; 0 if the last one was kept instead."""
    epochs: float
    """Epochs that were trained."""
    best_epoch: float
    """The epoch that was kept."""
    trained_parameters: int
    """Number of parameters that were trained."""
    trained_tokens: int
    """Tokens of answers that were learned in one epoch, stop tokens included."""
    tokens_per_second: float
    """Tokens of prompts and answers per second of training, those that rows share counted for each row."""
    saved_as: Precision = Precision.BF16
    """Number format of the saved weights: bf16, or f32 where greedy answers change when they are rounded to it."""
    hardware: Hardware
    """What the training ran on."""
    peak_memory: PeakMemory
    """Peak memory of the training."""
    seconds: float
    """Duration of the training in seconds, including the time before an interruption."""
    resumed: bool
    """Whether the training was interrupted and resumed."""


class AdapterRunFacts(TrainedRunFacts, AdapterTraining):
    """A run of method `adapter`."""

    method: Literal["adapter"]
    """Always `adapter`."""
    base: BaseModelFacts
    """The causal language model that the adapter belongs to."""
    template_sha256: str
    """SHA-256 of the chat template that it was trained with, in hexadecimal."""
    call_format: str
    """How calls are written in an answer; empty for intents."""
    role: Annotated[str | None, ABSENT_IF_NONE] = None
    """The role of `roles` in the task file that it answers for; absent where the task has none."""
    answer_limit: Annotated[int | None, ABSENT_IF_NONE] = None
    """The most tokens of an answer: twice those of the longest one in train, within bounds."""
    prompt_template: Annotated[str | None, ABSENT_IF_NONE] = None
    """The task's template around a query; absent for dialogues, and where the task has none."""


class PromptLength(Record):
    """The length of a rendered prompt."""

    tokens: int
    """Tokens of a request about one short text."""
    counted: str
    """What counted them."""


class CostEstimate(Record):
    """What routing the validation texts is expected to cost."""

    texts: int
    """Validation texts."""
    requests: int
    """Requests that they take."""
    prompt_tokens: int
    """Input tokens of the prompt over all requests."""
    own_tokens: int
    """Input tokens of the texts over all requests."""
    output_tokens: int
    """Output tokens over all requests, a guess."""
    usd: float | NotMeasuredText
    """Cost in USD."""
    prices_as_of: Annotated[NotMeasuredText | str, Field(union_mode="left_to_right")]
    """Date of the price table, or `free, local`."""


class PromptRunFacts(TrainedRunFacts):
    """A run of method `prompt`."""

    method: Literal["prompt"]
    """Always `prompt`."""
    left_out: int
    """Texts of the task file that the prompt leaves out, as a whole or in part, because a hold-out row repeats them."""
    prompts: str
    """Versions of the prompt files."""
    prompt: PromptLength
    """Length of the prompt."""
    peak_memory: PeakMemory
    """Peak memory of rendering the prompt."""
    base: BaseModelFacts | None = None
    """The local model; absent when requests go to a service."""
    model: str | None = None
    """Name of the model of the service; absent for a local model."""
    estimate: CostEstimate | None = None
    """Expected cost of evaluating on validation; absent for a local model."""
    template_sha256: Annotated[str | None, ABSENT_IF_NONE] = None
    """SHA-256 of the chat template, in hexadecimal; absent where texts are labeled."""
    call_format: Annotated[str | None, ABSENT_IF_NONE] = None
    """How calls are written in an answer; absent where texts are labeled."""
    answer_limit: Annotated[int | None, ABSENT_IF_NONE] = None
    """The most tokens of an answer; absent where texts are labeled."""


class ImportedFileFacts(Record):
    """A file of predictions of another system."""

    name: str
    """File name."""
    sha256: str
    """SHA-256 of the file, in hexadecimal."""
    rows: int
    """Readable rows of the file."""


class ImportedRunFacts(RunFacts):
    """A run whose predictions were imported from another system."""

    method: Literal["imported"]
    """Always `imported`."""
    name: str
    """Name of the system, as given at the import."""
    file: ImportedFileFacts
    """The imported file."""
    predicted_rows: dict[str, int]
    """Rows of the release with a prediction, by split."""
    repeated: int
    """Rows of the file that repeat the prediction of another row."""
    unmatched: int
    """Rows of the file that match no record of the release."""
    classes: list[str]
    """Labels in the order of the class probabilities."""
    confidence: bool
    """Whether the system reports its confidence."""
    probabilities: bool
    """Whether the system reports the probability of every class."""


def answers_in_dialogues(facts: RunFacts) -> bool:
    """Whether a run of a model on this machine answers in dialogues; others label texts."""
    return isinstance(facts, AdapterRunFacts | PromptRunFacts) and bool(facts.call_format)


AnyRunFacts = LinearRunFacts | EncoderRunFacts | AdapterRunFacts | PromptRunFacts | ImportedRunFacts
"""The facts of a run of any method. A new method is one more record here."""


class RunFile(RootModel[Annotated[AnyRunFacts, Field(discriminator="method")]]):
    """The content of `run.json`: the record of the run's method."""


class Look(Record):
    """One time that somebody saw a score of a run (design rule 3)."""

    at: str
    """UTC time in ISO 8601."""
    split: Split
    """The split that the score was measured on."""
    accuracy: float
    """The accuracy that was seen, 0 to 1."""
    rows: int
    """Rows that it was measured on."""


class UnreadableLook(Record):
    """A line of the log that cannot be read, such as one that was cut off; it counts as a look at test."""

    unreadable: str
    """The line."""
    split: Literal[Split.TEST] = Split.TEST
    """Always `test`."""
