"""What the gates measure: one checked selection and what was found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.render_records import NO_BASE_MODEL, RenderedRecords
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.checks.selection import Selection
from winnow.curation.checks.slot_protection import SlotProtection
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.wording.label_facets import FacetMarginals

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class GateInputs:
    """Everything that a gate may measure. Each gate takes what it needs."""

    task: Task
    selection: Selection
    conflicts: pd.DataFrame
    """Pairs whose answers contradict each other (`label_conflicts` or, for dialogues, `answer_conflicts`)."""
    slot_protection: SlotProtection
    """Near train pairs that only slot values keep from being duplicates."""
    traffic_coverage: TrafficCoverage
    marginals: FacetMarginals
    private: Mapping[str, Sequence[str]]
    """Entities that the policy does not allow, by record id (`records_with_pii`)."""
    sources: Mapping[str, str]
    """File names of sources, by id."""
    rendered: RenderedRecords | NotMeasured = NO_BASE_MODEL
    """The dialogues in the chat template of the base model, if one is named."""
    label_accuracy: LabelAccuracy | None = None
    """What the audit of labels from files found; None without one."""

    @property
    def final(self) -> pd.DataFrame:
        """Every record after the last stage of the selection."""
        return self.selection.final

    @cached_property
    def selected(self) -> pd.DataFrame:
        """The rows that a release would hold."""
        return self.final[self.final["split"] != EXCLUDED]

    @cached_property
    def dialogues(self) -> Mapping[str, Dialogue]:
        """The dialogues that a release would hold, by record id; empty for kinds without dialogues."""
        if self.task.kind != TOOLS.name:
            return {}
        contents = zip(self.selected["id"], self.selected["content"], strict=True)
        return {record: dialogue_of(content) for record, content in contents}

    @cached_property
    def train(self) -> pd.DataFrame:
        """The selected train rows."""
        return _train_rows(self.final)

    @cached_property
    def eligible_train(self) -> pd.DataFrame:
        """Train rows before anything was compared."""
        return _train_rows(self.selection.eligible)

    @cached_property
    def unleaked_train(self) -> pd.DataFrame:
        """Train rows that do not repeat a hold-out row, before dedup."""
        return _train_rows(self.selection.unleaked)


def separate_targets(labels: pd.Series[str], kind: Kind) -> pd.Series[str]:
    """The labels with each combined one replaced by its parts: a row counts for every tool that it calls."""
    return labels.map(kind.target_parts, na_action="ignore").explode()


def _train_rows(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["split"] == "train"]
