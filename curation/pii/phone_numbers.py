"""Phone numbers: without a check digit, so their grouping and the words around them decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from winnow.curation.pii.check_digits import ean
from winnow.curation.pii.context_words import last_word
from winnow.curation.pii.placeholders import is_counted_up

RUN = re.compile(
    r"(?<![\w$€£₹#/+-])(?<!\d[.,])\+?\(?\d(?:[ \u00a0.\-\u2010-\u2013()/]{0,3}\d){6,14}"
    r"(?:\s?(?:x|ext\.?) ?\d{1,5})?(?![\d$€£₹%]|[.,]\d|[a-z])",
    re.I,
)

CONTEXT_WORDS = re.compile(
    r"\b(?:(?P<yes>(?:tele|cell|smart)?phone(?: numbers?)?|tel|mobile|cell|fax|hotline|landline|whatsapp|sms|desk|dial"
    r"|call(?:ed|ing)?|text(?:ed|ing)?|reach|contact|answering|messages? to|my registered|my number)"
    r"|(?P<no>orders?|ticket|case|invoice|ref|reference|tracking|account|acct|policy|booking|confirmation|flight|ids?"
    r"|cards?|zip|pin|code|amount|model|part|serial|error|isbn|sku|parcel|package|shipment|transaction|transfer"
    r"|payment|batch|version|root|sum|product|average|times|divided|multiplied|plus|minus|licen[cs]e|passport|vin"
    r"|claim|timestamp|epoch|options?|press|plans?|figures?|sections?|chapters?|sizes?|dimensions?|resolution|prices?"
    r"|range|between|series|sequence|coordinates?|latitude|longitude|dates?|years?|hours|schedule|from|levels?|scores?"
    r"|numbers (?:like|such as)|upc|ean|barcode|gtin|asin|meter|lotto|lottery|pantone|rows?|pages?|lines?|ports?|steps?"
    r"|calls? (?:to|of)(?: \w+)?|values?|rgb|build|commit|release|budget|salary|population|distance"
    r"|opens?|limits?|max|maximum|min|minimum|capacity|counts?|totals?|up to))\b"
    r"|(?P<sign>[=*×÷^]|\d\s*[-+/x])\s*$",
    re.I,
)
"""The last of these before a number decides."""

CONTEXT_CHARACTERS = 45
"""Characters before a number in which a word decides."""

AFTER_YES = re.compile(r"[ \-,(]{0,2}(?:office|fax|mobile|cell|phone|tel|whatsapp)\b", re.I)

AFTER_NO = re.compile(
    r"\s*(?:[=*×÷^%]|[-+/x]\s*\d|(?:plus|minus|times|divided|usd|eur|gbp|dollars?|euros?|yen|pounds|rupees|minutes?|mins?"
    r"|seconds?|secs?|hours?|hrs?|days?|weeks?|months?|years?|miles|km|kg|lbs?|g|grams|mg|ml|liters?|litres?|meters|metres"
    r"|m|cm|mm|feet|ft|inch(?:es)?|[kmgt]i?b|mbps|gbps|m?ah|mw|kwh|watts?|volts?|rpm|fps|[mk]?hz|ms|ns|px|pixels|dpi|ppi|words"
    r"|tokens|rows|records|texts|items|units|pieces|users|people|points|steps|calories|copies|lines|pages|percent|bits|bytes"
    r"|am|pm|utc|gmt|version|edition|models?|plans?|series|packs?|cases|seats|rooms|votes|views|followers|iterations|calls)\b)",
    re.I,
)
"""A number before one of these is an amount."""

NOT_A_PHONE = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|\d{4}[-./]\d\d[-./]\d\d(?:[ -]\d\d?)*|(?:19|20)\d\d \d{1,2} \d{1,2}(?: \d\d?)*"
    r"|(?:19|20)\d\d[01]\d[0-3]\d(?:[ -]?\d{2,6})?"
    r"|[0-3]?\d[-./ ][0-3]?\d[-./ ](?:19|20|00)\d\d(?: \d\d?)*|\d{1,2}[-./]\d{1,2}[-./]\d{2}(?: \d\d?)*"
    r"|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|\d{1,3}(?:[ .]\d{3}){2,}(?:\.\d+)?|\d{1,2}(?:[ ,./-]\d{1,2}){5,}"
    r"|(?:[01]\d|2[0-3])[0-5]\d(?:[ -]+(?:[01]\d|2[0-3])[0-5]\d)+|\d{5}[- ]\d{4}"
    r"|\d+\.\d+(?: \d+\.\d+)+|\d+(?:\.\d+){4,}"
)
"""Dotted quads, dates, spans of years, thousands, lists of small numbers, times, ZIP+4, decimals and outlines."""

NORTH_AMERICAN = re.compile(
    r"(?:(?:1|001)[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}(?:\s?(?:x|ext\.?) ?\d{1,5})?"
)
"""3-3-4 with an area code that exists in form (NANP): a phone number without a word next to it."""

DIGIT_BEFORE = re.compile(r"\d[ .-]\Z")
DIGIT_AFTER = re.compile(r"[ .-]\d")
"""A number with a digit next to it is a part of a longer row of numbers."""

BOOK = re.compile(r"97[89][- ]?\d{1,5}[- ]?\d{1,7}[- ]?\d{1,6}[- ]?\d")
"""An ISBN-13, with its check digit."""

MIN_DIGITS, MAX_DIGITS = 8, 15
"""Digits of an international number (ITU-T E.164 has 15 at most)."""

MAX_UNRECOGNIZED = 20
"""A text with so many other numbers is a table: from then on, a phone number counts only after a word.

Each of these numbers is compared with the numbers of the regions below, 0.5 ms per region.
"""

PHONE_REGIONS = tuple(
    "GB DE FR IN AU ES IT NL CH BR BE AT SE PL NZ ZA JP IE TR ID MY PH IL UA FI PK KE NG EG VN TW KR CN RO BG RS HR"
    " SI".split()
)
"""Whose national numbers, with the grouping of `phonenumbers`, count without a word next to them."""


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Spans of phone numbers: 7 to 15 digits that are not a date, a row of numbers or an amount.

    With "+" and 8 digits; after a word such as "call" or "fax"; as 3-3-4; or a valid national number in the grouping of
    its country. A word such as "order" or "account" right before, a sign of arithmetic or a unit after it, and more
    digits next to it speak against all but the first two. A run of digits without such a word is never one.
    """
    unrecognized = 0
    for match in RUN.finditer(text):
        start, end = match.span()
        named = AFTER_YES.match(text, end)
        context = "yes" if named else last_word(CONTEXT_WORDS, text, start, characters=CONTEXT_CHARACTERS)
        if context == "sign" or AFTER_NO.match(text, end) or _is_another_number(match[0], context):
            continue
        if _is_named_or_international(match[0], context):
            yield start, end
        elif context is None and unrecognized < MAX_UNRECOGNIZED and _stands_alone(text, match):
            if _is_grouped_like_a_phone(match[0]):
                yield start, end
            else:
                unrecognized += 1


def _is_named_or_international(value: str, context: str | None) -> bool:
    digits = _digits_without_extension(value)
    return digits <= MAX_DIGITS and (context == "yes" or (value[0] == "+" and digits >= MIN_DIGITS))


def _digits_without_extension(value: str) -> int:
    return sum(c.isdigit() for c in re.split(r"[a-z]", value, flags=re.I)[0])


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a number of a possible length is not a part of a longer row of numbers."""
    neighbor = DIGIT_BEFORE.search(text, max(0, match.start() - 2), match.start()) or DIGIT_AFTER.match(
        text, match.end()
    )
    return not neighbor and _digits_without_extension(match[0]) <= MAX_DIGITS


def _is_another_number(value: str, context: str | None) -> bool:
    """A date, a row of numbers, an ISBN, or digits that only count up.

    After a word that names a phone number, groups of three digits and of four may be one.
    """
    if value[0] in "+(" and NOT_A_PHONE.fullmatch(value) is None:
        return is_counted_up(value)
    likely = context == "yes" and re.fullmatch(
        r"\d{2,3}(?:[ .]\d{3}){2}|\d{4} \d{4}|\d{2}(?:[ -]\d{2}){4}|0\d(?:[. ]\d{2}){4}", value
    )
    book = BOOK.fullmatch(value) and ean(re.sub(r"\D", "", value))
    other = bool(NOT_A_PHONE.fullmatch(value)) and not likely
    return bool(book) or other or _is_round_row(value) or is_counted_up(value)


def _is_round_row(value: str) -> bool:
    """Whether every one of several groups is a round number, as in "500 1000 2000"."""
    groups = re.findall(r"\d+", value)
    return (
        len(groups) > 1
        and value[0] not in "+0("
        and all(group[0] != "0" and group[-2:] in ("00", "50") for group in groups)
    )


def _is_grouped_like_a_phone(value: str) -> bool:
    if NORTH_AMERICAN.fullmatch(value):
        return True
    slashed = "/" in value and value[0] not in "0("
    return not (slashed or value.isdigit()) and any(
        _has_national_grouping(value, region) for region in PHONE_REGIONS if _may_be_national(value, region)
    )


def _has_national_grouping(value: str, region: str) -> bool:
    """Whether a value is a valid number of a region, grouped as it is written there."""
    import phonenumbers

    matcher = phonenumbers.PhoneNumberMatcher(value, region, phonenumbers.Leniency.STRICT_GROUPING)
    return any(match.start == 0 and match.end == len(value) for match in matcher)


def _may_be_national(value: str, region: str) -> bool:
    """Whether the digits may be a valid number of a region: a quick check before the exact one."""
    return bool(_national_form(region).fullmatch(re.sub(r"\D", "", value)))


@cache
def _national_form(region: str) -> re.Pattern[str]:
    """Matches the national numbers of the regions that share a calling code, also with the code or the trunk prefix."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, country_code_for_region

    code = country_code_for_region(region)
    every = [_metadata(one).general_desc.national_number_pattern for one in COUNTRY_CODE_TO_REGION_CODE[code]]
    numbers = "|".join(f"(?:{one})" for one in every)
    return re.compile(rf"(?:{code})?(?:{_metadata(region).national_prefix_for_parsing or ''})?(?:{numbers})")


def _metadata(region: str) -> Any:
    from phonenumbers import PhoneMetadata

    return PhoneMetadata.metadata_for_region(region)
