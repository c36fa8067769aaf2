"""Lots: synthetic records that are judged together, by a random sample that people read (design rule 5).

A lot is drawn once: its records and their random order are written down before anybody reads, and records that
come later make the next lot. What a look decides is written down too, and stays.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.chance import chance, keyed
from curation.clock import now
from curation.labels import derive
from curation.rename import current, renamings
from curation.store import tables as t
from curation.task import Review
from curation.votes import PEOPLE as ACTORS
from curation.votes import votes_of
from validators.acceptance import Evidence, Ruling, decide, labels_to_take_out, look_sizes

Maker = tuple[str, str, str]
"""Generator, prompt version and model."""
PEOPLE = ("adjudicator", "agreement", "person")
"""What `decided_by` says where people decided."""
NEVER = "9999"
"""Later than any time that is written down."""
NO_LABEL = ""
"""Stands for the proposed label of a record that was given none."""


@dataclass(frozen=True)
class Lot:
    """A lot as it stands."""

    id: str
    maker: Maker
    number: int
    """The first, second … lot of its maker."""
    review: Review
    """The settings when it was drawn."""
    members: tuple[str, ...]
    """Its records in their random order."""
    proposed: Mapping[str, str]
    """Record to proposed label, by its name of today."""
    drawn: Mapping[str, str]
    """Label by its name when the lot was drawn, to its name of today."""
    defective: tuple[bool, ...]
    """Of the members from the first on, up to the first that nobody has judged yet: whether it is a defect."""
    judged: frozenset[str]
    """All members that people have judged, in the sample or beside it."""
    ruling: Ruling
    """What the looks so far say."""
    ruled: str | None
    """`accepted`, `refused` or `all_read`, once it was written down."""
    ruled_at: str
    """When; empty while it was not."""
    taken_out: tuple[str, ...]
    """Labels of an accepted lot that are read whole."""

    @property
    def name(self) -> str:
        """For people: maker and number."""
        return f"{' '.join(self.maker)} #{self.number}"

    def beside(self) -> list[str]:
        """Members that may be shown as suspects: none that a look could count, unless the lot is accepted already."""
        if self.ruled == "accepted":
            return [record for record in self.members if record not in self.judged]
        last = max(look_sizes(len(self.members), share=self.review.share), default=len(self.members))
        return [] if self.ruled else [record for record in self.members[last:] if record not in self.judged]

    def json(self) -> dict[str, Any]:
        """For `status --json`, `pull --json` and a manifest."""
        ruling = self.ruling
        return {
            "generator": self.maker[0],
            "prompt_version": self.maker[1],
            "model": self.maker[2],
            "number": self.number,
            "records": len(self.members),
            "confidence": self.review.confidence,
            "verdict": self.ruled or ruling.verdict,
            "look": ruling.look,
            "read": ruling.evidence.read,
            "defects": ruling.evidence.defects,
            "more": len(self.needed()),
            "defect_rate_upper": round(ruling.evidence.lot_rate_upper, 6),
            "unread_defect_rate_upper": round(ruling.evidence.rest_rate_upper, 6),
            "by_label": {label: list(pair) for label, pair in sorted(self.counts.items())},
            "taken_out": list(self.taken_out),
        }

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Rows of the sample and defects among them, by proposed label."""
        found: dict[str, tuple[int, int]] = {}
        for record, wrong in zip(self.members, self.defective[: self.ruling.evidence.read], strict=False):
            read, defects = found.get(self.proposed[record], (0, 0))
            found[self.proposed[record]] = read + 1, defects + wrong
        return found

    def needed(self, *, whole: bool = False) -> list[str]:
        """Members that people have to read next, in order; `whole` asks for all of a refused lot, to rescue it."""
        left = [record for record in self.members if record not in self.judged]
        if self.ruled == "accepted":
            return [record for record in left if self.proposed[record] in self.taken_out]
        if self.ruled == "refused":
            return left if whole else []
        if self.ruled == "all_read":
            return left
        sample = self.members[: len(self.defective) + self.ruling.more]
        return [record for record in sample if record not in self.judged]


def draw(connection: Connection, rows: Iterable[Mapping[str, Any]], *, key: str, review: Review) -> None:
    """Make a lot of each maker's proposed records that are in none, in an order that `key` draws.

    The settings of today decide it, whatever the task file says later.
    """
    placed = set(connection.execute(select(t.lot_member.c.record_id)).scalars())
    proposed = {row["id"] for row in rows if row["state"] == "proposed"}
    pools: dict[Maker, dict[str, str]] = defaultdict(dict)
    for record, (maker, label) in proposals(connection).items():
        if record in proposed and record not in placed:
            pools[maker][record] = label
    last = int(connection.execute(select(func.coalesce(func.max(t.decision.c.id), 0))).scalar_one())
    for maker, labels in sorted(pools.items()):
        columns = t.lot.c
        same = (columns.generator == maker[0], columns.prompt_version == maker[1], columns.model == maker[2])
        number = int(connection.execute(select(func.count()).select_from(t.lot).where(*same)).scalar_one()) + 1
        identity = hashlib.sha256("\0".join((*maker, str(number))).encode()).hexdigest()[:12]
        made = {"generator": maker[0], "prompt_version": maker[1], "model": maker[2], "number": number}
        told = {"settings": review.model_dump_json(), "last_decision": last, "at": now()}
        connection.execute(insert(t.lot).values(id=identity, **made, **told))
        members = [
            {"record_id": record, "lot_id": identity, "position": position, "proposed": labels[record]}
            for position, record in enumerate(random_order(labels, key=f"{key}\0{identity}"))
        ]
        connection.execute(insert(t.lot_member), members)


def random_order(labels: Mapping[str, str], *, key: str) -> list[str]:
    """Records in a random order of which every beginning is proportional over labels.

    Within a label the order is that of a keyed hash; the i-th of m records of a label stands at (i + u) / m, with one
    random u a label (systematic sampling: Madow and Madow 1944).
    """
    by_label: dict[str, list[str]] = defaultdict(list)
    for record in sorted(labels, key=lambda record: keyed(key, record)):
        by_label[labels[record]].append(record)
    places = {
        record: ((i + chance(key, "label", label)) / len(records), keyed(key, record))
        for label, records in by_label.items()
        for i, record in enumerate(records)
    }
    return sorted(places, key=places.__getitem__)


def proposals(connection: Connection) -> dict[str, tuple[Maker, str]]:
    """Who made each synthetic record and what that batch proposed: of several batches the first that showed it."""
    batch, decision = t.batch.c, t.decision.c
    query = (
        select(t.sighting.c.record_id, t.sighting.c.source_id, batch.generator, batch.prompt_version, batch.model)
        .join(t.source, t.source.c.id == t.sighting.c.source_id)
        .join(t.batch, batch.id == t.source.c.batch_id)
        .where(t.source.c.retracted_at.is_(None))
        .order_by(t.sighting.c.id)
    )
    renamed = renamings(connection)
    said = {
        (record, source): current(value, renamed, decision=number)
        for number, record, source, value in connection.execute(
            select(decision.id, decision.record_id, decision.source_id, decision.value)
            .join(t.source, t.source.c.id == decision.source_id)
            .where(t.source.c.batch_id.is_not(None), decision.kind == "label")
            .order_by(decision.id.desc())
        )
    }
    found: dict[str, tuple[Maker, str]] = {}
    for record, source, *maker in connection.execute(query):
        made = (maker[0], maker[1], maker[2])
        found.setdefault(record, (made, said.get((record, source), NO_LABEL)))
    return found


def lots(
    connection: Connection, rows: Iterable[Mapping[str, Any]], *, waits: frozenset[str] = frozenset()
) -> list[Lot]:
    """Every lot as it stands, the oldest first. Records of `waits` count as not judged yet, whatever was said.

    Records that were retracted or forgotten once people had read a part keep their places: what people said of them
    counts, and where nobody said anything they count as defects, so that no lot gets better by what is taken from it.
    """
    state = {row["id"]: row for row in rows if row["state"] != "superseded"}
    renamed = renamings(connection)
    people, first, gone = _people(connection), _first_words(connection), _gone(connection)
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    columns = t.lot_member.c
    for lot, record, proposed in connection.execute(
        select(columns.lot_id, columns.record_id, columns.proposed).order_by(columns.lot_id, columns.position)
    ):
        members[lot].append((record, proposed))
    ruled: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for row in connection.execute(select(t.lot_ruling).order_by(t.lot_ruling.c.id)):
        ruled[row.lot_id] = row.verdict, row.at, json.loads(row.detail)
    found = []
    for row in connection.execute(select(t.lot).order_by(t.lot.c.at, t.lot.c.id)):
        drawn = {label: current(label, renamed, decision=row.last_decision) for _, label in members[row.id]}
        begun = min((first[record] for record, _ in members[row.id] if record in first), default=NEVER)
        named = {r: drawn[label] for r, label in members[row.id] if r in state or gone.get(r, NEVER) >= begun}
        if not named:
            continue
        judged = {}
        for record, proposed in named.items():
            own = state.get(record)
            if own is None:
                judged[record] = people.get(record) != proposed
            elif own["decided_by"] in PEOPLE and record not in waits:
                judged[record] = bool(own["state"] != "labeled" or own["label"] != proposed)
        found.append(_standing(row, named, drawn, judged, ruled.get(row.id, ("", "", {}))))
    return found


def _people(connection: Connection) -> dict[str, str | None]:
    """The label that people gave each record, gone ones included; None where they gave none."""
    return {record: own.label for record, own in derive(votes_of(connection, of_people=True)).items()}


def _first_words(connection: Connection) -> dict[str, str]:
    """When people first spoke of each record."""
    columns = t.decision.c
    spoken = select(columns.record_id, func.min(columns.at)).where(columns.actor.in_(ACTORS))
    return {record: str(at) for record, at in connection.execute(spoken.group_by(columns.record_id))}


def _gone(connection: Connection) -> dict[str, str]:
    """When records were forgotten, or the last source that showed them was retracted; others may be among them."""
    last = select(t.sighting.c.record_id, func.max(t.source.c.retracted_at)).join(t.source)
    retracted = connection.execute(last.where(t.source.c.retracted_at.is_not(None)).group_by(t.sighting.c.record_id))
    forgotten = connection.execute(select(t.forgotten.c.record_id, t.forgotten.c.at))
    return {record: str(at) for record, at in (*retracted, *forgotten)}


def _standing(
    row: Any,
    proposed: dict[str, str],
    drawn: dict[str, str],
    judged: Mapping[str, bool],
    ruled: tuple[str, str, dict[str, Any]],
) -> Lot:
    order = list(proposed)
    first = next((i for i, record in enumerate(order) if record not in judged), len(order))
    defective = tuple(judged[record] for record in order[:first])
    review = Review.model_validate_json(row.settings)
    verdict, at, told = ruled
    ruling = (
        Ruling(**{**told["ruling"], "evidence": Evidence(**told["ruling"]["evidence"])})
        if told
        else decide(
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
        maker=(row.generator, row.prompt_version, row.model),
        number=row.number,
        review=review,
        members=tuple(order),
        proposed=proposed,
        drawn=drawn,
        defective=defective,
        judged=frozenset(judged),
        ruling=ruling,
        ruled=verdict or None,
        ruled_at=at,
        taken_out=tuple(sorted({drawn[label] for label in told.get("taken_out", ()) if label in drawn})),
    )


def rule(connection: Connection, standing: Iterable[Lot]) -> list[Lot]:
    """Write down what looks have decided, once; returns the lots that were decided just now.

    A refused lot of which people have read everything is rescued: each record counts by what they said.
    """
    new, at = [], now()
    for lot in standing:
        ruling = lot.ruling
        if lot.ruled == "refused" and len(lot.judged) == len(lot.members):
            ruling = replace(ruling, verdict="all_read")
        elif lot.ruled is not None:
            continue
        if ruling.verdict not in ("accepted", "refused", "all_read"):
            continue
        taken_out = (
            labels_to_take_out(lot.counts, maximum=lot.review.defect_rate_max) if ruling.verdict == "accepted" else []
        )
        drawn = [label for label, name in lot.drawn.items() if name in taken_out]
        detail = {"ruling": asdict(ruling), "taken_out": drawn}
        values = {"lot_id": lot.id, "verdict": ruling.verdict, "detail": json.dumps(detail), "at": at}
        connection.execute(insert(t.lot_ruling).values(**values).on_conflict_do_nothing())
        new.append(replace(lot, ruling=ruling, ruled=ruling.verdict, ruled_at=at, taken_out=tuple(taken_out)))
    return new


def decided_by_lot(connection: Connection) -> dict[str, str | None]:
    """Records that a lot's ruling decides where people do not: the label that it accepts, None where it refuses."""
    renamed = renamings(connection)
    since = {row.id: row.last_decision for row in connection.execute(select(t.lot.c.id, t.lot.c.last_decision))}
    latest: dict[str, tuple[str, set[str]]] = {}
    for row in connection.execute(select(t.lot_ruling).order_by(t.lot_ruling.c.id)):
        latest[row.lot_id] = row.verdict, set(json.loads(row.detail)["taken_out"])
    if not latest:
        return {}
    columns = t.lot_member.c
    found: dict[str, str | None] = {}
    for record, lot, proposed in connection.execute(select(columns.record_id, columns.lot_id, columns.proposed)):
        verdict, taken_out = latest.get(lot, ("", set()))
        if verdict == "accepted" and proposed not in (NO_LABEL, *taken_out):
            found[record] = current(proposed, renamed, decision=since[lot])
        elif verdict == "refused":
            found[record] = None
    return found
