"""The looks at logs of two variants: how often a growing log was judged, so that repeated looks are corrected for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from winnow.core.appended_lines import append_line
from winnow.core.clock import utc_now
from winnow.core.hashing import json_hash
from winnow.training.monitoring.ab_test.ab_facts import AbLook
from winnow.training.monitoring.ab_test.ab_log import AbLog

LOOKS_FILE = "ab_looks.jsonl"
"""In the state of a workspace; lines are only added."""


class EarlierLooks(NamedTuple):
    """The looks so far."""

    looks: list[AbLook]
    unreadable: int
    """Lines that cannot be read, such as one that was cut off: each counts as a look at every log."""


def look_at(log: AbLog, variants: Sequence[str]) -> AbLook:
    """The look at a log that is taken now."""
    first = min(log.rows, key=lambda row: row.number)
    return AbLook(
        at=utc_now(),
        file=log.name,
        sha256=log.sha256,
        first_row=json_hash([first.variant, first.outcome, first.rating, first.session, first.request, first.time]),
        variants=sorted(variants),
        rows=len(log.rows),
    )


def look_number(look: AbLook, earlier: EarlierLooks) -> int:
    """How often this log was looked at, this time included.

    A log is the same if it compares the same variants and has the same name or the same first row: it may have grown or
    been renamed since. The same content is the same look.
    """
    related = [one for one in earlier.looks if one.variants == look.variants and _is_same_log(one, look)]
    seen = list(dict.fromkeys(one.sha256 for one in related))
    place = seen.index(look.sha256) if look.sha256 in seen else len(seen)
    return place + 1 + earlier.unreadable


def _is_same_log(one: AbLook, other: AbLook) -> bool:
    return one.file == other.file or one.first_row == other.first_row


def read_ab_looks(folder: Path) -> EarlierLooks:
    """Every look so far, oldest first."""
    path = folder / LOOKS_FILE
    looks, unreadable = [], 0
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else ():
        try:
            if line:
                looks.append(AbLook.model_validate_json(line))
        except ValidationError:
            unreadable += 1
    return EarlierLooks(looks, unreadable)


def record_ab_look(folder: Path, look: AbLook) -> None:
    """Add a look, before its result is shown."""
    append_line(folder / LOOKS_FILE, json.dumps(look.model_dump(mode="json")))
