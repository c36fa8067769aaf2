"""Private data that only the name of its argument reveals: the name stands before the value like a word of a text."""

from __future__ import annotations

import re
from functools import lru_cache

from winnow.core.vocabulary import PiiEntity
from winnow.curation.pii.detect import PiiSpan

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""The words of a name in camel case or with underscores."""

NAMES: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(words.split()), phrase)
    for words, phrase in (
        ("phone", "phone number: "),
        ("telephone", "phone number: "),
        ("cellphone", "phone number: "),
        ("mobile", "phone number: "),
        ("fax", "phone number: "),
        ("whatsapp", "phone number: "),
        ("msisdn", "phone number: "),
        ("card number", "card number: "),
        ("card no", "card number: "),
        ("ssn", "ssn: "),
        ("social security", "ssn: "),
        ("account number", "account number: "),
        ("account no", "account number: "),
        ("routing number", "routing number: "),
        ("passport", "passport: "),
        ("driver license", "driver license: "),
        ("pin", "pin: "),
        ("cvv", "cvv: "),
        ("cvc", "cvc: "),
        ("otp", "otp: "),
        ("passcode", "password: "),
        ("password", "password: "),
        ("passwd", "password: "),
        ("passphrase", "password: "),
        ("api key", "api key: "),
        ("apikey", "api key: "),
        ("access token", "access token: "),
        ("auth token", "auth token: "),
        ("secret", "secret key: "),
        ("ip", "ip: "),
        ("mac address", "mac: "),
    )
)
"""Words of a name, and what a person would write before the value; the first of which a name has all words counts."""

MAX_CHARACTERS = 200
"""A longer text says itself what it holds."""


@lru_cache(maxsize=4096)
def phrase_of(name: str) -> str:
    """What a person would write before the value of an argument; empty if its name says nothing."""
    words = {word.lower() for word in WORDS.findall(name)}
    return next((phrase for needed, phrase in NAMES if needed <= words), "")


def names_secret(name: str) -> bool:
    """Whether the name of an argument says that its value is a password, key or PIN."""
    return phrase_of(name).startswith(("pin", "cv", "otp", "password", "api", "access", "auth", "secret"))


def without_phrase(found: list[PiiSpan], phrase: str) -> list[PiiSpan]:
    """What was found in a text behind the phrase, at its places in the text alone."""
    shift = len(phrase)
    return [PiiSpan(PiiEntity(one.entity), one.start - shift, one.end - shift) for one in found if one.start >= shift]
