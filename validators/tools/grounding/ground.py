"""Grade every argument of a dialogue by how it follows from what came before its call."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool
from winnow.validators.tools.grounding.booleans import is_flagged
from winnow.validators.tools.grounding.calendar_dates import date_mentions, dates_of_value, same_date
from winnow.validators.tools.grounding.clock_times import same_time, times_of_value
from winnow.validators.tools.grounding.contact_details import (
    is_email,
    is_network_address,
    is_phone,
    is_url,
    same_contact,
)
from winnow.validators.tools.grounding.currency_names import same_currency
from winnow.validators.tools.grounding.finding import Evidence, GroundingFinding, GroundingLevel, GroundingRule
from winnow.validators.tools.grounding.folding import contains_joined
from winnow.validators.tools.grounding.leaf import Leaf, leaves
from winnow.validators.tools.grounding.locale_codes import same_locale
from winnow.validators.tools.grounding.nothing_given import nothing_given
from winnow.validators.tools.grounding.numeric import same_number
from winnow.validators.tools.grounding.opaque_ids import is_listed, is_opaque_id
from winnow.validators.tools.grounding.passage import Passage, passages_before
from winnow.validators.tools.grounding.placeholder_values import is_placeholder
from winnow.validators.tools.grounding.quantities import same_quantity
from winnow.validators.tools.grounding.same_words import same_words

Normalizer = Callable[[Leaf, Passage], Evidence | None]
"""Looks in one passage for something given that accounts for a value."""

NORMALIZERS: tuple[tuple[GroundingRule, Normalizer], ...] = (
    (GroundingRule.SAME_DATE, same_date),
    (GroundingRule.SAME_TIME, same_time),
    (GroundingRule.SAME_WORDS, same_words),
    (GroundingRule.SAME_NUMBER, same_number),
    (GroundingRule.SAME_QUANTITY, same_quantity),
    (GroundingRule.SAME_CURRENCY, same_currency),
    (GroundingRule.SAME_LOCALE, same_locale),
    (GroundingRule.SAME_CONTACT, same_contact),
)
"""Tried in this order; the first that finds a normalization in any passage decides."""

ID_NORMALIZERS = tuple(one for one in NORMALIZERS if one[1] in (same_words, same_number))
"""Those for identifiers: an id is not a duration in another unit."""

_COORDINATE_WORDS = frozenset(
    "lat latitude lon lng long longitude coord coords coordinate coordinates latlng latlong".split()
)

_COORDINATE_PAIR = re.compile(r"[-+]?\d{1,3}\.\d+\s*,\s*[-+]?\d{1,3}\.\d+")

_SEPARATOR = re.compile(r"\s*[,;|\n]\s*")

_TODAY = re.compile(r"\b(?:today|now|current (?:date|time|day))\b", re.I)


@dataclass(frozen=True)
class _Verdict:
    level: GroundingLevel
    rule: GroundingRule
    why: str
    quoted: str = ""
    """The given words that account for the value."""


@dataclass(frozen=True)
class _Before:
    """What stands before one call, and the call itself."""

    passages: tuple[Passage, ...]
    call: Call
    tool: Tool | None
    earlier_arguments: str
    """The arguments of the assistant's earlier calls."""
    accounted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Filled when it is first asked for."""

    @cached_property
    def given(self) -> tuple[Passage, ...]:
        """What users, tools and the system prompt said, the latest first."""
        return tuple(one for one in reversed(self.passages) if one.role is not Role.ASSISTANT)

    @cached_property
    def of_assistant(self) -> tuple[Passage, ...]:
        """What the assistant said or passed to tools."""
        own = tuple(one for one in reversed(self.passages) if one.role is Role.ASSISTANT)
        return (*own, Passage(self.earlier_arguments, "an earlier call", Role.ASSISTANT))


def ground(
    dialogue: Dialogue, *, system_prompt: str = "", reference_date: date | None = None
) -> list[GroundingFinding]:
    """The level of every single value of every call, with the evidence in words.

    `reference_date` is the day on which the dialogue takes place; without it, the day that the system prompt states.
    Arrays and objects are graded value by value; empty values claim nothing and are left out.
    """
    reference = reference_date or _stated_day(system_prompt)
    found = []
    for turn, call in dialogue.calls():
        passages = tuple(passages_before(dialogue, turn, system_prompt=system_prompt, reference=reference))
        before = _Before(passages, call, dialogue.tool(call.name), _arguments_before(dialogue, turn))
        found += [_finding(turn, leaf, before) for leaf in leaves(call, before.tool)]
    return found


def _arguments_before(dialogue: Dialogue, turn: int) -> str:
    return "\n".join(leaf.text for place, call in dialogue.calls() if place < turn for leaf in leaves(call, None))


def _finding(turn: int, leaf: Leaf, before: _Before) -> GroundingFinding:
    verdict = next(verdict for step in _STEPS if (verdict := step(leaf, before)))
    return GroundingFinding(turn, before.call.id, leaf.path, leaf.value, verdict.level, verdict.rule, verdict.why)


def _placeholder(leaf: Leaf, before: _Before) -> _Verdict | None:
    if not is_placeholder(leaf) or leaf.is_default:
        return None
    if any(_says(leaf, one) for one in before.given if one.role is not None):
        return None
    return _Verdict(
        GroundingLevel.ERROR, GroundingRule.PLACEHOLDER, f"{leaf.text!r} stands for a value that nothing gives"
    )


def _says(leaf: Leaf, passage: Passage) -> bool:
    """Whether a passage has a value as it is, apart from case and separators."""
    if passage.has(leaf.text) or contains_joined(passage.text, leaf.text):
        return True
    contact = same_contact(leaf, passage)
    return contact is not None and contact.level is GroundingLevel.NORMALIZED


def _literal(leaf: Leaf, before: _Before) -> _Verdict | None:
    for passage in before.given:
        if not isinstance(leaf.value, bool) and passage.has(leaf.text):
            return _Verdict(GroundingLevel.LITERAL, GroundingRule.AS_GIVEN, f"{leaf.text!r} is in {passage.place}")
    if leaf.is_default or leaf.allowed == (leaf.value,):
        return _Verdict(
            GroundingLevel.LITERAL, GroundingRule.SCHEMA_DEFAULT, f"{leaf.text!r} is the default of {leaf.name!r}"
        )
    return None


def _moment(leaf: Leaf, before: _Before) -> _Verdict | None:
    """A date with a time of day: both are looked for."""
    if leaf.number is not None or not (dates_of_value(leaf) and times_of_value(leaf)):
        return None
    day, time = _evidence(leaf, before, same_date), _evidence(leaf, before, same_time)
    if day and time:
        return _graded(
            leaf,
            GroundingRule.SAME_DATE,
            (day[0], Evidence(f"{day[1].quoted}, {time[1].quoted}", day[1].level, day[1].note)),
        )
    if not day and not time:
        return None
    missing = "time of day" if day else "date"
    why = f"the {missing} of {leaf.text!r} is not given"
    return _Verdict(GroundingLevel.REVIEW, GroundingRule.COMPUTED, why)


def _normalized(leaf: Leaf, before: _Before) -> _Verdict | None:
    verdict = None
    for rule, normalizer in ID_NORMALIZERS if is_opaque_id(leaf) else NORMALIZERS:
        found = _evidence(leaf, before, normalizer)
        if found and found[1].level is GroundingLevel.NORMALIZED:
            return _graded(leaf, rule, found)
        verdict = verdict or (found and _graded(leaf, rule, found))
    return verdict


def _evidence(leaf: Leaf, before: _Before, normalizer: Normalizer) -> tuple[Passage, Evidence] | None:
    """The best evidence of one normalizer in any passage."""
    found = [(one, evidence) for one in before.given if (evidence := normalizer(leaf, one))]
    sure = (pair for pair in found if pair[1].level is GroundingLevel.NORMALIZED)
    return next(sure, found[0] if found else None)


def _graded(leaf: Leaf, rule: GroundingRule, found: tuple[Passage, Evidence]) -> _Verdict:
    passage, evidence = found
    note = f" ({evidence.note})" if evidence.note else ""
    why = f"{leaf.text!r} is {evidence.quoted!r} of {passage.place}{note}"
    return _Verdict(evidence.level, rule, why, evidence.quoted)


def _each_part(leaf: Leaf, before: _Before) -> _Verdict | None:
    parts = [part for part in _SEPARATOR.split(leaf.text) if part] if isinstance(leaf.value, str) else []
    if len(parts) < 2:
        return None
    verdicts = [_literal(leaf.part(part), before) or _normalized(leaf.part(part), before) for part in parts]
    if not all(verdicts):
        return None
    unsure = next((one for one in verdicts if one and one.level is GroundingLevel.REVIEW), None)
    if unsure:
        return replace(unsure, rule=GroundingRule.EACH_PART)
    return _Verdict(GroundingLevel.NORMALIZED, GroundingRule.EACH_PART, f"each part of {leaf.text!r} is given")


def _choice(leaf: Leaf, before: _Before) -> _Verdict | None:
    """Booleans, and the values that a schema allows."""
    if isinstance(leaf.value, bool):
        for passage in before.given:
            if is_flagged(leaf, passage):
                return _Verdict(
                    GroundingLevel.NORMALIZED, GroundingRule.FLAG, f"{leaf.name!r} is named in {passage.place}"
                )
    elif leaf.value not in leaf.allowed and not is_listed(leaf):
        return None
    why = f"{leaf.text!r} is allowed, but nothing names it"
    return _Verdict(GroundingLevel.REVIEW, GroundingRule.UNNAMED_CHOICE, why)


def _invented(leaf: Leaf, before: _Before) -> _Verdict | None:
    if is_opaque_id(leaf):
        why = f"no turn gives the id {leaf.text!r}"
        return _Verdict(GroundingLevel.ERROR, GroundingRule.INVENTED_ID, why + _copied(leaf))
    if any(is_address(leaf.text) for is_address in (is_email, is_url, is_network_address)) or is_phone(leaf):
        why = f"no turn gives the address {leaf.text!r}"
        return _Verdict(GroundingLevel.ERROR, GroundingRule.INVENTED_CONTACT, why + _copied(leaf))
    return None


def _copied(leaf: Leaf) -> str:
    return "; it is copied from the description" if leaf.text in leaf.description else ""


def _missing(leaf: Leaf, before: _Before) -> _Verdict | None:
    if leaf.has_default:
        return None
    others = {path: texts for path, texts in _accounted(before).items() if path != leaf.path}
    if not nothing_given(leaf, before.given, before.tool, others):
        return None
    if leaf.required:
        why = f"{leaf.name!r} is required and nothing gives it; the right behavior is to ask"
        return _Verdict(GroundingLevel.ERROR, GroundingRule.NOTHING_GIVEN, why)
    why = f"{leaf.name!r} is optional and nothing gives it; it can be left out"
    return _Verdict(GroundingLevel.REVIEW, GroundingRule.NOTHING_GIVEN, why)


def _accounted(before: _Before) -> dict[str, tuple[str, ...]]:
    """The text of every value that something given accounts for, and the words that do, by path."""
    if not before.accounted:
        for leaf in leaves(before.call, before.tool):
            verdict = _literal(leaf, before) or _normalized(leaf, before)
            before.accounted[leaf.path] = (leaf.text, verdict.quoted) if verdict else ()
    return before.accounted


def _assistant_only(leaf: Leaf, before: _Before) -> _Verdict | None:
    for passage in before.of_assistant:
        if passage.has(leaf.text) or same_words(leaf, passage):
            why = f"only the assistant said {leaf.text!r}, in {passage.place}"
            return _Verdict(GroundingLevel.REVIEW, GroundingRule.ASSISTANT_ONLY, why)
    return None


def _coordinate(leaf: Leaf, before: _Before) -> _Verdict | None:
    named = leaf.number is not None and any(word.rstrip("0123456789") in _COORDINATE_WORDS for word in leaf.about)
    if not named and not _COORDINATE_PAIR.fullmatch(leaf.text):
        return None
    why = f"{leaf.text!r} is a coordinate that is not given; it may be right for the place"
    return _Verdict(GroundingLevel.REVIEW, GroundingRule.COORDINATE, why)


def _other(leaf: Leaf, before: _Before) -> _Verdict:
    if leaf.number is not None or dates_of_value(leaf) or times_of_value(leaf):
        why = f"{leaf.text!r} is not given; it may be computed"
        return _Verdict(GroundingLevel.REVIEW, GroundingRule.COMPUTED, why)
    why = f"{leaf.text!r} is not given; it may be composed or known"
    return _Verdict(GroundingLevel.REVIEW, GroundingRule.COMPOSED, why)


_STEPS: tuple[Callable[[Leaf, _Before], _Verdict | None], ...] = (
    _placeholder,
    _literal,
    _moment,
    _normalized,
    _each_part,
    _choice,
    _invented,
    _missing,
    _assistant_only,
    _coordinate,
    _other,
)
"""Asked in this order; the first that knows decides."""


def _stated_day(system_prompt: str) -> date | None:
    """The day that a system prompt calls today."""
    for line in re.split(r"\n|(?<=[.!?])\s", system_prompt):
        for mention in date_mentions(line) if _TODAY.search(line) else ():
            if mention.year and mention.month and mention.day:
                return date(mention.year, mention.month, mention.day)
    return None
