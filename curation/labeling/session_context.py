"""What a person wrote earlier in the same session, which annotators see with a record."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import Split
from winnow.core.working_row import WorkingRow
from winnow.curation.labeling.kind_forms import KindForm
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows
from winnow.curation.store.occurrences import SessionOccurrence

MAX_TURNS = 5
"""Turns shown, the latest: with the record they fit on a screen of 900 pixels."""

MAX_TURN_CHARACTERS = 300
"""Characters shown of a turn; a longer one is cut."""


def with_earlier_turns(
    candidates: Sequence[QueueCandidate], rows: WorkingRows, occurrences: Sequence[SessionOccurrence], form: KindForm
) -> list[QueueCandidate]:
    """The candidates with the earlier turns of their session, where there are any."""
    by_id = {row.id: row for row in rows}
    earlier = turns_before(occurrences, {row.id: row.assigned_split for row in rows})
    return [_with_turns(one, [by_id[turn] for turn in earlier.get(one.record_id, ())], form) for one in candidates]


def turns_before(occurrences: Sequence[SessionOccurrence], split_of: Mapping[str, Split]) -> dict[str, list[str]]:
    """The last MAX_TURNS records before each record in its session, oldest first; of its first session that has any.

    Only records of its own assigned split are counted, so that no hold-out text is shown with a train record; those
    without a split are left out. A session is ordered by time where every turn has one that can be parsed, else by row.
    """
    found: dict[str, list[str]] = {}
    ordered = sorted(occurrences, key=lambda one: (one.source, one.session, one.row))
    for _, turns in groupby(ordered, key=lambda one: (one.source, one.session)):
        latest: dict[Split, deque[str]] = {split: deque(maxlen=MAX_TURNS) for split in Split}
        for turn in _in_order([one for one in turns if one.record in split_of]):
            before = latest[split_of[turn.record]]
            # Up to the last turn of a record that is not found yet, all turns were its own: the latest ones suffice.
            if turn.record not in found and (others := [record for record in before if record != turn.record]):
                found[turn.record] = others
            before.append(turn.record)
    return found


class _TimedTurn(NamedTuple):
    time: datetime
    row: int
    turn: SessionOccurrence


def _in_order(turns: list[SessionOccurrence]) -> list[SessionOccurrence]:
    timed = [_TimedTurn(time, turn.row, turn) for turn in turns if (time := parse_time(turn.time))]
    return [one.turn for one in sorted(timed)] if len(timed) == len(turns) else turns


def _with_turns(candidate: QueueCandidate, shown: Sequence[WorkingRow], form: KindForm) -> QueueCandidate:
    if not shown:
        return candidate
    lines = [f"{number}. {_shortened(form.as_text(row.content))}" for number, row in enumerate(shown, 1)]
    quoted = (*candidate.quoted_ids, *dict.fromkeys(row.id for row in shown))
    return replace(candidate, earlier_turns="\n".join(lines), quoted_ids=quoted)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_TURN_CHARACTERS else f"{line[:MAX_TURN_CHARACTERS]}…"
