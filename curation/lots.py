"""Lots: synthetic records that are judged together, by a random sample that people read (design rule 5).

A lot is drawn once: its records and their random order are written down before anybody reads, and records that
come later make the next lot. What a look decides is written down too, and stays.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.chance import chance, keyed
from curation.clock import now
from curation.rename import Renaming, current, renamings
from curation.store import tables as t
from curation.task import Task
from validators.acceptance import Evidence, Ruling, decide, labels_to_take_out

Maker = tuple[str, str, str]
"""Generator, prompt version and model."""
PEOPLE = ("adjudicator", "agreement", "person")
NO_LABEL = ""
"""Stands for the proposed label of a record that was given none."""


@dataclass(frozen=True)
class Lot:
    """A lot as it stands."""

    id: str
    maker: Maker
    number: int
    """The first, second … lot of its maker."""
    members: tuple[str, ...]
    """Live records in their random order."""
    proposed: Mapping[str, str]
    """Record to proposed label."""
    defective: tuple[bool, ...]
    """Of the members from the first on, up to the first that nobody has judged yet: whether it is a defect."""
    judged: frozenset[str]
    """All members that people have judged, in the sample or beside it."""
    ruling: Ruling
    """What the looks so far say."""
    ruled: str | None
    """`accepted`, `refused` or `all_read`, once it was written down."""
    taken_out: tuple[str, ...]
    """Labels of an accepted lot that are read whole."""

    @property
    def name(self) -> str:
        """For people: maker and number."""
        return f"{' '.join(self.maker)} #{self.number}"

    def json(self) -> dict[str, Any]:
        """For `status --json`, `pull --json` and a manifest."""
        ruling = self.ruling
        return {
            "generator": self.maker[0],
            "prompt_version": self.maker[1],
            "model": self.maker[2],
            "number": self.number,
            "records": len(self.members),
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
        """Members that people have to read next, in order; `whole` asks for everything, to rescue a refused lot."""
        left = [record for record in self.members if record not in self.judged]
        if self.ruled == "accepted":
            return [record for record in left if self.proposed[record] in self.taken_out]
        if self.ruled == "refused":
            return left if whole else []
        if self.ruled == "all_read" or whole:
            return left
        sample = self.members[: len(self.defective) + self.ruling.more]
        return [record for record in sample if record not in self.judged]


def draw(connection: Connection, rows: Iterable[Mapping[str, Any]], *, key: str) -> None:
    """Make a lot of each maker's proposed records that are in none, in an order that `key` draws."""
    placed = set(connection.execute(select(t.lot_member.c.record_id)).scalars())
    proposed = {row["id"]: row["label"] or NO_LABEL for row in rows if row["state"] == "proposed"}
    pools: dict[Maker, list[str]] = defaultdict(list)
    for record, maker in makers(connection).items():
        if record in proposed and record not in placed:
            pools[maker].append(record)
    for maker, records in sorted(pools.items()):
        columns = t.lot.c
        same = (columns.generator == maker[0], columns.prompt_version == maker[1], columns.model == maker[2])
        number = int(connection.execute(select(func.count()).select_from(t.lot).where(*same)).scalar_one()) + 1
        identity = hashlib.sha256("\0".join((*maker, str(number))).encode()).hexdigest()[:12]
        made = {"generator": maker[0], "prompt_version": maker[1], "model": maker[2], "number": number}
        connection.execute(insert(t.lot).values(id=identity, at=now(), **made))
        order = random_order({record: proposed[record] for record in records}, key=f"{key}\0{identity}")
        told = [
            {"record_id": record, "lot_id": identity, "position": position, "proposed": proposed[record]}
            for position, record in enumerate(order)
        ]
        connection.execute(insert(t.lot_member), told)


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


def makers(connection: Connection) -> dict[str, Maker]:
    """Who made each synthetic record: of several batches the first that showed it."""
    batch = t.batch.c
    query = (
        select(t.sighting.c.record_id, batch.generator, batch.prompt_version, batch.model)
        .join(t.source, t.source.c.id == t.sighting.c.source_id)
        .join(t.batch, batch.id == t.source.c.batch_id)
        .where(t.source.c.retracted_at.is_(None))
        .order_by(t.sighting.c.id)
    )
    found: dict[str, Maker] = {}
    for record, *maker in connection.execute(query):
        found.setdefault(record, (maker[0], maker[1], maker[2]))
    return found


def lots(
    connection: Connection, rows: Iterable[Mapping[str, Any]], task: Task, *, waits: frozenset[str] = frozenset()
) -> list[Lot]:
    """Every lot as it stands, the oldest first. Records of `waits` count as not judged yet, whatever was said."""
    state = {row["id"]: row for row in rows if row["state"] != "superseded"}
    renamed = renamings(connection)
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    columns = t.lot_member.c
    query = select(columns.lot_id, columns.record_id, columns.proposed).order_by(columns.lot_id, columns.position)
    for lot, record, proposed in connection.execute(query):
        if record in state:
            members[lot].append((record, current(proposed, renamed)))
    ruled: dict[str, tuple[str, dict[str, Any]]] = {}
    for row in connection.execute(select(t.lot_ruling).order_by(t.lot_ruling.c.id)):
        ruled[row.lot_id] = row.verdict, json.loads(row.detail)
    found = []
    for row in connection.execute(select(t.lot).order_by(t.lot.c.at, t.lot.c.id)):
        if not members[row.id]:
            continue
        proposals = dict(members[row.id])
        judged = {
            record: _is_defect(state[record], proposed)
            for record, proposed in proposals.items()
            if state[record]["decided_by"] in PEOPLE and record not in waits
        }
        found.append(_standing(row, proposals, judged, ruled.get(row.id), task, renamed))
    return found


def _standing(
    row: Any,
    proposals: dict[str, str],
    judged: Mapping[str, bool],
    ruled: tuple[str, dict[str, Any]] | None,
    task: Task,
    renamed: Sequence[Renaming],
) -> Lot:
    order = list(proposals)
    first = next((i for i, record in enumerate(order) if record not in judged), len(order))
    defective = tuple(judged[record] for record in order[:first])
    told = ruled[1] if ruled else {}
    review = task.review
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
        members=tuple(order),
        proposed=proposals,
        defective=defective,
        judged=frozenset(judged),
        ruling=ruling,
        ruled=ruled[0] if ruled else None,
        taken_out=tuple(current(label, renamed) for label in told.get("taken_out", ())),
    )


def _is_defect(row: Mapping[str, Any], proposed: str) -> bool:
    return bool(row["state"] != "labeled" or row["label"] != proposed)


def rule(connection: Connection, standing: Iterable[Lot], *, maximum: float) -> list[Lot]:
    """Write down what looks have decided, once; returns the lots that were decided just now.

    A refused lot of which people have read everything is rescued: each record counts by what they said.
    """
    new = []
    for lot in standing:
        ruling = lot.ruling
        if lot.ruled == "refused" and len(lot.judged) == len(lot.members):
            ruling = replace(ruling, verdict="all_read")
        elif lot.ruled is not None:
            continue
        if ruling.verdict not in ("accepted", "refused", "all_read"):
            continue
        taken_out = labels_to_take_out(lot.counts, maximum=maximum) if ruling.verdict == "accepted" else []
        detail = {"ruling": asdict(ruling), "taken_out": taken_out, "size": len(lot.members)}
        values = {"lot_id": lot.id, "verdict": ruling.verdict, "detail": json.dumps(detail), "at": now()}
        connection.execute(insert(t.lot_ruling).values(**values).on_conflict_do_nothing())
        new.append(replace(lot, ruling=ruling, ruled=ruling.verdict, taken_out=tuple(taken_out)))
    return new


def decided_by_lot(connection: Connection) -> dict[str, bool]:
    """Records that a lot's ruling decides where people do not: True where it accepts what was proposed, else False."""
    renamed = renamings(connection)
    latest: dict[str, tuple[str, set[str]]] = {}
    for row in connection.execute(select(t.lot_ruling).order_by(t.lot_ruling.c.id)):
        taken_out = {current(label, renamed) for label in json.loads(row.detail)["taken_out"]}
        latest[row.lot_id] = row.verdict, taken_out
    if not latest:
        return {}
    columns = t.lot_member.c
    found = {}
    for record, lot, proposed in connection.execute(select(columns.record_id, columns.lot_id, columns.proposed)):
        verdict, taken_out = latest.get(lot, ("", set()))
        if verdict == "accepted" and proposed != NO_LABEL and current(proposed, renamed) not in taken_out:
            found[record] = True
        elif verdict == "refused":
            found[record] = False
    return found
