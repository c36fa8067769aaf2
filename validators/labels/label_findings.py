"""What is wrong with the labels of a file or a task, as far as their names and counts show it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from winnow.core.counted import agreeing, counted
from winnow.core.label_vocabulary import LabelFlaw
from winnow.core.record import Record
from winnow.validators.label_cells import combined_labels, listed
from winnow.validators.labels.look_alike_labels import case_key, groups_by, one_letter_apart, plural_key, spelling_key
from winnow.validators.labels.missing_words import is_missing_word, may_be_missing
from winnow.validators.labels.two_level_labels import two_levels

SHOWN = 8
"""Labels that a finding names; it counts the others."""

RARE_SHARE = 0.1
"""Rows of a label, relative to those of another one, up to which it is rare next to it. Chosen by us."""


class LabelFinding(Record):
    """Labels with one problem."""

    flaw: LabelFlaw
    """What is wrong."""
    labels: tuple[str, ...]
    """The labels; of those that look alike, the one with most rows first."""
    rows: int
    """Rows with these labels, or without one."""
    why: str
    """The finding in words, with numbers."""

    @property
    def is_merge(self) -> bool:
        """Whether a rename to the first label is the fix."""
        return self.flaw in ALIKE


ALIKE = {
    LabelFlaw.CASE_TWIN: ("differ in upper and lower case only", case_key),
    LabelFlaw.LOOK_ALIKE: (
        "differ in spaces, underscores, hyphens, accents or look-alike characters only",
        spelling_key,
    ),
    LabelFlaw.PLURAL: ("differ in singular and plural only", plural_key),
    LabelFlaw.ONE_LETTER: ("differ in one letter", None),
}
"""How labels look alike: in words, and what is equal for them (None: compared in pairs). Each is searched among the
labels that the ones above it do not name together."""


class _Many(NamedTuple):
    """How many rows or records each label has."""

    counts: Mapping[str, int]
    noun: str

    def of(self, label: str) -> str:
        """A label with its number, in words."""
        return f"{label!r} ({counted(self.counts[label], self.noun)})"

    def is_rare(self, one: str, other: str) -> bool:
        """Whether one of two labels is rare next to the other."""
        few, most = sorted((self.counts[one], self.counts[other]))
        return few <= RARE_SHARE * most


def label_findings(
    counts: Mapping[str, int],
    *,
    blank: int = 0,
    fallback: str | None = None,
    kept: Collection[str] = (),
    noun: str = "row",
) -> list[LabelFinding]:
    """What is wrong with labels, from the number of rows of each; `blank` rows have none. `noun` is what is counted.

    The fallback may be called `none` or `unknown`. A label without rows, which only the task lists, is examined by its
    name. Of labels that look alike, one in `kept` is first, else the more frequent one, else the one that comes first.
    """
    named = [label for label in counts if label.strip()]
    many = _Many(counts, noun)
    without = blank + sum(counts[label] for label in counts if not label.strip())
    words = [label for label in named if label != fallback and may_be_missing(label)]
    lists = [label for label in named if label not in words and is_list(label)]
    plain = [label for label in named if label not in {*words, *lists}]
    several = sorted(combined_labels(plain), key=plain.index)
    single = [label for label in plain if label not in several]
    alike = list(_alike(single, many, kept))
    merged = {label for one in alike for label in one.labels}
    return list(
        chain(
            _blank(without, sum(counts[label] for label in named), many),
            _named(LabelFlaw.MISSING_WORD, words, many, "a word for no label"),
            _named(LabelFlaw.SEVERAL, lists, many, "the text of a list or an object"),
            _named(LabelFlaw.SEVERAL, several, many, "several labels in one name"),
            alike,
            _two_levels(single, counts),
            _single_rows([label for label in single if label not in merged], many),
        )
    )


def is_list(label: str) -> bool:
    """Whether a label is a list or an object that was written into a cell."""
    text = label.strip()
    if is_missing_word(label):
        return False
    return listed(text) is not None or (text[:1], text[-1:]) in {("{", "}"), ("(", ")"), ("<", ">")}


def _blank(without: int, labeled: int, many: _Many) -> Iterator[LabelFinding]:
    if without and labeled:
        why = f"{counted(without, many.noun)} without a label, {labeled:,} with one"
        yield LabelFinding(flaw=LabelFlaw.BLANK, labels=(), rows=without, why=why)


def _named(flaw: LabelFlaw, labels: Sequence[str], many: _Many, meaning: str) -> Iterator[LabelFinding]:
    if labels:
        rows = sum(many.counts[label] for label in labels)
        number = f"{counted(len(labels), 'label')} {agreeing(len(labels), 'is', 'are')}"
        why = f"{number} {meaning}: {_few([many.of(label) for label in labels])}"
        yield LabelFinding(flaw=flaw, labels=tuple(labels), rows=rows, why=why)


def _alike(labels: Sequence[str], many: _Many, kept: Collection[str]) -> Iterator[LabelFinding]:
    """Labels that look alike, each group once, under the smallest difference that all of it has."""
    merged, counts = {label: label for label in labels}, many.counts
    for flaw, (how, key) in ALIKE.items():
        left = [label for label in labels if merged[label] == label]
        for group in groups_by(left, key) if key else one_letter_apart(left, is_rare=many.is_rare):
            ordered = sorted(group, key=lambda label: (label not in kept, -counts[label], labels.index(label)))
            merged |= dict.fromkeys(ordered[1:], ordered[0])
            named = " and ".join(map(many.of, ordered))
            rows = sum(counts[label] for label in ordered)
            yield LabelFinding(flaw=flaw, labels=tuple(ordered), rows=rows, why=f"{named} {how}")


def _two_levels(labels: Sequence[str], counts: Mapping[str, int]) -> Iterator[LabelFinding]:
    levels = two_levels(labels)
    if levels:
        example = next(label for label in labels if levels.separator in label)
        first = counted(len(levels.firsts), "first part")
        firsts = _few([*map(repr, levels.firsts)])
        why = f"labels have two levels, as in {example!r}: {first} before {levels.separator!r}, {firsts}"
        yield LabelFinding(flaw=LabelFlaw.TWO_LEVELS, labels=tuple(labels), rows=sum(counts.values()), why=why)


def _single_rows(labels: Sequence[str], many: _Many) -> Iterator[LabelFinding]:
    single = tuple(label for label in labels if many.counts[label] == 1)
    if single:
        number = f"{counted(len(single), 'label')} with one {many.noun}{'' if len(single) == 1 else ' each'}"
        why = f"{number}: {_few([*map(repr, single)])}"
        yield LabelFinding(flaw=LabelFlaw.ONE_ROW, labels=single, rows=len(single), why=why)


def _few(named: Sequence[str]) -> str:
    more = len(named) - SHOWN
    return ", ".join(named[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
