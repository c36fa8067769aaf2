"""Detect personal data in a text: ask every recognizer, resolve overlaps, ignore surrogates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from winnow.core.vocabulary import PiiEntity
from winnow.curation.pii.national_ids import find_national_ids
from winnow.curation.pii.payment_cards import find_cards, find_ibans
from winnow.curation.pii.phone_numbers import find_phones
from winnow.curation.pii.presidio import public_suffixes, recognize
from winnow.curation.pii.secrets import find_secrets
from winnow.curation.pii.surrogates import is_surrogate


class PiiSpan(NamedTuple):
    """One piece of private data."""

    entity: str
    start: int
    end: int


ENTITY_PRIORITY = tuple(entity.value for entity in PiiEntity)
"""Every entity; the earlier one wins where two overlap."""

MAY_HOLD = re.compile(r"""[\d@/!#$%^&*"`]|[\s=:#]'|\?\w|PRIVATE KEY|PuTTY-User|[ (\[]dot[ )\]]|[(\[]at[)\]]""", re.I)
"""Every rule needs one of these: a text without them is skipped at once. A test checks the rules against it."""

URL = re.compile(
    r"\b[a-z][a-z0-9+]{1,14}://[^\s<>\"'`|\\]+"
    r"|(?<![\w@.-])(?P<host>(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?::\d{2,5})?(?:/|\?\w+=)[^\s<>\"'`|\\]+",
    re.I,
)
"""With a scheme, or a host with a path or query. A bare "amazon.com" is a name, not private data."""

LOGIN = re.compile(r"[^/]+//[^/@\s]*:[^/@\s]+@")

SPOKEN_EMAIL = re.compile(
    r"\b[\w.+-]+ ?[(\[]at[)\]] ?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}\b|"
    r"\b[\w.+-]+(?: (?:dot|underscore|dash) [\w+-]+){0,3} ?(?: at |[(\[]at[)\]]) ?[\w-]+(?: dot [\w-]+)?"
    r" ?(?: dot |[(\[]dot[)\]]) ?(?:com|net|org|edu|gov|io|co|uk|de|fr|es|it|nl|us|ca|au|in)\b",
    re.I,
)
"""Addresses as people say them: "john dot smith at gmail dot com"."""

IP = re.compile(r"\d\.\d{1,3}\.\d{1,3}\.\d|[\da-f:]:[\da-f]{0,4}:[\da-f:]", re.I)

VERSION = re.compile(
    r"\b(?:version|ver|v|release|build|firmware|section|chapter|ios|android|java|python|windows)\.?\s*$", re.I
)

MAC = re.compile(r"(?:[\da-f]{2}[-:]){5}|[\da-f]{4}\.[\da-f]{4}\.", re.I)

BITCOIN = re.compile(r"(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25}", re.I)

ETHER = re.compile(r"\b0x[0-9a-fA-F]{40}\b")

SSN = re.compile(r"(?<!\+\d)(?<!\+\d\d)(?<!\d[- .])(?<![\d+])\d{3}[-. ]\d\d[-. ]\d{4}")

_IS = r"(?:\s+(?:number|no\.?|num|value))?(?:\s*[=:#]\s*|\s+(?:is|was|are|to be|to|as)\s+)(?:now\s+|be\s+)?"

CONTEXT_PATTERNS = tuple(
    (entity, re.compile(pattern, re.I))
    for entity, pattern in (
        ("SECRET", rf"\bpass(?:word|phrase|wd)s?{_IS}(?P<v>(?=\S*\d|\S*[!#$%^&*@]\w)[^\s\"'`]{{4,}})"),
        (
            "SECRET",
            rf"\b(?:pass(?:word|phrase|code|wd)|pwd|secret|token|(?:api|access|secret)[ _-]?key)s?{_IS}"
            r"[\"'`](?P<v>[^\"'`\s]{4,})[\"'`]",
        ),
        (
            "SECRET",
            r"\b(?:pwd|secret|token|(?:api|access|secret)[ _-]?(?:key|token))\s*(?:[=:]|\bis\b)\s*"
            r"(?P<v>(?=\S*\d)(?=\S*[a-z])[^\s\"'`]{6,})",
        ),
        (
            "SECRET",
            rf"\b(?:pin|passcode|cvv2?|cvc|otp|security code)(?: code)?{_IS}(?!1234\b|(\d)\1+\b)(?P<v>\d{{3,8}})\b"
            r"(?![.,]\d|%|\s*(?:am|pm)\b)",
        ),
        (
            "US_DRIVER_LICENSE",
            r"\bdriv(?:er'?s?'?|ing) licen[cs]e(?: (?:number|no\.?|#))?(?: is|:)?\s*"
            r"(?P<v>[a-z]{0,3}\d[\da-z-]{4,16})\b",
        ),
        ("US_PASSPORT", r"\bpassport(?: (?:number|no\.?|#))?(?: is|:)?\s*(?P<v>[a-z]{0,2}\d[\da-z]{5,9})\b"),
        (
            "US_SSN",
            r"\b(?:ssn|social security)(?: (?:number|no\.?|#))?(?: is|:)?\s*(?P<v>\d{3}[- .]?\d{2}[- .]?\d{4})\b",
        ),
        (
            "US_BANK_NUMBER",
            r"\b(?:account|acct|a/c|routing)(?: (?:number|no\.?|num|#))?(?: is)?[\s:#]*(?P<v>\d(?:[ -]?\d){5,16})\b"
            r"(?![.,]\d|%)",
        ),
    )
)
"""What only the preceding words identify. 1234 and repeated digits are not treated as PINs."""

BLANK = "¤"
"""Neither digit, letter nor separator."""


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
    """Matches without overlaps: the earlier in PRIORITY wins, then the longer; surrogates are removed last."""
    kept: list[PiiSpan] = []
    for one in sorted(found, key=lambda f: (ENTITY_PRIORITY.index(f.entity), f.start - f.end, f.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    own = [one for one in kept if not is_surrogate(text[one.start : one.end])]
    return sorted(own, key=lambda f: f.start)


def candidate_spans(text: str) -> Iterator[PiiSpan]:
    """All matches of all rules, overlapping. Phone numbers are searched for in what the other rules leave."""
    others = list(_spans_without_phones(text))
    yield from others
    left = list(text)
    for one in others:
        left[one.start : one.end] = BLANK * (one.end - one.start)
    yield from (PiiSpan("PHONE_NUMBER", *span) for span in find_phones("".join(left)))


def _spans_without_phones(text: str) -> Iterator[PiiSpan]:
    yield from (PiiSpan("SECRET", *span) for span in find_secrets(text))
    yield from (
        PiiSpan(entity, *match.span("v")) for entity, pattern in CONTEXT_PATTERNS for match in pattern.finditer(text)
    )
    yield from _urls(text)
    yield from _emails(text)
    yield from (PiiSpan("IBAN_CODE", *span) for span in find_ibans(text))
    yield from (PiiSpan("NATIONAL_ID", *span) for span in find_national_ids(text))
    yield from (PiiSpan("CREDIT_CARD", *span) for span in find_cards(text))
    yield from _machine_addresses(text)
    if SSN.search(text):
        yield from (PiiSpan("US_SSN", *span) for span in recognize("US_SSN", text) if SSN.match(text, span[0]))


def _urls(text: str) -> Iterator[PiiSpan]:
    for match in URL.finditer(text) if "/" in text or "?" in text else ():
        value, host = match[0].rstrip(".,;:!?)]}*_~"), match["host"]
        if host is None or (len(value) > len(host) + 1 and public_suffixes()(host).suffix):
            entity = "SECRET" if LOGIN.match(value) else "URL"
            yield PiiSpan(entity, match.start(), match.start() + len(value))


def _emails(text: str) -> Iterator[PiiSpan]:
    for start, end in recognize("EMAIL_ADDRESS", text) if "@" in text else ():
        given = text.rfind("=", start, text.find("@", start))  # in email=ann@firm.com only the address
        yield PiiSpan("EMAIL_ADDRESS", given + 1 if given >= 0 else start, end)
    folded = text.casefold()
    if "dot" in folded or "at)" in folded or "at]" in folded:
        yield from (PiiSpan("EMAIL_ADDRESS", *match.span()) for match in SPOKEN_EMAIL.finditer(text))


def _machine_addresses(text: str) -> Iterator[PiiSpan]:
    """Addresses of machines and wallets."""
    for start, end in recognize("IP_ADDRESS", text) if IP.search(text) else ():
        version = VERSION.search(text, max(0, start - 20), start)
        if not version and any(c.isdigit() for c in text[start:end]):
            yield PiiSpan("IP_ADDRESS", start, end)
    if MAC.search(text):
        yield from (PiiSpan("MAC_ADDRESS", *span) for span in recognize("MAC_ADDRESS", text))
    if BITCOIN.search(text):
        yield from (PiiSpan("CRYPTO", *span) for span in recognize("CRYPTO", text))
    yield from (PiiSpan("CRYPTO", *match.span()) for match in ETHER.finditer(text))
