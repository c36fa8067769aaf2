"""Numbers of the United States: of social security, driver's licenses, passports and bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.check_digits import weighted_sum
from winnow.curation.pii.national_ids import OTHER_NUMBER
from winnow.curation.pii.placeholders import is_counted_up

_NUMBER = r"(?:\s+(?:number|no\.?|num|#))?\s*(?:\bis\b|\bwas\b|:|#|=)?\s*"

SSN = re.compile(
    r"(?<![\w.+/-])(?<!\d[ ])(?P<v>(?P<area>\d{3})(?P<s>[-. ]?)(?P<group>\d{2})(?P=s)(?P<serial>\d{4}))(?![\w/-]|\.\d)"
)

SSN_WORD = re.compile(r"\b(?:ssn|ss#|social(?: security)?|taxpayer|tin|itin)\b", re.I)

SAMPLE_SSN = ("123456789", "078051120", "219099999")
"""Printed in advertisements and forms (SSA, "Social Security Cards Issued by Woolworth")."""

LICENSE = re.compile(
    rf"\bdriv(?:er'?s?'?|ing) licen[cs]e{_NUMBER}"
    r"(?P<v>[a-z]{0,5}-?\d(?:-?[a-z]{0,2}\d){4,14}(?:[a-z]{2})?)(?![\w/-])",
    re.I,
)

PASSPORT = re.compile(rf"\bpassport{_NUMBER}(?P<v>[a-z]{{0,2}}\d{{6,9}}[a-z]?)(?![\w/-]|[.,]\d)", re.I)

ACCOUNT = re.compile(
    r"\b(?:account|acct|a/c)(?:\s+(?:number|no\.?|num|#))?(?:\s+(?:is|was|ending in))?[\s:#=]*"
    r"(?P<v>\d{6,17}|\d{2,6}(?:[ -]\d{2,8}){1,4})(?![\w/-]|[.,]\d|\s*[%$€£])",
    re.I,
)

ROUTING = re.compile(
    r"\b(?:routing|aba|rtn)(?:\s+(?:transit\s+)?(?:number|no\.?|num|#))?(?:\s+is)?[\s:#=]*(?P<v>\d{9})(?!\w|[.,/-]\d)",
    re.I,
)

DATE = re.compile(r"(?:19|20)\d\d[ -](?:\d{1,2}|(?:19|20)\d\d)(?:[ -]\d{1,2})?|\d{1,2}[ -]\d{1,2}[ -](?:19|20)\d\d")

AMOUNT = re.compile(
    r"\s*(?:dollars?|euros?|pounds?|usd|eur|gbp|rupees|points|credits|users?|followers|times|bucks)\b", re.I
)

CONTEXT_CHARACTERS = 48

ACCOUNT_DIGITS = range(6, 18)
"""Number of digits of a bank account number (NACHA allows 17)."""


def find_social_security_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of social security numbers that could be issued: with hyphens, or after a word that names one."""
    for match in SSN.finditer(text):
        before = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()]
        named = bool(SSN_WORD.search(before))
        if _could_be_issued(match) and (named or (match["s"] == "-" and not OTHER_NUMBER.search(before))):
            yield match.span("v")


def find_licenses(text: str) -> Iterator[tuple[int, int]]:
    """Spans of driver's license numbers that follow "driver's license" or the like."""
    yield from (match.span("v") for match in LICENSE.finditer(text) if not DATE.fullmatch(match["v"]))


def find_passports(text: str) -> Iterator[tuple[int, int]]:
    """Spans of passport numbers that follow the word "passport"."""
    yield from (match.span("v") for match in PASSPORT.finditer(text))


def find_bank_accounts(text: str) -> Iterator[tuple[int, int]]:
    """Spans of account numbers after "account" or the like, and of ABA routing numbers with a valid check digit."""
    for match in ACCOUNT.finditer(text):
        digits = sum(c.isdigit() for c in match["v"])
        if digits in ACCOUNT_DIGITS and not (DATE.fullmatch(match["v"]) or AMOUNT.match(text, match.end())):
            yield match.span("v")
    for match in ROUTING.finditer(text):
        if weighted_sum(match["v"], (3, 7, 1) * 3) % 10 == 0:
            yield match.span("v")


def _could_be_issued(match: re.Match[str]) -> bool:
    """Whether area, group and serial number are in use: not 000 or 666, 00 and 0000 (SSA, randomization of 2011)."""
    digits = re.sub(r"\D", "", match["v"])
    sample = digits in SAMPLE_SSN or is_counted_up(digits)
    return not (sample or match["area"] in ("000", "666") or match["group"] == "00" or match["serial"] == "0000")
