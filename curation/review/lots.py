"""Lots of generated records: drawn once, decided by looks at a random sample, verdicts recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from winnow.config.gate_settings import DEFAULTS, check_loosened
from winnow.config.task import ReviewConfig
from winnow.core.clock import utc_now
from winnow.core.hashing import stable_hash
from winnow.core.lot_kind import LotKind
from winnow.core.vocabulary import DECIDED_BY_PEOPLE, RECORDED_VERDICTS, LotVerdict, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.derive_label import derive_labels
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.review.lot_facts import LotFacts
from winnow.curation.review.lot_pools import producer_name, undrawn_pools
from winnow.curation.review.sampling_order import stratified_random_order
from winnow.curation.review.undecided import undecided_records
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.decisions import last_decision_id, votes_of
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.lot_tables import (
    LotRow,
    VerdictRow,
    count_lots,
    first_human_decisions,
    insert_lot,
    insert_verdict,
    latest_verdicts,
    lot_members,
    lot_rows,
    lots_of_proposals,
    removal_times,
)
from winnow.curation.store.machine_written import Producer
from winnow.curation.store.working_view import working_rows
from winnow.validators.stats.acceptance_sampling import (
    LotDecision,
    decide_lot,
    labels_to_inspect_fully,
    look_sizes,
)

LOT_DECISION = TypeAdapter(LotDecision)

FAR_FUTURE = "9999"
"""Later than any stored time."""


@dataclass(frozen=True)
class Lot:
    """A lot and its current evidence."""

    id: str
    producer: Producer
    number: int
    """The first, second … lot of its producer."""
    review: ReviewConfig
    """The settings when it was drawn."""
    members: tuple[str, ...]
    """Its records in their random order."""
    proposed: Mapping[str, str]
    """Record to proposed label, under its current name."""
    current_names: Mapping[str, str]
    """Label name when the lot was drawn, to its current name."""
    defective: tuple[bool, ...]
    """Whether each member is a defect, from the first member up to the first that nobody has reviewed."""
    reviewed: frozenset[str]
    """All members that people have reviewed, inside and outside the sample."""
    lot_decision: LotDecision
    """What the looks so far decide."""
    recorded_verdict: LotVerdict | None
    """The final verdict, once it is recorded."""
    verdict_at: str
    """When it was recorded; empty until then."""
    fully_inspected_labels: tuple[str, ...]
    """Labels that an accepted lot does not decide: their records are reviewed in full, or proposals are withdrawn."""
    kind: LotKind = LotKind.GENERATED_RECORDS
    """What it certifies."""

    @property
    def name(self) -> str:
        """Producer and number, for display."""
        return f"{producer_name(self.producer)} #{self.number}"

    def outside_sample(self) -> list[str]:
        """Members that may be shown as suspected errors: unless the lot is accepted, none that a look could count.

        None of a lot of proposed labels: people read only its sample, however large it is.
        """
        if self.kind == LotKind.PROPOSED_LABELS:
            return []
        if self.recorded_verdict == LotVerdict.ACCEPTED:
            return [record for record in self.members if record not in self.reviewed]
        last = max(look_sizes(len(self.members), share=self.review.share), default=len(self.members))
        return (
            [] if self.recorded_verdict else [record for record in self.members[last:] if record not in self.reviewed]
        )

    def facts(self) -> LotFacts:
        """The lot in figures, for `status`, `pull`, reports and the manifest."""
        lot_decision = self.lot_decision
        generator, prompt_version, model = self.producer
        return LotFacts(
            kind=self.kind,
            generator=generator,
            prompt_version=prompt_version,
            model=model,
            number=self.number,
            records=len(self.members),
            confidence=self.review.confidence,
            verdict=self.recorded_verdict or lot_decision.verdict,
            look=lot_decision.look,
            read=lot_decision.evidence.read,
            defects=lot_decision.evidence.defects,
            more=len(self.records_to_review()),
            defect_rate_upper=round(lot_decision.evidence.lot_rate_upper, 6),
            unread_defect_rate_upper=round(lot_decision.evidence.rest_rate_upper, 6),
            by_label=dict(sorted(self.counts.items())),
            fully_inspected_labels=self.fully_inspected_labels,
        )

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Reviewed records of the sample and defects among them, by proposed label."""
        found: dict[str, tuple[int, int]] = {}
        for record, wrong in zip(self.members, self.defective[: self.lot_decision.evidence.read], strict=False):
            read, defects = found.get(self.proposed[record], (0, 0))
            found[self.proposed[record]] = read + 1, defects + wrong
        return found

    def decided_records(self) -> list[str]:
        """Members whose label this lot or its reviewers decided, of a decided lot."""
        if self.kind == LotKind.GENERATED_RECORDS:
            return list(self.members)
        read = self.lot_decision.evidence.read
        accepted = self.members[read:] if self.recorded_verdict == LotVerdict.ACCEPTED else ()
        left_out = self.fully_inspected_labels
        return [*self.members[:read], *(record for record in accepted if self.proposed[record] not in left_out)]

    def records_to_review(self, *, include_refused: bool = False) -> list[str]:
        """Members to review next, in order; with `include_refused`, all remaining members of a refused lot.

        Records that a decided lot of proposed labels leaves undecided are unlabeled again, and not reviewed.
        """
        if self.kind == LotKind.PROPOSED_LABELS and self.recorded_verdict:
            return []
        left = [record for record in self.members if record not in self.reviewed]
        if self.recorded_verdict == LotVerdict.ACCEPTED:
            return [record for record in left if self.proposed[record] in self.fully_inspected_labels]
        if self.recorded_verdict == LotVerdict.REFUSED:
            return left if include_refused else []
        if self.recorded_verdict == LotVerdict.FULLY_REVIEWED:
            return left
        sample = self.members[: len(self.defective) + self.lot_decision.more]
        return [record for record in sample if record not in self.reviewed]


def draw_lots(connection: Connection, rows: Iterable[WorkingRow], *, key: str, review: ReviewConfig) -> None:
    """Draw one lot of each producer's proposed records that are in no lot yet, in a random order given by `key`.

    A lot keeps the review settings it was drawn with, even if the task file changes later.

    Raises WinnowError when there are such records and the settings are looser than allowed.
    """
    pools = undrawn_pools(connection, rows)
    if pools:
        check_loosened(DEFAULTS.model_copy(update={"review": review}), "review")
    last, at = last_decision_id(connection), utc_now()
    for producer, pool in sorted(pools.items()):
        number = count_lots(connection, producer) + 1
        identity = stable_hash(*producer, str(number), length=12)
        order = stratified_random_order(pool.labels, key=f"{key}\0{identity}")
        row = LotRow(identity, producer, number, review.model_dump_json(), last)
        members = [(record, pool.labels[record]) for record in order]
        insert_lot(connection, row, members, proposals=pool.proposals, at=at)


def load_lots(
    connection: Connection, rows: Iterable[WorkingRow], *, undecided: frozenset[str] = frozenset()
) -> list[Lot]:
    """Every lot with its current evidence, oldest first. Records of `undecided` count as not reviewed.

    Records that were retracted or forgotten after review of their lot began stay in the lot: people's decisions about
    them count, and without one they count as defects, so that removing records never improves a lot.
    """
    state = {row.id: row for row in rows if row.state != State.SUPERSEDED}
    renamed = label_renames(connection)
    labels_by_people = _labels_by_people(connection)
    first, removed_at = first_human_decisions(connection), removal_times(connection)
    members, verdicts, of_proposals = (
        lot_members(connection),
        latest_verdicts(connection),
        lots_of_proposals(connection),
    )
    found = []
    for lot in lot_rows(connection):
        own = members[lot.id]
        current_names = {label: current_label(label, renamed, decision=lot.last_decision) for _, label in own}
        review_started = min((first[record] for record, _ in own if record in first), default=FAR_FUTURE)
        proposed = {
            record: current_names[label]
            for record, label in own
            if record in state or removed_at.get(record, FAR_FUTURE) >= review_started
        }
        if not proposed:
            continue
        reviewed = {}
        for record, label in proposed.items():
            row = state.get(record)
            if row is None and record in undecided and record not in removed_at:
                continue  # two answers correct it, and an adjudicator has to choose
            if row is None:
                reviewed[record] = labels_by_people.get(record) != label
            elif row.decided_by in DECIDED_BY_PEOPLE and record not in undecided:
                reviewed[record] = row.state != State.LABELED or row.label != label
        kind = LotKind.PROPOSED_LABELS if lot.id in of_proposals else LotKind.GENERATED_RECORDS
        found.append(_build_lot(lot, kind, proposed, current_names, reviewed, verdicts.get(lot.id)))
    return found


def load_current_lots(connection: Connection, rows: Iterable[WorkingRow]) -> list[Lot]:
    """Every lot, without the records that no look may count yet."""
    return load_lots(connection, rows, undecided=undecided_records(connection))


def record_verdicts(connection: Connection, current_lots: Iterable[Lot]) -> list[Lot]:
    """Record the verdicts that the looks have reached, once; returns the lots that were decided just now.

    A refused lot that people have reviewed in full becomes `fully_reviewed`: each record counts by its own decision.
    """
    new, at = [], utc_now()
    for lot in current_lots:
        lot_decision = lot.lot_decision
        read_in_full = lot.kind == LotKind.GENERATED_RECORDS and len(lot.reviewed) == len(lot.members)
        if lot.recorded_verdict == LotVerdict.REFUSED and read_in_full:
            lot_decision = replace(lot_decision, verdict=LotVerdict.FULLY_REVIEWED)
        elif lot.recorded_verdict is not None:
            continue
        if lot_decision.verdict not in RECORDED_VERDICTS:
            continue
        fully_inspected_labels = (
            labels_to_inspect_fully(lot.counts, maximum=lot.review.defect_rate_max)
            if lot_decision.verdict == LotVerdict.ACCEPTED
            else []
        )
        current_names = [label for label, name in lot.current_names.items() if name in fully_inspected_labels]
        detail = {"lot_decision": asdict(lot_decision), "fully_inspected_labels": current_names}
        insert_verdict(connection, lot.id, lot_decision.verdict, detail, at=at)
        new.append(
            replace(
                lot,
                lot_decision=lot_decision,
                recorded_verdict=lot_decision.verdict,
                verdict_at=at,
                fully_inspected_labels=tuple(fully_inspected_labels),
            )
        )
    return new


@dataclass(frozen=True)
class RecordedVerdicts:
    """What the lots decided just now, and what they still need."""

    decided: list[Lot]
    unreviewed: int
    """Records that the lots still need reviewed."""


def record_current_verdicts(store: Store) -> RecordedVerdicts:
    """Record the verdicts that the looks have reached, in one transaction."""
    with store.writing() as connection:
        lots = load_current_lots(connection, working_rows(connection))
        decided = record_verdicts(connection, lots)
    by_id = {lot.id: lot for lot in (*lots, *decided)}
    return RecordedVerdicts(decided, sum(len(lot.records_to_review()) for lot in by_id.values()))


def _labels_by_people(connection: Connection) -> dict[str, str | None]:
    """The label that people gave each record, removed records included; None where they gave none."""
    return {record: own.label for record, own in derive_labels(votes_of(connection, of_people=True)).items()}


def _build_lot(
    row: LotRow,
    kind: LotKind,
    proposed: dict[str, str],
    current_names: dict[str, str],
    reviewed: Mapping[str, bool],
    recorded: VerdictRow | None,
) -> Lot:
    order = list(proposed)
    first = next((i for i, record in enumerate(order) if record not in reviewed), len(order))
    defective = tuple(reviewed[record] for record in order[:first])
    review = ReviewConfig.model_validate_json(row.settings)
    if recorded:
        lot_decision = LOT_DECISION.validate_python(recorded.detail["lot_decision"])
    else:
        lot_decision = decide_lot(
            len(order),
            defective,
            share=review.share,
            target=review.defect_rate_target,
            maximum=review.defect_rate_max,
            confidence=review.confidence,
            first_look=review.proposals_sample if kind == LotKind.PROPOSED_LABELS else None,
        )
    fully_inspected = recorded.detail["fully_inspected_labels"] if recorded else ()
    return Lot(
        id=row.id,
        producer=row.producer,
        number=row.number,
        review=review,
        members=tuple(order),
        proposed=proposed,
        current_names=current_names,
        defective=defective,
        reviewed=frozenset(reviewed),
        lot_decision=lot_decision,
        recorded_verdict=LotVerdict(recorded.verdict) if recorded else None,
        verdict_at=recorded.at if recorded else "",
        fully_inspected_labels=tuple(
            sorted({current_names[label] for label in fully_inspected if label in current_names})
        ),
        kind=kind,
    )
