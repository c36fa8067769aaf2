"""Phone numbers: without a check digit, so the words around them decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.presidio import recognize

RUN = re.compile(
    r"(?<![\w$€£₹#/+-])(?<!\d[.,])\+?\(?\d(?:[ \u00a0.\-\u2010-\u2013()/]{0,3}\d){6,14}"
    r"(?:\s?(?:x|ext\.?) ?\d{1,5})?(?![\d$€£₹%]|[.,]\d|[a-z])",
    re.I,
)

CONTEXT_WORDS = re.compile(
    r"\b(?:(?P<yes>(?:tele|cell|smart)?phones?|tel|mobile|cell|fax|hotline|landline|whatsapp|sms|desk|dial"
    r"|call(?:s|ed|ing)?|text(?:ed|ing)?|reach|contact|answering|messages? to|my registered|my number)"
    r"|(?P<no>orders?|ticket|case|invoice|ref|reference|tracking|account|acct|policy|booking|confirmation|flight|ids?"
    r"|cards?|zip|pin|code|amount|model|part|serial|error|isbn|sku|parcel|package|shipment|transaction|transfer"
    r"|payment|batch|version|root|sum|product|average|times|divided|multiplied|plus|minus|licen[cs]e|passport|vin"
    r"|claim|timestamp|epoch|options?|press))\b|(?P<sign>[=*×÷^]|\d\s*[-+/x])\s*$",
    re.I,
)
"""The last of these before a number decides."""

CONTEXT_CHARACTERS = 45
"""Characters before a number in which a word decides."""

AFTER_YES = re.compile(r"[ \-,(]{0,2}(?:office|fax|mobile|cell|phone|tel|whatsapp)\b", re.I)

AFTER_NO = re.compile(
    r"\s*(?:[=*×÷^%]|[-+/x]\s*\d|(?:plus|minus|times|divided|usd|eur|gbp|dollars?|euros?|yen|pounds|rupees)\b)", re.I
)

NOT_A_PHONE = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|(?:19|20)\d\d[-./ ]?[01]?\d[-./ ]?[0-3]?\d(?:[ -]\d\d?)?"
    r"|[0-3]?\d[-./ ][0-3]?\d[-./ ](?:19|20)\d\d(?: \d\d?)?|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
"""Dotted quads, dates and spans of years."""

PHONE_SHAPES = re.compile(
    r"(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?:\s?(?:x|ext\.?) ?\d{1,5})?"
    r"|\(?0\d{1,4}\)?(?:[-. /]\d{2,8}){1,4}"
)
"""Shapes that are phone numbers without a word next to them: 3-3-4, and groups after a leading 0."""

UNLIKELY = re.compile(r"\d{5}[- ]\d{4}|\d{1,2}(?:[ ,]\d{1,2}){5,}")
"""ZIP+4, and a list of small numbers."""

MIN_DIGITS, MAX_DIGITS = 8, 15
"""Digits of an international number (ITU-T E.164 has 15 at most)."""


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Spans of phone numbers: 7 to 15 digits that are not a date.

    With "+" and 8 digits; after a word such as "call" or "fax"; in a shape that only phone numbers have; or a national
    number that `phonenumbers` considers valid. A word such as "order" or "account" right before, a sign of arithmetic
    or a currency after it speak against all but the first two. A run of digits without such a word is never one.
    """
    for match in RUN.finditer(text):
        start, end = match.span()
        context = _context(text, start)
        digits = sum(c.isdigit() for c in re.split(r"[a-z]", match[0], flags=re.I)[0])
        if digits > MAX_DIGITS or NOT_A_PHONE.fullmatch(match[0]) or AFTER_NO.match(text, end) or context == "sign":
            continue
        international = match[0][0] == "+" and digits >= MIN_DIGITS
        if context == "yes" or international or AFTER_YES.match(text, end):
            yield start, end
        elif context is None and not UNLIKELY.fullmatch(match[0]):
            yield from _without_context(text, match[0], start, end, digits)


def _context(text: str, start: int) -> str | None:
    """What the last indicative word before a number says about it: `yes`, `no`, `sign`, or nothing."""
    words = list(CONTEXT_WORDS.finditer(text, max(0, start - CONTEXT_CHARACTERS), start))
    return words[-1].lastgroup if words else None


def _without_context(text: str, value: str, start: int, end: int, digits: int) -> Iterator[tuple[int, int]]:
    """A number without an indicative word next to it."""
    if PHONE_SHAPES.fullmatch(value):
        yield start, end
    elif digits > MIN_DIGITS and not value.isdigit():
        known = [span for span in recognize("PHONE_NUMBER", text) if span[0] == start]
        yield from (span for span in known if span[1] == end or (span[1] < end and text[span[1]].isspace()))
