"""Find labels that are probably not meant as they stand: words for a missing value, twins, lists, single rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.label_vocabulary import LabelFlaw

_MISSING = """
n/a|na|n.a.|n.a|#n/a|null|nil|nan|-|--|---|–|—|?|??|.|/|tbd|t.b.d.|undefined|not set
not specified|not available|not applicable|no label|unlabeled|unlabelled|uncategorized|uncategorised|(blank)|(none)
(empty)|<na>|<null>|<none>|k.a.|k. a.|keine angabe|nicht angegeben|nicht zugeordnet|s/o|non renseigné
non renseigne|non défini|sans objet|sin especificar|sin categoría|sin clasificar|no aplica|não informado
sem categoria|non specificato|n.v.t.|brak|yok|belirtilmemiş|нет|не указано|无|未知|未分类|未設定|なし|未分類
該当なし|없음
"""

MISSING_WORDS = frozenset(word for line in _MISSING.splitlines() for word in line.split("|") if word)
"""How files write that there is no label, in lower case. `none`, `unknown` and `other` are not among them: many files
use them as the name of the out-of-scope label."""

BRACKETS = re.compile(r"[\[{(<].*[\]})>]", re.S)
"""A value that is a list or an object."""

MIN_LETTERS = 6
"""Letters of two names of which one letter may differ; shorter names with one other letter are often two words."""

ONE_ROW_NAMED = 5
"""Labels with one row that a finding names."""

MAX_COMPARED = 2000
"""Labels that are compared with each other letter by letter."""


@dataclass(frozen=True)
class LabelFinding:
    """Labels that are probably not meant as they stand."""

    flaw: LabelFlaw
    labels: tuple[str, ...]
    """The labels, the one with the most rows last."""
    rows: int
    """Rows of all but the last label of a pair, else of all of them."""
    fix: str
    """A command, or what to do."""


def is_missing_word(label: str) -> bool:
    """Whether a label is a word for a missing value."""
    return unicodedata.normalize("NFKC", label).strip().casefold() in MISSING_WORDS


def is_list(label: str) -> bool:
    """Whether a label is a list or an object that was written into a cell."""
    return BRACKETS.fullmatch(label.strip()) is not None and not is_missing_word(label)


def label_findings(counts: Mapping[str, int]) -> list[LabelFinding]:
    """What is probably wrong with labels, by how many rows each has; words for a missing value first."""
    missing = [label for label in counts if is_missing_word(label)]
    lists = [label for label in counts if is_list(label)]
    named = {label: rows for label, rows in counts.items() if label not in {*missing, *lists}}
    single = [label for label, rows in named.items() if rows == 1]
    found = [
        LabelFinding(LabelFlaw.MISSING_WORD, (label,), counts[label], f"list {label!r} under `no_label` of the source")
        for label in missing
    ]
    if lists:
        rows = sum(counts[label] for label in lists)
        fix = "give each row one label"
        found.append(LabelFinding(LabelFlaw.SEVERAL, tuple(lists), rows, fix))
    found += _twins(named)
    if single:
        fix = "add rows, or merge it into another label with " + command("rename", "LABEL", "OTHER", yes=True)
        found.append(LabelFinding(LabelFlaw.ONE_ROW, tuple(single), len(single), fix))
    return found


def _twins(counts: Mapping[str, int]) -> list[LabelFinding]:
    """Labels that differ from one with more rows only in case, or only a little. Each label is named once."""
    ranked = sorted(counts, key=lambda label: -counts[label])
    found: dict[str, LabelFinding] = {}
    for flaw, key in ((LabelFlaw.CASE_TWIN, _without_case), (LabelFlaw.LOOK_ALIKE, _plain)):
        first: dict[str, str] = {}
        for label in ranked:
            other = first.setdefault(key(label), label)
            if other != label and label not in found:
                found[label] = _twin(flaw, label, other, counts)
    for label, other in _one_letter_apart([one for one in ranked if one not in found][:MAX_COMPARED]):
        if label not in found:
            found[label] = _twin(LabelFlaw.LOOK_ALIKE, label, other, counts)
    return [*found.values()]


def _twin(flaw: LabelFlaw, label: str, other: str, counts: Mapping[str, int]) -> LabelFinding:
    return LabelFinding(flaw, (label, other), counts[label], command("rename", label, other, yes=True))


def _without_case(label: str) -> str:
    return unicodedata.normalize("NFKC", label).casefold().strip()


def _plain(label: str) -> str:
    """A name without accents, spaces and punctuation, and without the ending of a plural."""
    letters = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(one for one in letters if one.isalnum())
    return plain[:-1] if plain.endswith("s") and len(plain) > MIN_LETTERS else plain


def _one_letter_apart(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of longer names of which one letter, and no digit, differs: the one with fewer rows first."""
    plain = [(label, one) for label in labels if len(one := _plain(label)) >= MIN_LETTERS]
    pairs = []
    for place, (label, one) in enumerate(plain):
        for other, two in plain[:place]:
            near = abs(len(one) - len(two)) <= 1 and Levenshtein.distance(one, two, score_cutoff=1) == 1
            if near and not _differ_in_a_digit(one, two):
                pairs.append((label, other))
    return pairs


def _differ_in_a_digit(one: str, two: str) -> bool:
    return [c for c in one if c.isdigit()] != [c for c in two if c.isdigit()]


def describe(finding: LabelFinding) -> str:
    """A finding in one sentence, with what fixes it."""
    names = ", ".join(map(repr, finding.labels[:ONE_ROW_NAMED]))
    more = f" and {len(finding.labels) - ONE_ROW_NAMED} more" if len(finding.labels) > ONE_ROW_NAMED else ""
    found = {
        LabelFlaw.MISSING_WORD: f"{names} ({counted(finding.rows, 'row')}) is a word for a missing value",
        LabelFlaw.SEVERAL: f"{names}{more} ({counted(finding.rows, 'row')}): lists are not labels",
        LabelFlaw.CASE_TWIN: f"{names} differ only in case ({counted(finding.rows, 'row')} of the first)",
        LabelFlaw.LOOK_ALIKE: f"{names} look alike ({counted(finding.rows, 'row')} of the first)",
        LabelFlaw.ONE_ROW: f"{counted(len(finding.labels), 'label')} with one row: {names}{more}",
    }
    return found[finding.flaw]
