"""Gate: records without a usable license."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.example import INVISIBLE_LETTERS
from winnow.core.working_row import LICENSE_SEPARATOR
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.curation.checks.model_terms_notes import terms_notes

if TYPE_CHECKING:
    import pandas as pd


UNKNOWN = "the license is unknown"

UNKNOWN_WORDS = frozenset(
    "noassertion tba tbd todo undefined undetermined undisclosed unknown unlicensed unspecified unstated".split()
)
"""Words that leave a license unknown wherever they occur. NOASSERTION is the word of SPDX."""

EMPTY_WORDS = UNKNOWN_WORDS.union(
    "a an any applicable available blank declared defined empty file found given is it known licence licences license "
    "licensed licenses misc missing mixed n na nan nil no nolicense none not null of other provided see set specified "
    "stated the there to various was yet".split()
)
"""Words that name no license: a text of nothing but these words and numbers is unknown."""

_FIELDS = "research|academic|scientific|teaching|educational?|personal|private|evaluation|testing|trial|demo"
NON_COMMERCIAL = re.compile(
    r"\w nc\b|^nc(?: (?:nd|sa|\d+))*$|\b(?:cc ?|by ?)+nc(?:nd|sa)?\b|\bncnd\b|\bncgl\b"
    r"|\bnon?(?: for)? ?(?:commercial|profit)|\b(?:not|never|without)\b.*\b(?:commercial|profit)"
    r"|\bcommercial\b.*\b(?:prohibited|forbidden|excluded|disallowed)\b"
    rf"|\b(?:{_FIELDS})\b.*\b(?:only|purposes?|use)\b|\bonly\b.*\b(?:{_FIELDS})\b"
)
"""SPDX identifiers such as CC-BY-NC-4.0 and NCGL-UK-2.0, and the same in plain words; matches words with spaces."""

NO_DERIVATIVES = re.compile(
    r"\b(?:cc ?|by ?)+(?:nc ?)?nd(?: ?\d+)*\b|^nd(?: \d+)*$|\bno[nt]? ?deriv|\b(?:not|without)\b.*\b(?:deriv|modif)"
)
"""SPDX identifiers such as CC-BY-ND-4.0, and the same in plain words: selected, cleaned rows are a changed copy."""

RESERVED = re.compile(
    r"\ball rights reserved\b|\bdo not\b|\bdon t\b|\bmust not\b|\bmay not\b|\bno (?:re)?(?:use|distribution)\b"
    r"|\b(?:confidential|proprietary|restricted|secret|prohibited|forbidden|classified)\b"
    r"|\binternal (?:use )?only\b|\bfor internal use\b"
)
"""Words with which an owner keeps the rights; matches words with spaces."""

_OPERATORS = re.compile(r"\b(?:and|or|with)\b|[|&]")
"""Between the parts of a license expression."""


def licenses_gate(inputs: GateInputs) -> Gate:
    """Selected records that no source provides under a usable license.

    Notes state the terms of the models that wrote selected records: whether these apply is for a person to decide.
    """
    gate = measure_licenses(inputs.selected, inputs.task.licenses.allow)
    return replace(gate, notes=tuple(terms_notes(inputs.selected)))


def measure_licenses(selected: pd.DataFrame, allowed: Sequence[str]) -> Gate:
    """The same from the selected rows.

    A license is unusable when it is unknown, or forbids commercial use or changed copies.
    """
    if selected.empty:
        return gate_not_measured("licenses", 0, "no labeled record yet", command("add", "FILE"))
    usable = {name: license_problem(name, allowed) is None for name in selected["licenses"].explode().unique()}
    unusable = selected[[not any(usable[name] for name in names) for names in selected["licenses"]]]
    counts = unusable["licenses"].explode().value_counts()
    evidence = [
        f"{counted(count, 'record')} under {name!r}: {license_problem(str(name), allowed)}"
        for name, count in counts.items()
    ]
    source = unusable["sources"].iloc[0][0] if len(unusable) else ""
    fix = license_fix(source, {license_problem(str(name), allowed) for name in counts.index} - {None})
    return at_most("licenses", len(unusable), 0, evidence, fix)


def license_fix(source: str, problems: Collection[str | None]) -> str:
    """What to do about records with these problems, the first of which came from a source.

    A license is stated as it is: only where it is unknown can another statement be true.
    """
    retract, add_again = command("retract", source), command("add", "FILE", license="NAME")
    steps = []
    if UNKNOWN in problems:
        found_out = f"{retract}, then {add_again} (assigned splits are kept)"
        steps.append(f"where the license is unknown, find out which it is: {found_out}")
    if any(one != UNKNOWN for one in problems):
        steps.append(
            f"{'leave the other rows out' if steps else 'leave these rows out'} with {retract}, or, if you have the "
            "right to use them, allow their license under licenses.allow in winnow.yaml, with `by` and `reason`"
        )
    return "; ".join(steps)


def license_problem(name: str, allowed: Sequence[str] = ()) -> str | None:
    """Why a license may not be used unless the task allows it, or None.

    A text with `;` holds several licenses, as in the rows of a release: each of them must be usable or allowed.
    """
    if name in allowed:
        return None
    several = unicodedata.normalize("NFKC", name).split(LICENSE_SEPARATOR.strip())
    parts = [part for part in map(str.strip, several) if part]
    problems = (_problem(part) for part in parts or [""] if part not in allowed)
    return next(filter(None, problems), None)


def _problem(name: str) -> str | None:
    """The same for the license of one source, with compatibility forms of characters already replaced.

    Of an SPDX expression of alternatives, one that is usable is enough.
    """
    choices = _alternatives(name)
    if len(choices) > 1:
        found = [_problem(one) for one in choices]
        return None if None in found else found[0]
    folded = name.casefold()
    if any(map(_is_unknown, _OPERATORS.split(folded))):
        return UNKNOWN
    words = " ".join(_words(folded))
    if RESERVED.search(words):
        return "all rights are reserved" if "all rights reserved" in words else "its owner restricts the use"
    if NON_COMMERCIAL.search(words):
        return "it forbids commercial use"
    return "it forbids sharing what was changed" if NO_DERIVATIVES.search(words) else None


def _alternatives(name: str) -> list[str]:
    """The licenses of a valid SPDX expression among which one may choose, such as `MIT OR CC-BY-NC-4.0`."""
    try:
        canonical = str(canonicalize_license_expression(name))
    except InvalidLicenseExpression:
        return [name]
    return [name] if re.search(r" AND |[()]", canonical) else canonical.split(" OR ")


def _is_unknown(folded: str) -> bool:
    """Whether a text names no license."""
    words = _words(folded)
    return not UNKNOWN_WORDS.isdisjoint(words) or all(word.isdigit() or word in EMPTY_WORDS for word in words)


def _words(folded: str) -> list[str]:
    """Runs of letters and runs of digits, without characters that are not shown."""
    shown = "".join(c for c in folded if unicodedata.category(c) != "Cf" and c not in INVISIBLE_LETTERS)
    return re.findall(r"[^\W\d_]+|\d+", shown)
