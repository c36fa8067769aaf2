"""Card sections on how good a release is: who labeled it, measured quality, gates and waivers."""

from __future__ import annotations

from winnow.core.counted import agreeing, counted
from winnow.core.lot_kind import LotKind
from winnow.core.result import Measure, NotMeasured
from winnow.core.vocabulary import Bound, DecidedBy, LotVerdict
from winnow.curation.releases.manifest import Manifest
from winnow.curation.releases.markdown import number_text, percent_text, table, table_cell
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts, OriginAccuracyFacts
from winnow.curation.review.lot_facts import ExportedLotFacts
from winnow.curation.review.lot_pools import NO_PROMPT_VERSION
from winnow.validators.kinds import KINDS

BOUND_SIGNS = {Bound.AT_MOST: "≤", Bound.AT_LEAST: "≥"}

DECIDED_BY_NAMES = {
    DecidedBy.ADJUDICATOR: "an adjudicator",
    DecidedBy.AGREEMENT: "two or more people",
    DecidedBy.PERSON: "one person",
    DecidedBy.LOT: "an accepted lot",
    DecidedBy.FILE: "the source file",
}


def labeling_section(manifest: Manifest) -> list[str]:
    """Who decided the labels, and the review of lots."""
    deciders = [by for by in DECIDED_BY_NAMES if any(by in counts for counts in manifest.decided_by.values())]
    rows = [
        [split, *(f"{manifest.decided_by.get(split, {}).get(by, 0):,}" for by in deciders)] for split in manifest.counts
    ]
    return [
        "## Labeling",
        "",
        *table(["split", *(DECIDED_BY_NAMES[by] for by in deciders)], rows),
        "",
        "No label was decided by a rule or a model alone.",
        *_machine_labeled_lines(manifest),
        "",
        *(_lot_line(lot) for lot in manifest.lots),
        *([""] if manifest.lots else []),
    ]


def _machine_labeled_lines(manifest: Manifest) -> list[str]:
    """How many rows have a label that a model proposed and nobody read."""
    if not manifest.machine_labeled:
        return []
    counts = [(split, count, manifest.counts[split]) for split, count in manifest.machine_labeled.items() if count]
    shares = "; ".join(f"{count:,} of {total:,} {split} rows ({count / total:.1%})" for split, count, total in counts)
    return ["", f"Machine-labeled, accepted in a lot that people read a sample of: {shares}."]


def _lot_line(lot: ExportedLotFacts) -> str:
    if lot.kind == LotKind.PROPOSED_LABELS:
        version = "" if lot.prompt_version == NO_PROMPT_VERSION else f", prompt version {lot.prompt_version}"
        band = lot.generator.partition(" ")[2]
        head = f"- Machine-labeled: {lot.model}{version}, confidence {band}, lot {lot.number}"
        read = "read in random order, without seeing the proposed labels,"
    else:
        head = f"- Synthetic: {lot.generator} {lot.prompt_version} by {lot.model}, lot {lot.number}"
        read = "reviewed"
    head += f", {counted(lot.records, 'record')}, {lot.exported:,} of them in this release. People "
    if lot.verdict != LotVerdict.ACCEPTED:
        return head + "reviewed each of these."
    order = "" if lot.kind == LotKind.PROPOSED_LABELS else " in random order"
    return head + (
        f"{read} {lot.read:,} of them{order} and found {counted(lot.defects, 'defect')}; the lot was accepted. "
        f"With {100 * lot.confidence:g} % confidence its defect rate is at most "
        f"{percent_text(lot.defect_rate_upper)} (exact, hypergeometric; before defects were corrected)."
    )


def quality_section(manifest: Manifest) -> list[str]:
    """Label accuracy, disputes, coverage and balance."""
    gates = {gate.name: gate.measured for gate in manifest.gates}
    traffic, many = gates["traffic_coverage"], KINDS[manifest.task.kind].noun.many
    disputed = gates["disputed"]
    return [
        "## Measured quality",
        "",
        _accuracy_line(manifest.label_accuracy),
        *_confirmed_lines(manifest.single_answers_confirmed),
        f"- Disputed records (several labels), excluded: {percent_text(disputed)} of labeled and disputed ones.",
        f"- Real {many} (unlabeled, from logs) that train covers: {percent_text(traffic)}.",
        f"- Largest to smallest label in train: {number_text(gates['label_balance'])}.",
        f"- Labels with too uniform wording: {percent_text(gates['facet_marginals'])}.",
        "",
    ]


def _accuracy_of_origin(name: str, one: OriginAccuracyFacts) -> str:
    low, high = one.interval
    return f"{name}: {one.right} of {one.audited}, {percent_text(low)} to {percent_text(high)}"


def _confirmed_lines(measured: Measure) -> list[str]:
    if isinstance(measured, NotMeasured):
        return []
    low, high = measured.low, measured.high
    return [
        f"- Single responses to hold-out rows with two or more responses: {percent_text(measured.value)} of "
        f"{measured.rows} are confirmed by the outcome (95 % interval {percent_text(low)} to {percent_text(high)}, "
        "Wilson)."
    ]


def _accuracy_line(measured: LabelAccuracyFacts | None) -> str:
    if measured is None:
        return "- Label accuracy: not measured. The labels from files were not audited."
    low, high = measured.interval
    origins = "; ".join(_accuracy_of_origin(name, one) for name, one in measured.by_origin.items())
    return (
        f"- Label accuracy: {percent_text(measured.accuracy)} (95 % interval {percent_text(low)} to "
        f"{percent_text(high)}, Wilson). People labeled a random sample of records from files without seeing their "
        f"labels: {measured.right} of {counted(measured.audited, 'label')} "
        f"{agreeing(measured.audited, 'was', 'were')} right ({origins}); {measured.unsure} "
        "more could not be decided. Labels found wrong were corrected."
    )


def gates_section(manifest: Manifest) -> list[str]:
    """Every gate with its notes, every waiver, and every setting that is looser than its default."""
    rows = [
        [
            gate.name,
            number_text(gate.measured),
            f"{BOUND_SIGNS[gate.bound]} {gate.threshold:g}",
            gate.verdict,
        ]
        for gate in manifest.gates
    ]
    loosened = [f"- **{gate.name}**: {table_cell(str(one))}." for gate in manifest.gates for one in gate.loosened]
    notes = [f"- **{gate.name}**: {table_cell(one)}." for gate in manifest.gates for one in gate.notes]
    waivers = [f"- **{gate}** is waived: {table_cell(why)}" for gate, why in manifest.waivers.items()]
    return [
        "## Gates",
        "",
        *table(["gate", "measured", "threshold", "verdict"], rows),
        "",
        *(waivers or ["No gate is waived."]),
        *(["", "Settings that are looser than their default:", "", *loosened] if loosened else []),
        *(["", "Notes on the gates:", "", *notes] if notes else []),
        "",
    ]
