"""Payment cards: numbers that carry their own check digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from winnow.curation.pii.check_digits import luhn
from winnow.curation.pii.context_words import last_word
from winnow.curation.pii.placeholders import is_counted_up
from winnow.curation.pii.whole_groups import longest_valid_groups

RUN = re.compile(r"(?<![\w.+])\d(?:[ .-]?\d){11,30}(?!\w)")

CARD_WORD = r"cards?|cc|visa|mastercard|amex|american express|maestro|discover|debit|credit"

OTHER_WORD = (
    r"orders?|track\w*|invoice|reference|ref|parcel|package|shipment|transaction|confirmation|booking|ticket|serial|imei"
    r"|isbn|ean|upc|gtin|sku|barcode|case|policy|claim|meter|id"
)

CONTEXT_WORDS = re.compile(rf"\b(?:(?P<yes>{CARD_WORD})|(?P<no>{OTHER_WORD}))\b", re.I)
"""The last of these before a number decides."""

CONTEXT_CHARACTERS = 60
"""Characters before a number in which a word decides."""

ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|22[2-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|(?:2131|1800)\d{11}"
    r"|3(?:0[0-59]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12,15}"
)
"""Number ranges of Visa, Mastercard, American Express, JCB, Diners, Discover and UnionPay (ISO/IEC 7812)."""

CARD_DIGITS = range(12, 20)
"""Number of digits of a payment card number (ISO/IEC 7812-1)."""

MISTYPED_DIGITS = 16
"""After a card word, as many digits count although they fail the check: people mistype."""

MAX_OTHER_DIGITS = 4
"""Number of further digits, such as a date or a security code, next to a card number without a card word."""


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Spans of card numbers: 12 to 19 digits that pass Luhn and match an issuer, or follow a card word.

    Without a card word, a longer row of digits is no card, although a part of it may pass.
    """
    for run in RUN.finditer(text):
        context = last_word(CONTEXT_WORDS, text, run.start(), characters=CONTEXT_CHARACTERS)
        row = len(_digits(run[0]))
        if context == "no" or is_counted_up(run[0]):
            continue
        holds = _named_card if context == "yes" else partial(_unnamed_card, row=row)
        yield from longest_valid_groups(text, run.span(), holds)


def _named_card(value: str) -> bool:
    digits = _digits(value)
    return len(digits) in CARD_DIGITS and (luhn(digits) or len(digits) == MISTYPED_DIGITS)


def _unnamed_card(value: str, row: int) -> bool:
    digits = _digits(value)
    return row - len(digits) <= MAX_OTHER_DIGITS and bool(ISSUER.fullmatch(digits)) and luhn(digits)


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)
