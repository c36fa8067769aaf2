"""Check: measure similarity once, select what may be exported, and apply every gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from winnow.config.overrides import with_overrides
from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import GateVerdict, Split, State
from winnow.curation.annotations.suspected_labels import LabelErrors, LabelErrorSummary
from winnow.curation.checks.chat_template.base_model import render_for_base_model
from winnow.curation.checks.chat_template.render_records import NO_BASE_MODEL, RenderedRecords
from winnow.curation.checks.chat_template.template_facts import ChatTemplateFacts
from winnow.curation.checks.coverage.task_facets import facet_functions, record_facets
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage, measure_traffic_coverage
from winnow.curation.checks.eligibility import EXCLUDED, eligible_rows, held_out_records
from winnow.curation.checks.exact_folds import with_exact_folds
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates import NOT_WAIVABLE, measure_gates
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.loosened import with_loosened
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.checks.human_judgments import HumanJudgments
from winnow.curation.checks.label_conflicts import answer_conflicts, label_conflicts
from winnow.curation.checks.label_hygiene import workspace_label_advice
from winnow.curation.checks.label_signal import LabelSignal, label_signal_of
from winnow.curation.checks.leak_guards import SparedRow
from winnow.curation.checks.near_hold_out import with_near_hold_out
from winnow.curation.checks.pii_scan import records_with_pii
from winnow.curation.checks.selection import Selection, select
from winnow.curation.checks.similarity import measure_similarity
from winnow.curation.checks.similarity_search import Similarities
from winnow.curation.checks.slot_protection import slot_protection
from winnow.curation.checks.task_texts import RepeatedText, without_hold_out_texts
from winnow.curation.checks.threshold_costs import ThresholdCost, lowest_cosine, threshold_costs
from winnow.curation.checks.waive import with_waivers
from winnow.curation.engine.embedder_reading import read_with_embedder, threshold_notes
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.unread_texts import EmbedderReading
from winnow.curation.pii.scrub import Scrubber
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import given_target
from winnow.validators.labels.label_advice import LabelAdvice
from winnow.validators.wording.facets import Facet
from winnow.validators.wording.label_facets import FacetMarginals, measure_marginals

if TYPE_CHECKING:
    import pandas as pd


NO_SIGNAL = NotMeasured("the labels carry no signal, so a model cannot judge them")

NOT_SEARCHED = NotMeasured(f"`{command('label-errors')}` lists suspected label errors")


@dataclass(frozen=True, repr=False)
class CheckResult:
    """The selection and its gates."""

    task: Task
    table: pd.DataFrame
    """Every record with `split` (or "excluded"), `reason`, `keeper` and `similarity`."""
    gates: list[Gate]
    threshold_costs: list[ThresholdCost]
    conflicts: pd.DataFrame
    """Near train pairs under different labels."""
    similarities: Similarities
    traffic_coverage: TrafficCoverage
    facets: Mapping[str, Facet]
    marginals: FacetMarginals
    private_data: Mapping[str, Sequence[str]]
    """Entities that the policy does not allow, by record id."""
    sources: Mapping[str, str]
    """File name of every source, by id."""
    judgments: HumanJudgments
    spared: Sequence[SparedRow] = ()
    """Train rows near a hold-out row that ask for something else, by position in the table."""
    rendered: RenderedRecords | NotMeasured = NO_BASE_MODEL
    """The dialogues in the chat template of the base model, if one is named."""
    reading: EmbedderReading | None = None
    """How many texts the embedder reads."""
    embedder_notes: Sequence[str] = ()
    """What to know about the embedder: texts that it does not read, and thresholds that are not its own."""
    find_label_errors: Callable[[], LabelErrors | NotMeasured] = lambda: NOT_SEARCHED
    """Searches suspected label errors among the records of this check."""

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{gate.name} {gate.verdict}" for gate in self.gates)
        outcome = "passed" if self.passed else "failed"
        return f"<CheckResult {outcome}: {counted(len(self.selected), 'row')} selected; {verdicts}>"

    @property
    def passed(self) -> bool:
        """Whether no gate fails."""
        return all(gate.verdict != GateVerdict.FAIL for gate in self.gates)

    @cached_property
    def hold_out_texts(self) -> HoldOutTexts:
        """The texts of all hold-out records, selected or not."""
        hold_out = self.table["assigned_split"] != Split.TRAIN
        return HoldOutTexts.of_table(self.table[hold_out], self.task.language)

    @cached_property
    def repeated_task_texts(self) -> Sequence[RepeatedText]:
        """Texts of the task file that repeat a hold-out record: generators and prompts leave them out."""
        return without_hold_out_texts(self.task, self.hold_out_texts).left_out

    @property
    def selected(self) -> pd.DataFrame:
        """The rows that a release would hold."""
        return self.table[self.table["split"] != EXCLUDED]

    @property
    def train(self) -> pd.DataFrame:
        """The selected train rows."""
        return self.table[self.table["split"] == "train"]

    @property
    def excluded(self) -> dict[str, int]:
        """How many records are excluded, by reason."""
        reasons = self.table.loc[self.table["split"] == EXCLUDED, "reason"]
        return {str(reason): int(count) for reason, count in sorted(Counter(reasons).items())}

    @cached_property
    def label_advice(self) -> Sequence[LabelAdvice]:
        """What is wrong with the labels of the task and its records, with the commands that fix it."""
        return workspace_label_advice(self.table, self.task, self.sources)

    @cached_property
    def label_signal(self) -> LabelSignal | None:
        """Whether the labels depend on the texts; None for labels that follow from the content, or too few records."""
        if kind_of(self.task).target_of is not given_target:
            return None
        cosine = self.task.gates.leakage.cosine
        return label_signal_of(list(self.table["label"]), self.similarities.nearest, leak_cosine=cosine)

    @property
    def carries_no_signal(self) -> bool:
        """Whether the labels do not depend on the texts: every gate can pass, and no figure means anything."""
        return self.label_signal is not None and self.label_signal.is_missing

    def label_signal_facts(self) -> dict[str, Any] | None:
        """The signal as JSON."""
        found = self.label_signal
        return None if found is None else {**asdict(found), "missing": found.is_missing}

    @cached_property
    def label_errors(self) -> LabelErrors | NotMeasured:
        """Suspected label errors, searched when this is first read: they decide about no gate."""
        return NO_SIGNAL if self.carries_no_signal else self.find_label_errors()

    @property
    def label_error_summary(self) -> LabelErrorSummary | NotMeasured:
        """How many label errors are suspected, and the strongest few."""
        found = self.label_errors
        return found if isinstance(found, NotMeasured) else found.summary()

    def chat_template(self) -> ChatTemplateFacts | None:
        """What the base model's chat template makes of the selected dialogues; None if no base model is named."""
        rendered = self.rendered
        return None if isinstance(rendered, NotMeasured) else rendered.report(self.selected["id"]).facts

    def waivers(self) -> dict[str, str]:
        """Who waived a gate, why and until when, by gate that is waived."""
        return {
            gate.name: self.judgments.waived[gate.name] for gate in self.gates if gate.verdict == GateVerdict.WAIVED
        }

    def highest_similarities(self) -> dict[str, float | None]:
        """Highest similarity left between the splits (cosine, exact search); None where a split is empty."""
        train = (self.table["split"] == "train").to_numpy()
        highest = float(self.similarities.nearest.similarity[train].max(initial=-1.0))
        found = {"train_to_hold_out": highest, "validation_to_test": self.similarities.validation_to_test}
        return {name: round(value, 6) if value > -1 else None for name, value in found.items()}

    def rethreshold(self, *, duplicates: float | None = None, leakage: float | None = None) -> CheckResult:
        """The same check at other cosines. Nothing is embedded or searched again; traffic coverage is kept as measured.

        Raises WinnowError below the lowest cosine that was searched.
        """
        lowest = lowest_cosine(self.task)
        if duplicates is not None and duplicates < lowest:
            fix = f"set gates.duplicates.cosine to {duplicates} and check again"
            raise WinnowError(Problem("rethreshold", f"cosine {duplicates}", f"at least {lowest}", fix))
        asked = {"duplicates": duplicates, "leakage": leakage}
        tried = [f"{gate}.cosine={cosine}" for gate, cosine in asked.items() if cosine is not None]
        task = with_overrides(self.task, tried)
        eligible = eligible_rows(self.table, held_out_records(self.table, task))
        selection = select(eligible, task, self.similarities.pairs, self.similarities.nearest)
        result = apply_gates(
            task,
            selection,
            self.similarities,
            self.traffic_coverage,
            self.facets,
            self.private_data,
            self.sources,
            self.judgments,
            self.rendered,
        )
        return replace(
            result,
            reading=self.reading,
            embedder_notes=self.embedder_notes,
            find_label_errors=lambda: self.label_errors,
        )


def check(
    table: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    scrubber: Scrubber,
    sources: Mapping[str, str],
    judgments: HumanJudgments,
    folder: WorkspaceFolder,
    progress: Progress | None = None,
) -> CheckResult:
    """Measure the working table and apply the gates. When nothing changed since the last check, no model is loaded."""
    facets = facet_functions(task, folder.root)
    table = with_exact_folds(table, task.language)
    eligible = eligible_rows(table, held_out_records(table, task))
    caches = {"vectors_cache": folder.vectors, "near_cache": folder.near_pairs}
    similarities = measure_similarity(eligible, task, embedder, progress=progress, **caches)
    similarities = with_near_hold_out(similarities, eligible, task, embedder, progress=progress, **caches)
    selection = select(eligible, task, similarities.pairs, similarities.nearest)
    given_labels = kind_of(task).target_of is given_target
    traffic_coverage = measure_traffic_coverage(
        selection.final, embedder, fallback=task.fallback, given_labels=given_labels, progress=progress, **caches
    )
    private_data = records_with_pii(table, task, scrubber, folder.near_pairs)
    rendered = render_for_base_model(eligible, task, folder.root, progress=progress)
    result = apply_gates(
        task,
        selection,
        similarities,
        traffic_coverage,
        facets,
        private_data,
        sources,
        judgments,
        rendered,
    )
    in_use = table.loc[table["state"] != State.SUPERSEDED, "text"]
    reading = read_with_embedder(list(in_use), embedder, str(task.embedder))
    return replace(result, reading=reading, embedder_notes=(*reading.notes(), *threshold_notes(task, embedder)))


def apply_gates(  # noqa: PLR0913  (everything that is measured before)
    task: Task,
    selection: Selection,
    similarities: Similarities,
    traffic_coverage: TrafficCoverage,
    facets: Mapping[str, Facet],
    private_data: Mapping[str, Sequence[str]],
    sources: Mapping[str, str],
    judgments: HumanJudgments,
    rendered: RenderedRecords | NotMeasured = NO_BASE_MODEL,
) -> CheckResult:
    """Apply every gate to a selection. Pure."""
    final, kind = selection.final, kind_of(task)
    cosine = task.gates.duplicates.cosine
    train = final[final["split"] == "train"]
    inputs = GateInputs(
        task=task,
        selection=selection,
        conflicts=answer_conflicts(final, kind)
        if kind.question_key
        else label_conflicts(final, similarities.pairs, threshold=cosine),
        slot_protection=slot_protection(final, similarities.pairs, kind.guards(task), threshold=cosine),
        traffic_coverage=traffic_coverage,
        marginals=measure_marginals(list(train["label"]), record_facets(train, task, facets), task),
        private=private_data,
        sources=sources,
        rendered=rendered,
        label_accuracy=judgments.label_accuracy,
    )
    reviews = judgments.reviews(set(inputs.selected["id"]))
    gates = with_loosened(measure_gates(inputs), task, lot_reviews=reviews, not_waivable=NOT_WAIVABLE)
    return CheckResult(
        task=task,
        table=final,
        gates=with_waivers(gates, judgments.waived),
        threshold_costs=threshold_costs(selection),
        spared=selection.leaks.spared,
        conflicts=inputs.conflicts,
        similarities=similarities,
        traffic_coverage=traffic_coverage,
        facets=facets,
        marginals=inputs.marginals,
        private_data=private_data,
        sources=sources,
        judgments=judgments,
        rendered=rendered,
    )
