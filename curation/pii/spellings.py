"""One private value however it is written: what tells it from others, and where else a text has it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from winnow.core.vocabulary import NAME_ENTITIES, PiiEntity

NUMBERS = frozenset(
    {
        PiiEntity.PHONE_NUMBER,
        PiiEntity.CREDIT_CARD,
        PiiEntity.NATIONAL_ID,
        PiiEntity.US_SSN,
        PiiEntity.US_BANK_NUMBER,
        PiiEntity.US_PASSPORT,
        PiiEntity.US_DRIVER_LICENSE,
    }
)
"""Entities whose values are numbers: the same number is one value, whatever it was taken for."""

MIN_SOUGHT = 7
"""Characters from which a number is looked for in every text; a shorter one may be a price or a year elsewhere."""

MIN_SOUGHT_SECRET = 8
"""Characters from which a password or key is looked for in every text; a shorter one may be a word."""

MIN_SOUGHT_MIXED = 5
"""The same of one with letters and digits."""

MIN_SOUGHT_NAME = 3
"""Characters from which a name is looked for in every text."""

MIN_ALONE = 4
"""Characters from which a text that consists of the value alone is replaced too."""

SEPARATORS = r"[ \u00a0.\-\u2010-\u2013()/]{0,3}"
"""What may stand between two digits of a number."""

AT = re.compile(r"\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*|\s+at\s+|_at_|\s*@\s*|%40", re.I)

DOT = re.compile(r"\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+|_dot_|\s+\.\s+", re.I)

SPELLED_SIGNS = {"underscore": "_", "dash": "-", "hyphen": "-", "plus": "+"}

WEB_START = re.compile(r"^(?:https?://)?(?:www\.)?", re.I)


class PrivateValue(NamedTuple):
    """A private value, whatever way it is written."""

    entity: str
    folded: str
    """What all ways of writing it have in common."""


def private_value(entity: str, written: str) -> PrivateValue:
    """The value that is written."""
    fold = FOLDS.get(PiiEntity(entity), _compact if entity in NUMBERS else _without_blanks)
    return PrivateValue(entity, fold(written))


def is_same_number(one: PrivateValue, other: PrivateValue) -> bool:
    """Whether two values are one number: equal digits or, of phone numbers, one without the code of the area."""
    if not {one.entity, other.entity} <= NUMBERS:
        return one == other
    short, long = sorted((one.folded, other.folded), key=len)
    is_phone = one.entity == other.entity == PiiEntity.PHONE_NUMBER
    return short == long or (is_phone and len(short) >= MIN_SOUGHT and long.endswith(short))


@lru_cache(maxsize=1024)
def spellings(value: PrivateValue) -> re.Pattern[str] | None:
    """Every way in which texts write a value; None for a value that is too short to be looked for."""
    return re.compile(pattern, re.I) if (pattern := _pattern(value)) else None


def is_alone(value: PrivateValue, text: str) -> bool:
    """Whether a text consists of a value that is too short to be looked for inside texts."""
    return len(value.folded) >= MIN_ALONE and private_value(value.entity, text.strip()).folded == value.folded


def _pattern(value: PrivateValue) -> str:
    entity, folded = value
    if entity in NAME_ENTITIES:
        return rf"(?<!\w){re.escape(folded)}(?!\w)" if len(folded) >= MIN_SOUGHT_NAME else ""
    if entity in NUMBERS or (entity == PiiEntity.SECRET and folded.isdigit()):
        return _number_pattern(value) if len(folded) >= MIN_SOUGHT else ""
    if entity == PiiEntity.SECRET and not _is_distinctive(folded):
        return ""
    return PATTERNS.get(PiiEntity(entity), _plain_pattern)(folded)


def _is_distinctive(secret: str) -> bool:
    """Whether a password or key is long, or mixes letters with digits like no word does."""
    mixed = re.search(r"\d", secret) and re.search(r"[^\W\d]", secret)
    return len(secret) >= (MIN_SOUGHT_MIXED if mixed else MIN_SOUGHT_SECRET)


def _number_pattern(value: PrivateValue) -> str:
    body = SEPARATORS.join(map(re.escape, value.folded))
    if not value.folded.isdigit():
        return rf"(?<![a-z0-9]){body}(?![a-z0-9])"
    prefix = _PHONE_PREFIX if value.entity == PiiEntity.PHONE_NUMBER else ""
    return rf"(?<!\d)(?<!\d[.,]){prefix}{body}(?!\d|[.,]\d)"


_PHONE_PREFIX = r"(?:(?:\+|00)\d{1,3}[ .\-()]{0,3}|1[.\-]|\d{1,3}(?=\d))?(?:\(?0\)?[ .\-]?)?\(?"
"""The code of the country, and the digit before an area code."""


def _address_pattern(folded: str) -> str:
    return rf"(?<![\w.+%-]){re.escape(folded).replace('@', '(?:@|%40)')}(?![\w-])"


def _web_pattern(folded: str) -> str:
    rest = WEB_START.sub("", folded)
    return rf"(?<![\w.@-])(?:https?://)?(?:www\.)?{re.escape(rest)}/?(?![\w/#=&%-]|[.?]\w)"


def _grouped_pattern(folded: str) -> str:
    return rf"(?<![a-z0-9]){'[ :.-]?'.join(map(re.escape, folded))}(?![a-z0-9])"


def _plain_pattern(folded: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(folded)}(?![a-z0-9])"


def _machine_pattern(folded: str) -> str:
    return rf"(?<![a-z0-9.:]){re.escape(folded)}(?![a-z0-9:]|\.\d)"


PATTERNS = {
    PiiEntity.EMAIL_ADDRESS: _address_pattern,
    PiiEntity.URL: _web_pattern,
    PiiEntity.IBAN_CODE: _grouped_pattern,
    PiiEntity.MAC_ADDRESS: _grouped_pattern,
    PiiEntity.IP_ADDRESS: _machine_pattern,
}


def _without_blanks(written: str) -> str:
    return "".join(written.casefold().split())


def _compact(written: str) -> str:
    return re.sub(r"[\W_]", "", written.casefold())


def _phone(written: str) -> str:
    """The national number, without the code of the country, the digit before an area code, and an extension."""
    main = re.split(r"[a-z]", written, flags=re.I)[0]
    digits = re.sub(r"\D", "", main)
    if "+" in main[:2] or digits.startswith("00"):
        return _national(digits.lstrip("0"))
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits.lstrip("0") or digits


def _national(digits: str) -> str:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    code = next((digits[:n] for n in (1, 2, 3) if int(digits[:n] or 0) in COUNTRY_CODE_TO_REGION_CODE), "")
    return digits[len(code) :].lstrip("0")


def _address(written: str) -> str:
    plain = DOT.sub(".", AT.sub("@", written.casefold()))
    for word, sign in SPELLED_SIGNS.items():
        plain = re.sub(rf"\s+{word}\s+", sign, plain)
    return _without_blanks(plain)


def _web_address(written: str) -> str:
    return "https://" + WEB_START.sub("", _without_blanks(written)).rstrip("/")


def _machine_address(written: str) -> str:
    return _without_blanks(written).partition("/")[0]


FOLDS = {
    PiiEntity.PHONE_NUMBER: _phone,
    PiiEntity.EMAIL_ADDRESS: _address,
    PiiEntity.URL: _web_address,
    PiiEntity.IP_ADDRESS: _machine_address,
    PiiEntity.IBAN_CODE: _compact,
    PiiEntity.MAC_ADDRESS: _compact,
    PiiEntity.CRYPTO: _compact,
}
