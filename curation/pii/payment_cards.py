"""Payment cards and bank accounts: numbers that carry their own check digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from winnow.curation.pii.check_digits import luhn
from winnow.curation.pii.presidio import valid_iban

RUN = re.compile(r"(?<![\w.])\d(?:[ .-]?\d){11,30}(?!\w)")

CARD_WORD = re.compile(
    r"\b(?:cards?|cc|visa|mastercard|amex|american express|maestro|discover|debit|credit)\b\D{0,30}$", re.I
)

CONTEXT_CHARACTERS = 60

ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|22[2-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|(?:2131|1800)\d{11}"
    r"|3(?:0[0-59]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d|2\d\d)\d{12,15}"
)
"""Number ranges of Visa, Mastercard, American Express, JCB, Diners, Discover and UnionPay (ISO/IEC 7812)."""

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")

MIN_IBAN_CHARACTERS = 15

GROUP = re.compile(r"[A-Za-z0-9]+")

_UPPER = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """Spans of card numbers: 12 to 19 digits that pass Luhn and match an issuer, or follow a card word.

    Sixteen digits after a card word count although they fail Luhn: people mistype.
    """
    for run in RUN.finditer(text):
        worded = bool(CARD_WORD.search(text, max(0, run.start() - CONTEXT_CHARACTERS), run.start()))

        def is_card(value: str, worded: bool = worded) -> bool:
            digits = re.sub(r"\D", "", value)
            known = worded or ISSUER.fullmatch(digits)
            return 12 <= len(digits) <= 19 and bool((luhn(digits) and known) or (worded and len(digits) == 16))

        yield from _whole_groups(text, *run.span(), is_card)


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of IBANs, in either case and with or without spaces; the longest that is valid."""
    for run in IBAN.finditer(text):
        yield from _whole_groups(text, *run.span(), _is_iban)


def _is_iban(value: str) -> bool:
    return len(value) >= MIN_IBAN_CHARACTERS and valid_iban(re.sub(r"[ -]", "", value).translate(_UPPER))


def _whole_groups(text: str, start: int, end: int, holds: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """The longest valid run of complete groups in a span, and those on both sides of it."""
    groups = [match.span() for match in GROUP.finditer(text, start, end)]
    runs = [(groups[i][0], groups[j][1]) for i in range(len(groups)) for j in range(i, len(groups))]
    found = next((run for run in sorted(runs, key=lambda run: run[0] - run[1]) if holds(text[slice(*run)])), None)
    if found is not None:
        yield from _whole_groups(text, start, found[0], holds)
        yield found
        yield from _whole_groups(text, found[1], end, holds)
