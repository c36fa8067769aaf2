"""International bank account numbers, with their check digits and the length of their country."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.check_digits import mod_97_10
from winnow.curation.pii.whole_groups import longest_valid_groups

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")

COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
"""Countries by the number of characters of their IBANs (SWIFT IBAN registry, release 101)."""


def find_ibans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of valid IBANs, in either case and with or without spaces; of overlapping ones the longest."""
    for run in IBAN.finditer(text):
        yield from longest_valid_groups(text, run.span(), _is_iban)


def _is_iban(value: str) -> bool:
    compact = re.sub(r"[ -]", "", value).upper()
    if not compact.isascii() or compact[:2] not in COUNTRIES_BY_LENGTH.get(len(compact), "").split():
        return False
    return compact[2:4].isdigit() and mod_97_10(compact[4:] + compact[:4])
