"""Detect personal data in a text: ask every recognizer, resolve overlaps, ignore surrogates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from winnow.core.vocabulary import PiiEntity
from winnow.curation.pii.american_numbers import (
    find_bank_accounts,
    find_licenses,
    find_passports,
    find_social_security_numbers,
)
from winnow.curation.pii.bank_accounts import find_ibans
from winnow.curation.pii.email_addresses import find_emails
from winnow.curation.pii.machine_addresses import find_ips, find_macs
from winnow.curation.pii.national_ids import find_national_ids
from winnow.curation.pii.passwords import find_passwords
from winnow.curation.pii.payment_cards import find_cards
from winnow.curation.pii.phone_numbers import find_phones
from winnow.curation.pii.surrogates import is_surrogate
from winnow.curation.pii.vendor_tokens import PART_OF_TOKEN, find_secrets
from winnow.curation.pii.wallets import find_wallets
from winnow.curation.pii.web_addresses import find_urls


class PiiSpan(NamedTuple):
    """One piece of private data."""

    entity: str
    start: int
    end: int


ENTITY_PRIORITY = tuple(entity.value for entity in PiiEntity)
"""Every entity; the earlier one wins where two overlap."""

MAY_HOLD = re.compile(
    r"""[\d@/!#$%^&*"`=:]|\s'|\?\w"""
    rf"|{PART_OF_TOKEN}"
    r"|dot|[\[({<_]\s?at|\bat [\w-]+\.\w|pass|pwd|\bpw\b|[a-z]-[a-z]+-[a-z]",
    re.I | re.S,
)
"""Every rule needs one of these: a text without them is skipped at once. A test checks the rules against it."""

SELF_EVIDENT = frozenset(
    {
        PiiEntity.IBAN_CODE,
        PiiEntity.CREDIT_CARD,
        PiiEntity.NATIONAL_ID,
        PiiEntity.CRYPTO,
        PiiEntity.SECRET,
        PiiEntity.URL,
        PiiEntity.EMAIL_ADDRESS,
    }
)
"""Entities whose values have check digits, or a form of their own; they may contain a value of another entity."""

FINDERS: tuple[tuple[PiiEntity, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    (PiiEntity.SECRET, find_secrets),
    (PiiEntity.SECRET, find_passwords),
    (PiiEntity.EMAIL_ADDRESS, find_emails),
    (PiiEntity.IBAN_CODE, find_ibans),
    (PiiEntity.NATIONAL_ID, find_national_ids),
    (PiiEntity.CREDIT_CARD, find_cards),
    (PiiEntity.IP_ADDRESS, find_ips),
    (PiiEntity.MAC_ADDRESS, find_macs),
    (PiiEntity.CRYPTO, find_wallets),
    (PiiEntity.US_SSN, find_social_security_numbers),
    (PiiEntity.US_DRIVER_LICENSE, find_licenses),
    (PiiEntity.US_PASSPORT, find_passports),
    (PiiEntity.US_BANK_NUMBER, find_bank_accounts),
)
"""The rules, apart from web addresses and phone numbers."""

BLANK = "¤"
"""A character that is not a digit, letter or separator; it replaces what other rules found."""


def find_pii(text: str) -> list[PiiSpan]:
    """Private data in a text, in order, without overlaps and without values from ranges kept for examples."""
    if text.isascii():
        return resolve_overlaps(text, candidate_spans(text)) if MAY_HOLD.search(text) else []
    plain, places = normalized_view(text)
    if not MAY_HOLD.search(plain):
        return []
    return [
        PiiSpan(one.entity, places[one.start], places[one.end - 1] + 1)
        for one in resolve_overlaps(plain, candidate_spans(plain))
    ]


def redact(text: str) -> str:
    """A text that may be printed: private data is left out."""
    parts, last = [], 0
    for one in find_pii(text):
        parts += [text[last : one.start], f"<{one.entity}>"]
        last = one.end
    return "".join([*parts, text[last:]])


class NormalizedText(NamedTuple):
    """A text as a recognizer should see it."""

    text: str
    positions: list[int]
    """Where each of its characters is in the original text."""


def normalized_view(text: str) -> NormalizedText:
    """The text as a recognizer should see it.

    Invisible characters are left out; spaces, dashes, full-width letters and digits of other scripts become ASCII.
    """
    shown, places = [], []
    for place, character in enumerate(text):
        plain = _normalized(character)
        if plain:
            shown.append(plain)
            places.append(place)
    return NormalizedText("".join(shown), places)


@lru_cache(maxsize=4096)
def _normalized(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    if category == "Nd":
        return str(unicodedata.digit(character))
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isascii() else character


def resolve_overlaps(text: str, found: Iterator[PiiSpan]) -> list[PiiSpan]:
    """Matches without overlaps; surrogates are removed last.

    Of overlapping ones the longest wins among those with a check digit or a form of their own, before all others;
    among the others the earlier in `ENTITY_PRIORITY`, then the longer.
    """
    kept: list[PiiSpan] = []
    for one in sorted(found, key=_precedence):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    own = [one for one in kept if not is_surrogate(text[one.start : one.end])]
    return sorted(own, key=lambda f: f.start)


def _precedence(one: PiiSpan) -> tuple[int, int, int]:
    """What is sorted first wins: a negative length comes before every priority."""
    length, priority = one.end - one.start, ENTITY_PRIORITY.index(one.entity)
    return (-length, priority, one.start) if one.entity in SELF_EVIDENT else (priority, -length, one.start)


def candidate_spans(text: str) -> Iterator[PiiSpan]:
    """All matches of all rules, overlapping. Phone numbers are searched for in what the other rules leave."""
    others = [PiiSpan(entity, *span) for entity, find in FINDERS for span in find(text)]
    others += [PiiSpan(PiiEntity.SECRET if login else PiiEntity.URL, a, b) for a, b, login in find_urls(text)]
    yield from others
    left = list(text)
    for one in others:
        left[one.start : one.end] = BLANK * (one.end - one.start)
    yield from (PiiSpan(PiiEntity.PHONE_NUMBER, *span) for span in find_phones("".join(left)))
