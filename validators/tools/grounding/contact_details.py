"""E-mail addresses, web addresses and phone numbers in another form."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from winnow.validators.tools.grounding.finding import Evidence, GroundingLevel
from winnow.validators.tools.grounding.folding import contains_joined, content_words, fold
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage

_EMAIL = re.compile(r"(?P<user>[\w.+-]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)")

_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.I)

_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{5,20}\d")

MIN_PHONE_DIGITS = 7
"""Shorter numbers are emergency and service numbers, which everybody knows."""

_SPOKEN = (
    (re.compile(r"\s+(?:at|\(at\)|\[at\])\s+", re.I), "@"),
    (re.compile(r"\s+(?:dot|\(dot\)|\[dot\])\s+", re.I), "."),
)

_PHONE_WORDS = frozenset("phone mobile telephone tel fax sms whatsapp".split())

_COMMON_HOST_WORDS = frozenset("www com org net io co http https html htm index gov edu".split())


def is_email(text: str) -> bool:
    """Whether a value is an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_url(text: str) -> bool:
    """Whether a value is a web address."""
    return _URL.fullmatch(text) is not None


def is_network_address(text: str) -> bool:
    """Whether a value is an IP address that is not of the machine itself."""
    try:
        return not ip_address(text).is_loopback
    except ValueError:
        return False


def is_phone(leaf: Leaf) -> bool:
    """Whether a value is a phone number, by its name and its digits."""
    named = any(word in _PHONE_WORDS or "phone" in word for word in leaf.about)
    described = re.match(r"\W*(?:the |an? )?(?:\w+ ){0,3}(?:tele)?phone number", leaf.description, re.I)
    if not (named or described):
        return False
    return _PHONE.fullmatch(leaf.text) is not None and len(_digits(leaf.text)) >= MIN_PHONE_DIGITS


def same_contact(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The same address or phone number; for an address made of given words, a note that a person should look."""
    text = leaf.text
    if is_email(text):
        return _same_email(text, passage)
    if is_url(text):
        return _same_url(text, passage)
    return _same_phone(text, passage) if is_phone(leaf) else None


def _same_email(text: str, passage: Passage) -> Evidence | None:
    spoken = passage.text
    for form, sign in _SPOKEN:
        spoken = form.sub(sign, spoken)
    if fold(text) in fold(spoken):
        return Evidence(text)
    parts = [part for part in content_words(text) if part not in _COMMON_HOST_WORDS]
    composed = bool(parts) and all(contains_joined(passage.text, part) for part in parts)
    return Evidence(" … ".join(parts), GroundingLevel.REVIEW, "the address is put together") if composed else None


def _same_url(text: str, passage: Passage) -> Evidence | None:
    bare = _bare(text)
    if bare and bare in fold(passage.text):
        return Evidence(bare)
    named = [word for word in _host_words(text) if contains_joined(passage.text, word)]
    return Evidence(named[0], GroundingLevel.REVIEW, "the rest of the address is not given") if named else None


def _host_words(text: str) -> list[str]:
    """The words of the host name that tell whose it is."""
    host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    return [label for label in host.split(".") if len(label) > 2 and label not in _COMMON_HOST_WORDS]


def _bare(text: str) -> str:
    return re.sub(r"^(?:\w+://)?(?:www\.)?", "", fold(text)).rstrip("/")


def _same_phone(text: str, passage: Passage) -> Evidence | None:
    wanted = _digits(text)
    for match in _PHONE.finditer(passage.text):
        given = _digits(match[0])
        if len(given) >= MIN_PHONE_DIGITS and (wanted.endswith(given) or given.endswith(wanted)):
            return Evidence(match[0])
    return None


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit()).lstrip("0")
