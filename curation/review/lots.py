"""Lots of generated records: drawn once, decided by looks at a random sample, verdicts written down."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from winnow.config.task import ReviewConfig
from winnow.core.clock import utc_now
from winnow.curation.annotations.derive_label import derive_labels
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.review.sampling_order import stratified_random_order
from winnow.curation.store import tables
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.lot_tables import Producer, first_human_decisions, proposed_labels, removal_times
from winnow.curation.store.tables import lot_member, lot_verdict
from winnow.validators.stats.acceptance_sampling import (
    LotDecision,
    LotEvidence,
    decide_lot,
    labels_to_inspect_fully,
    look_sizes,
)

DECIDED_BY_PEOPLE = ("adjudicator", "agreement", "person")
"""What `decided_by` says where people decided."""


FAR_FUTURE = "9999"
"""Later than any time that is written down."""


@dataclass(frozen=True)
class Lot:
    """A lot as it stands."""

    id: str
    producer: Producer
    number: int
    """The first, second … lot of its maker."""
    review: ReviewConfig
    """The settings when it was drawn."""
    members: tuple[str, ...]
    """Its records in their random order."""
    proposed: Mapping[str, str]
    """Record to proposed label, by its name of today."""
    current_names: Mapping[str, str]
    """Label by its name when the lot was drawn, to its name of today."""
    defective: tuple[bool, ...]
    """Of the members from the first on, up to the first that nobody has judged yet: whether it is a defect."""
    reviewed: frozenset[str]
    """All members that people have judged, in the sample or beside it."""
    lot_decision: LotDecision
    """What the looks so far say."""
    recorded_verdict: str | None
    """`accepted`, `refused` or `all_read`, once it was written down."""
    verdict_at: str
    """When; empty while it was not."""
    fully_inspected_labels: tuple[str, ...]
    """Labels of an accepted lot that are read whole."""

    @property
    def name(self) -> str:
        """For people: maker and number."""
        return f"{' '.join(self.producer)} #{self.number}"

    def outside_sample(self) -> list[str]:
        """Members that may be shown as suspects: none that a look could count, unless the lot is accepted already."""
        if self.recorded_verdict == "accepted":
            return [record for record in self.members if record not in self.reviewed]
        last = max(look_sizes(len(self.members), share=self.review.share), default=len(self.members))
        return (
            [] if self.recorded_verdict else [record for record in self.members[last:] if record not in self.reviewed]
        )

    def json(self) -> dict[str, Any]:
        """For `status --json`, `pull --json` and a manifest."""
        lot_decision = self.lot_decision
        return {
            "generator": self.producer[0],
            "prompt_version": self.producer[1],
            "model": self.producer[2],
            "number": self.number,
            "records": len(self.members),
            "confidence": self.review.confidence,
            "verdict": self.recorded_verdict or lot_decision.verdict,
            "look": lot_decision.look,
            "read": lot_decision.evidence.read,
            "defects": lot_decision.evidence.defects,
            "more": len(self.records_to_review()),
            "defect_rate_upper": round(lot_decision.evidence.lot_rate_upper, 6),
            "unread_defect_rate_upper": round(lot_decision.evidence.rest_rate_upper, 6),
            "by_label": {label: list(pair) for label, pair in sorted(self.counts.items())},
            "fully_inspected_labels": list(self.fully_inspected_labels),
        }

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Rows of the sample and defects among them, by proposed label."""
        found: dict[str, tuple[int, int]] = {}
        for record, wrong in zip(self.members, self.defective[: self.lot_decision.evidence.read], strict=False):
            read, defects = found.get(self.proposed[record], (0, 0))
            found[self.proposed[record]] = read + 1, defects + wrong
        return found

    def records_to_review(self, *, include_refused: bool = False) -> list[str]:
        """Members that people have to read next, in order; `whole` asks for all of a refused lot, to rescue it."""
        left = [record for record in self.members if record not in self.reviewed]
        if self.recorded_verdict == "accepted":
            return [record for record in left if self.proposed[record] in self.fully_inspected_labels]
        if self.recorded_verdict == "refused":
            return left if include_refused else []
        if self.recorded_verdict == "fully_reviewed":
            return left
        sample = self.members[: len(self.defective) + self.lot_decision.more]
        return [record for record in sample if record not in self.reviewed]


def draw_lots(connection: Connection, rows: Iterable[Mapping[str, Any]], *, key: str, review: ReviewConfig) -> None:
    """Make a lot of each maker's proposed records that are in none, in an order that `key` draws.

    The settings of today decide it, whatever the task file says later.
    """
    in_lots = set(connection.execute(select(lot_member.c.record_id)).scalars())
    proposed = {row["id"] for row in rows if row["state"] == "proposed"}
    pools: dict[Producer, dict[str, str]] = defaultdict(dict)
    for record, (producer, label) in proposed_labels(connection).items():
        if record in proposed and record not in in_lots:
            pools[producer][record] = label
    last = int(connection.execute(select(func.coalesce(func.max(tables.decision.c.id), 0))).scalar_one())
    for producer, labels in sorted(pools.items()):
        columns = tables.lot.c
        same = (columns.generator == producer[0], columns.prompt_version == producer[1], columns.model == producer[2])
        number = int(connection.execute(select(func.count()).select_from(tables.lot).where(*same)).scalar_one()) + 1
        identity = hashlib.sha256("\0".join((*producer, str(number))).encode()).hexdigest()[:12]
        made = {"generator": producer[0], "prompt_version": producer[1], "model": producer[2], "number": number}
        values_at_draw = {"settings": review.model_dump_json(), "last_decision": last, "at": utc_now()}
        connection.execute(insert(tables.lot).values(id=identity, **made, **values_at_draw))
        members = [
            {"record_id": record, "lot_id": identity, "position": position, "proposed": labels[record]}
            for position, record in enumerate(stratified_random_order(labels, key=f"{key}\0{identity}"))
        ]
        connection.execute(insert(lot_member), members)


def load_lots(
    connection: Connection, rows: Iterable[Mapping[str, Any]], *, undecided: frozenset[str] = frozenset()
) -> list[Lot]:
    """Every lot as it stands, the oldest first. Records of `waits` count as not judged yet, whatever was said.

    Records that were retracted or forgotten once people had read a part keep their places: what people said of them
    counts, and where nobody said anything they count as defects, so that no lot gets better by what is taken from it.
    """
    state = {row["id"]: row for row in rows if row["state"] != "superseded"}
    renamed = label_renames(connection)
    labels_by_people, first, removed_at = (
        _labels_by_people(connection),
        first_human_decisions(connection),
        removal_times(connection),
    )
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    columns = lot_member.c
    for lot, record, proposed in connection.execute(
        select(columns.lot_id, columns.record_id, columns.proposed).order_by(columns.lot_id, columns.position)
    ):
        members[lot].append((record, proposed))
    recorded_verdict: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for row in connection.execute(select(lot_verdict).order_by(lot_verdict.c.id)):
        recorded_verdict[row.lot_id] = row.verdict, row.at, json.loads(row.detail)
    found = []
    for row in connection.execute(select(tables.lot).order_by(tables.lot.c.at, tables.lot.c.id)):
        current_names = {
            label: current_label(label, renamed, decision=row.last_decision) for _, label in members[row.id]
        }
        review_started = min((first[record] for record, _ in members[row.id] if record in first), default=FAR_FUTURE)
        named = {
            r: current_names[label]
            for r, label in members[row.id]
            if r in state or removed_at.get(r, FAR_FUTURE) >= review_started
        }
        if not named:
            continue
        reviewed = {}
        for record, proposed in named.items():
            own = state.get(record)
            if own is None:
                reviewed[record] = labels_by_people.get(record) != proposed
            elif own["decided_by"] in DECIDED_BY_PEOPLE and record not in undecided:
                reviewed[record] = bool(own["state"] != "labeled" or own["label"] != proposed)
        found.append(_build_lot(row, named, current_names, reviewed, recorded_verdict.get(row.id, ("", "", {}))))
    return found


def _labels_by_people(connection: Connection) -> dict[str, str | None]:
    """The label that people gave each record, gone ones included; None where they gave none."""
    return {record: own.label for record, own in derive_labels(votes_of(connection, of_people=True)).items()}


def _build_lot(
    row: Any,
    proposed: dict[str, str],
    current_names: dict[str, str],
    reviewed: Mapping[str, bool],
    recorded_verdict: tuple[str, str, dict[str, Any]],
) -> Lot:
    order = list(proposed)
    first = next((i for i, record in enumerate(order) if record not in reviewed), len(order))
    defective = tuple(reviewed[record] for record in order[:first])
    review = ReviewConfig.model_validate_json(row.settings)
    verdict, at, values_at_draw = recorded_verdict
    lot_decision = (
        LotDecision(
            **{**values_at_draw["lot_decision"], "evidence": LotEvidence(**values_at_draw["lot_decision"]["evidence"])}
        )
        if values_at_draw
        else decide_lot(
            len(order),
            defective,
            share=review.share,
            target=review.defect_rate_target,
            maximum=review.defect_rate_max,
            confidence=review.confidence,
        )
    )
    return Lot(
        id=row.id,
        producer=(row.generator, row.prompt_version, row.model),
        number=row.number,
        review=review,
        members=tuple(order),
        proposed=proposed,
        current_names=current_names,
        defective=defective,
        reviewed=frozenset(reviewed),
        lot_decision=lot_decision,
        recorded_verdict=verdict or None,
        verdict_at=at,
        fully_inspected_labels=tuple(
            sorted(
                {
                    current_names[label]
                    for label in values_at_draw.get("fully_inspected_labels", ())
                    if label in current_names
                }
            )
        ),
    )


def record_verdicts(connection: Connection, current_lots: Iterable[Lot]) -> list[Lot]:
    """Write down what looks have decided, once; returns the lots that were decided just now.

    A refused lot of which people have read everything is rescued: each record counts by what they said.
    """
    new, at = [], utc_now()
    for lot in current_lots:
        lot_decision = lot.lot_decision
        if lot.recorded_verdict == "refused" and len(lot.reviewed) == len(lot.members):
            lot_decision = replace(lot_decision, verdict="fully_reviewed")
        elif lot.recorded_verdict is not None:
            continue
        if lot_decision.verdict not in ("accepted", "refused", "fully_reviewed"):
            continue
        fully_inspected_labels = (
            labels_to_inspect_fully(lot.counts, maximum=lot.review.defect_rate_max)
            if lot_decision.verdict == "accepted"
            else []
        )
        current_names = [label for label, name in lot.current_names.items() if name in fully_inspected_labels]
        detail = {"lot_decision": asdict(lot_decision), "fully_inspected_labels": current_names}
        values = {"lot_id": lot.id, "verdict": lot_decision.verdict, "detail": json.dumps(detail), "at": at}
        connection.execute(insert(lot_verdict).values(**values).on_conflict_do_nothing())
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
