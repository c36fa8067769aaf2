"""E-mail addresses, as they are written and as people spell them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.public_suffixes import is_public_host

ADDRESS = re.compile(
    r"(?<![\w.+%-])(?P<local>\w(?:[\w.+%'-]{0,62}\w)?|\w[\w.+%-]*[+_-])@(?P<host>\w[\w-]*(?:\.\w[\w-]*)+)(?![\w@])"
)

REPOSITORY_USER = re.compile(r"(?:git|hg|svn)@[\w.-]+$", re.I)
"""The user name that everybody shares on a repository server, as in "git@github.com:owner/name"."""

EXAMPLE_ADDRESS = re.compile(
    r"(?:you|your[\w.-]*|user|username|name|someone|somebody|me|email|first\.?last|firstname\.lastname)"
    r"@(?:(?:your|my)?-?(?:domain|company|site|website|email|mail|provider|server|host|school|organi[sz]ation))\.\w+",
    re.I,
)

SPELLED = re.compile(
    r"(?<![\w.@])(?P<local>[\w+-]+(?:(?:\.|\s(?:dot|underscore|dash|hyphen|plus)\s|\s?[\[({<]\s?dot\s?[\])}>]\s?)[\w+-]+){0,4})"
    r"(?P<at>\sat\s|_at_|\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s@\s?|\s?@\s)"
    r"(?P<host>[\w-]+(?:(?:\.|\sdot\s|_dot_|\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s\.\s)[\w-]+){1,3})(?![\w@])",
    re.I,
)
"""A name, "at" and a host, with any mixture of words, brackets and signs between them."""

MAY_BE_SPELLED = re.compile(
    r"(?:\sat\s|_at_|[\[({<]\s?(?:at|@)|\s@|@\s)(?=.*(?:\.\s?\w|dot[^\w]|_dot_|\.\s?[\])}>]))", re.I | re.S
)
"""Every spelled-out address contains "at", followed by a dot."""

CONNECTOR = re.compile(r"\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s(?:dot|\.)\s|_dot_", re.I)

SPELLED_LOCAL = re.compile(r"\s(?:dot|underscore|dash|hyphen|plus)\s|[\[({<]\s?dot", re.I)

PROVIDERS = frozenset(
    "gmail googlemail yahoo ymail rocketmail hotmail outlook live msn icloud me mac aol proton protonmail pm gmx web"
    " mail email yandex zoho qq fastmail tutanota tuta hey comcast verizon att sbcglobal btinternet orange wanadoo free"
    " laposte t-online freenet libero virgilio rediffmail naver daum hanmail 163 126 posteo mailbox".split()
)
"""Hosts where people have addresses."""

ADDRESS_WORD = re.compile(
    r"(?:\be-?mails?(?:\s+(?:address|id|account|me|him|her|us|them|it|is))*|\bmy address|\b(?:reach|contact|write to|cc"
    r"|bcc|mail)(?:\s+(?:me|him|her|us|them|it))?)(?:\s+(?:at|to|on|is|was|under|via|as))?\s*[:=]?\s*[\"'(]?$",
    re.I,
)
"""Words right before an address."""

CUE = re.compile(
    r"(?:^|[:,;(\"']|\b(?:is|was|to|from|as|under|cc|and|or|for|by|e-?mail|me|with|address|contact|reach))\s*$", re.I
)
"""What may precede an address at a mail provider; an ordinary verb, as in "shop at", may not."""

NOT_A_NAME = frozenset(
    "in up on off out over here there look looking looked sign signed log login logged shop shopping shopped buy bought"
    " order ordered check checking checked open opened account accounts mail email emails inbox me us it him her them"
    " support help available found work working works web service only now search searched register registered stuff"
    " things arrive arrived meet meeting be is are was were stay staying live living pay paying price prices sale deals"
    " sell selling this that these those get got use used using see saw something anything everything what which who"
    " stop stopped start started store stored download free available cheaper offer offered book booked booking".split()
)
"""Words before "at" that are not the name of a mailbox."""

CONTEXT_CHARACTERS = 40


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """Spans of e-mail addresses with a public host."""
    if "@" in text:
        yield from _written(text)
    if MAY_BE_SPELLED.search(text):
        yield from (match.span() for match in SPELLED.finditer(text) if _is_spelled_address(text, match))


def _written(text: str) -> Iterator[tuple[int, int]]:
    for match in ADDRESS.finditer(text):
        shared = REPOSITORY_USER.match(match[0]) and text.startswith((":", "/"), match.end())
        numbers = re.fullmatch(r"[\d.]+\.\w+", match["host"]) and match["host"].count(".") > 1
        if not (shared or numbers or EXAMPLE_ADDRESS.fullmatch(match[0])) and is_public_host(match["host"]):
            yield match.span()


def _is_spelled_address(text: str, match: re.Match[str]) -> bool:
    host = re.sub(r"\s", "", CONNECTOR.sub(".", match["host"]))
    local = match["local"]
    if not is_public_host(host) or local.casefold() in NOT_A_NAME:
        return False
    at = match["at"].strip()
    if at[0] in "[({<" or (at == "AT" and not text.isupper()) or (at == "_at_" and "_dot_" in match["host"]):
        return True
    before = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()]
    if ADDRESS_WORD.search(before):
        return True
    if SPELLED_LOCAL.search(local):
        return not is_public_host(re.sub(r"\s", "", CONNECTOR.sub(".", local)))
    return host.split(".")[0].casefold() in PROVIDERS and bool(CUE.search(before) or re.search(r"\d|[._+-]", local))
