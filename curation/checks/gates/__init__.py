"""The gates, one file each; GATES lists them in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage
from winnow.curation.checks.gates.disputed import disputed_gate, disputed_label_pairs
from winnow.curation.checks.gates.duplicates import duplicate_evidence
from winnow.curation.checks.gates.facet_marginals import facet_marginals_gate
from winnow.curation.checks.gates.fallback_share import fallback_share_gate
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.hold_out_integrity import hold_out_integrity_gate
from winnow.curation.checks.gates.label_balance import label_balance_gate
from winnow.curation.checks.gates.licenses import licenses_gate
from winnow.curation.checks.gates.lost_share import excluded_examples, lost_share_gate
from winnow.curation.checks.gates.minimum_per_label import minimum_per_label_gate
from winnow.curation.checks.gates.mix import mix_gate, train_shares
from winnow.curation.checks.gates.private_data import private_data_gate
from winnow.curation.checks.gates.schema import schema_gate
from winnow.curation.checks.gates.synthetic_share import synthetic_share_gate
from winnow.curation.checks.gates.traffic_coverage import traffic_coverage_gate
from winnow.curation.checks.gates.undecided_lots import undecided_lots_gate
from winnow.curation.checks.selection import Selection
from winnow.validators.wording.label_facets import FacetMarginals

if TYPE_CHECKING:
    import pandas as pd


def measure_gates(
    task: Task,
    selection: Selection,
    *,
    conflicts: pd.DataFrame,
    traffic_coverage: TrafficCoverage,
    marginals: FacetMarginals,
    private: Mapping[str, Sequence[str]],
    sources: Mapping[str, str],
) -> list[Gate]:
    """Every gate of the design, in the order in which they are shown.

    `torn` are near pairs under different labels, `private` what `private_records` found,
    `sources` the file names of sources by id.
    """
    limits, final = task.gates, selection.final
    selected = final[final["split"] != "excluded"]
    before, unleaked, train = (
        table[table["split"] == "train"] for table in (selection.eligible, selection.unleaked, final)
    )
    return [
        schema_gate(selected, task.label_names),
        hold_out_integrity_gate(selected),
        lost_share_gate(
            "duplicates",
            unleaked,
            train,
            share_max=limits.duplicates.share_max,
            label_share_max=limits.duplicates.label_share_max,
            by=("label", "sources"),
            evidence=duplicate_evidence(final, conflicts),
            fix="find out why rows repeat: winnow show ID; or raise gates.duplicates in winnow.yaml",
        ),
        lost_share_gate(
            "leakage",
            before,
            unleaked,
            share_max=limits.leakage.share_max,
            label_share_max=limits.leakage.label_share_max,
            by=("label",),
            evidence=excluded_examples(final, "leakage"),
            fix="add rows that are worded differently; or winnow waive leakage --by NAME --reason WHY --until DATE",
        ),
        disputed_gate(final["state"], disputed_label_pairs(final), limits.disputed.share_max),
        minimum_per_label_gate(
            train["label"],
            task.label_names,
            limits.minimum_per_label.train_rows,
            task.targets.per_label,
            final.loc[final["state"] == "labeled", "label"],
            selected.loc[selected["split"] != "train", "label"],
        ),
        label_balance_gate(train["label"], task.fallback, limits.label_balance.ratio_max),
        facet_marginals_gate(
            [str(one) for one in marginals.shortfalls],
            len(marginals.short_labels()),
            marginals.judged(),
            limits.facet_marginals.labels_share_max,
        ),
        fallback_share_gate(train["label"], task.fallback, task.targets.fallback_share),
        synthetic_share_gate(train["origin"], task.targets.synthetic_share_max),
        mix_gate(train_shares(train, sources), task.targets.mix),
        traffic_coverage_gate(
            traffic_coverage.similarity.tolist(),
            final["weight"].to_numpy()[traffic_coverage.traffic].tolist(),
            traffic_coverage.near,
            limits.traffic_coverage.share_min,
        ),
        undecided_lots_gate(selected, int((final["state"] == "proposed").sum())),
        licenses_gate(selected, task.licenses.allow),
        private_data_gate(private, int((final["state"] != "superseded").sum())),
    ]


NOT_WAIVABLE = ("schema", "hold_out_integrity", "undecided_lots", "call_format")
"""Design rule 7."""


GATES = (
    "schema",
    "hold_out_integrity",
    "duplicates",
    "leakage",
    "disputed",
    "minimum_per_label",
    "label_balance",
    "facet_marginals",
    "fallback_share",
    "synthetic_share",
    "mix",
    "traffic_coverage",
    "undecided_lots",
    "licenses",
    "private_data",
)


def with_waivers(gates: Sequence[Gate], waived: Mapping[str, str]) -> list[Gate]:
    """Failed gates that a valid waiver covers become `waived`; `waived` maps a gate to who, why and until when."""
    return [
        replace(gate, verdict="waived", fix="", evidence=(f"waived: {waived[gate.name]}", *gate.evidence))
        if gate.verdict == "fail" and gate.name in waived and gate.name not in NOT_WAIVABLE
        else gate
        for gate in gates
    ]
