"""What `report --json` prints."""

from __future__ import annotations

from typing import Any

from pydantic.dataclasses import dataclass

from winnow.config.gate_settings import LoosenedSetting
from winnow.core.record import RECORD_CONFIG, Record
from winnow.core.result import Measured, NotMeasured
from winnow.core.vocabulary import GateVerdict
from winnow.curation.annotations.agreement import OverruledResponse
from winnow.curation.annotations.suspected_labels import LabelErrorSummary
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.curation.review.lot_facts import LotFacts
from winnow.validators.labels.label_advice import LabelAdvice


class ConfusedByPeople(Record):
    """Two labels that annotators disagree about."""

    labels: tuple[str, str]
    """The two labels."""
    disagreements: int
    """Pairs of annotators who gave the same record one label and the other."""
    records: int
    """Records with such a disagreement."""


class AnnotatorFacts(Record):
    """How one annotator agrees with the others."""

    name: str
    """Name of the annotator."""
    responses: int
    """Records with a response of this annotator."""
    majority_agreement: Measured | NotMeasured
    """Share of responses that equal the majority label of the other annotators."""
    seconds: float | NotMeasured
    """Median time of a response, in seconds, without implausible ones."""
    implausible: int
    """Responses that came faster than their record can be read."""
    adjudicated: int
    """Records with a response of this annotator that were adjudicated."""
    overruled: list[OverruledResponse]
    """Responses that an adjudicator overruled."""
    anchoring: Measured | NotMeasured
    """Agreement with a shown suggestion minus agreement with a hidden one."""


class ArgumentAgreementFacts(Record):
    """How often two annotators who stand by an answer of a dialogue give an argument the same value."""

    tool: str
    """Name of the tool."""
    argument: str
    """Name of the argument; empty: whether both call the tool at all."""
    agreement: Measured
    """Share of the pairs of answers with equal values."""


class AgreementFacts(Record):
    """What responses show about annotators, guidelines, labels and lots."""

    alpha: Measured | NotMeasured
    """Krippendorff's alpha over all labels; 1 is full agreement, 0 agreement by chance."""
    alpha_by_label: dict[str, Measured | NotMeasured]
    """Krippendorff's alpha of each label against all others."""
    confused_by_people: list[ConfusedByPeople]
    """Pairs of labels that annotators disagree about, most frequent first."""
    arguments: list[ArgumentAgreementFacts]
    """Agreement by argument, by tool and argument; empty for kinds whose answer is the label."""
    people: list[AnnotatorFacts]
    """Annotators by name."""
    anchoring: Measured | NotMeasured
    """Agreement with a shown suggestion minus agreement with a hidden one, over all annotators."""
    label_accuracy: LabelAccuracyFacts | NotMeasured
    """Accuracy of labels from files, measured by the audit queue."""
    single_answers_confirmed: Measured | NotMeasured
    """Share of single responses, to hold-out records with two or more, that the outcome confirms."""
    lots: list[LotFacts]
    """Lots with their verdicts."""
    generation: list[dict[str, Any]]
    """Generation runs and their cost."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class RunSummary:
    """A run and its scores on validation."""

    id: str
    """Id of the run."""
    method: str
    """Training method, or `imported`."""
    release: str
    """Name of its release."""
    at: str
    """When it was recorded, in UTC."""
    rows: int
    """Validation rows; 0 when the run was not evaluated."""
    accuracy: float | None
    """Accuracy, 0 to 1; null when the run was not evaluated."""
    interval: tuple[float, float] | None
    """Its 95 % interval; null when the run was not evaluated."""
    macro_f1: float | None
    """Macro-F1, 0 to 1; null when the run was not evaluated."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class ActionItem:
    """One thing to do, with its evidence."""

    what: str
    """What is wrong or waits."""
    evidence: str
    """The numbers behind it."""
    command: str
    """The command that addresses it."""


class GateSummary(Record):
    """The verdict of one gate."""

    name: str
    """Name of the gate."""
    verdict: GateVerdict
    """Whether the gate passed, failed, was waived, or had nothing to measure."""
    loosened: tuple[LoosenedSetting, ...] = ()
    """Settings of the gate that are looser than their default, with who loosened them and why."""
    notes: tuple[str, ...] = ()
    """What a reader of a release has to know although it does not fail the gate."""


class ConfusedCellFacts(Record):
    """Rows of one label that the newest evaluated run predicts as another."""

    gold: str
    """The gold label."""
    predicted: str
    """The predicted label."""
    count: int
    """Validation rows."""


class DailyReportFacts(AgreementFacts):
    """The state of the dataset at one moment."""

    status: dict[str, Any]
    """What `status --json` prints."""
    gates: list[GateSummary]
    """Every gate."""
    labels: list[LabelAdvice]
    """What is wrong with labels, with the commands that fix it."""
    label_errors: LabelErrorSummary | NotMeasured
    """Suspected label errors: how many, and the strongest few."""
    coverage: float | NotMeasured
    """Share of the log queries that train covers, 0 to 1."""
    runs: list[RunSummary]
    """The last runs, newest first."""
    confused: list[ConfusedCellFacts]
    """The largest cells of the confusion matrix of the newest evaluated run."""
    actions: list[ActionItem]
    """What to do, most important first."""
    recommended_action: str | NotMeasured
    """What `decide` recommends, such as `collect` or `deploy`."""
    page: str
    """Path of the page that shows the report."""
