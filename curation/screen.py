"""Screening: which rows may enter, and why the others may not. Nothing is lost: kept + dropped = given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from curation.private import Scrubber
from curation.reading import Row
from curation.reading.columns import split_name
from curation.records import canonical_text, record_id
from curation.rename import Renaming, current
from curation.task import Task
from curation.times import read_time
from validators.folding import fold_key
from validators.screening import (
    LANGUAGE_MIN_CHARACTERS,
    LANGUAGE_MIN_CONFIDENCE,
    Drop,
    label_fault,
    route_fault,
    text_fault,
)

PRIVATE = "private_data"
"""The reason of a row that is dropped for what it holds."""
FORGOTTEN = "forgotten"
"""The reason of a row that repeats a forgotten record."""
WITHHELD = (PRIVATE, FORGOTTEN)
"""Reasons of rows whose text is written nowhere."""
LANGUAGES = (
    "ARABIC CHINESE CZECH DANISH DUTCH ENGLISH FINNISH FRENCH GERMAN GREEK HEBREW HINDI HUNGARIAN INDONESIAN "
    "ITALIAN JAPANESE KOREAN POLISH PORTUGUESE ROMANIAN RUSSIAN SPANISH SWEDISH TURKISH UKRAINIAN VIETNAMESE"
).split()
"""What the detector chooses among; with all of its 75 it takes three times as long."""


@dataclass(frozen=True)
class Kept:
    """A row that may enter."""

    number: int
    record_id: str
    text: str
    fold_key: str
    label: str | None
    given_label: str | None
    """The label as the file has it, which may have been renamed since."""
    split: str | None
    session: str | None
    family: str | None
    """The family that it joins, where the row names one that stands."""
    time: str | None
    unread_time: bool
    """The source gave a time that cannot be read; it is not kept, for who knows what it holds."""
    private: Counter[str]
    """What was replaced, by entity."""


@dataclass(frozen=True)
class Dropped:
    """A row that may not, and why."""

    row: Row
    drop: Drop


@dataclass(frozen=True)
class Memory:
    """What the workspace remembers that decides about rows."""

    scrubber: Scrubber
    forgotten: frozenset[str] = frozenset()
    """Ids of records that may not come back."""
    renamed: Sequence[Renaming] = ()


def screen(
    rows: Iterable[Row], task: Task, memory: Memory, *, split: str | None = None
) -> tuple[list[Kept], list[Dropped]]:
    """Sort rows into kept and dropped, and scrub what is kept. `split` is the official split of rows that name none.

    A label that was renamed since, and is none of the task's now, counts under its new name.
    """
    kept: list[Kept] = []
    dropped: list[Dropped] = []
    labels, routes = dict.fromkeys(task.label_names), task.routes
    for row in rows:
        fault = row.fault or text_fault(row.text, max_characters=task.screen.max_characters)
        given = _word(row.label)
        label = given if given is None or given in labels else current(given, memory.renamed)
        if fault is None and label is not None:
            fault = None if label in labels else label_fault(label, task.label_names)
            route = _word(row.route)
            if fault is None and route is not None:
                fault = route_fault(label, route, routes)
        given_split = _word(row.split)
        if fault is None and given_split is not None and split_name(given_split) is None:
            fault = Drop("unknown_split", f"split {given_split!r}; expected train, validation or test")
        if fault is not None:
            dropped.append(Dropped(row, fault))
            continue
        scrubbed = memory.scrubber.scrub(canonical_text(str(row.text)))
        if scrubbed.dropped:
            detail = f"it holds {scrubbed.dropped}, which winnow.yaml says to drop; see the source's row"
            dropped.append(Dropped(row, Drop(PRIVATE, detail)))
            continue
        text = scrubbed.text
        identity = record_id(task.kind, text)
        if identity in memory.forgotten:
            dropped.append(Dropped(row, Drop(FORGOTTEN, f"record {identity} was forgotten, and stays so")))
            continue
        session, time = _word(row.session), _word(row.time)
        official = split_name(given_split) if given_split else split
        kept.append(
            Kept(
                number=row.number,
                record_id=identity,
                text=text,
                fold_key=fold_key(text),
                label=label,
                given_label=given,
                split=official,
                session=memory.scrubber.pseudonym(session) if session else None,
                family=row.family,
                time=time if time and read_time(time) else None,
                unread_time=bool(time and not read_time(time)),
                private=scrubbed.replaced,
            )
        )
    return kept, dropped


def _word(value: Any) -> str | None:
    """A cell as a word; None when it is empty. Characters that no database can hold are replaced."""
    if value is None or value != value:
        return None
    text = str(value).strip().encode("utf-8", "replace").decode()
    return text or None


def other_language(texts: Sequence[str], language: str) -> dict[int, str]:
    """Positions of the texts that are surely in another language than the task's, with what was found.

    Only texts long enough for a detector to be sure are looked at; the others are not flagged.
    """
    positions = [i for i, text in enumerate(texts) if len(text) >= LANGUAGE_MIN_CHARACTERS]
    if not positions:
        return {}
    from lingua import IsoCode639_1, Language, LanguageDetectorBuilder

    wanted = getattr(IsoCode639_1, language.upper(), None)
    if wanted is None:
        return {}  # the detector does not know the task's language, and would take it for another one
    own = Language.from_iso_code_639_1(wanted)
    known = {getattr(Language, name) for name in LANGUAGES} | {own}
    detector = LanguageDetectorBuilder.from_languages(*known).build()
    found: dict[int, str] = {}
    confidences = detector.compute_language_confidence_values_in_parallel([texts[i] for i in positions])
    for position, ranked in zip(positions, confidences, strict=True):
        best = ranked[0]
        if best.language != own and best.value >= LANGUAGE_MIN_CONFIDENCE:
            found[position] = f"{best.language.name.lower()} ({best.value:.2f})"
    return found
