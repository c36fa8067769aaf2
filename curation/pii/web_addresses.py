"""Web addresses: with a scheme, or a host with a path that is more than a name with a slash."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from winnow.curation.pii.placeholders import is_placeholder
from winnow.curation.pii.public_suffixes import is_public_host

WITH_SCHEME = re.compile(r"(?<![\w+])(?P<scheme>[a-z][a-z0-9+.-]{1,14})://(?P<rest>[^\s<>\"'`|\\]+)", re.I)

WITHOUT_SCHEME = re.compile(
    r"(?<![\w.@/\-:])(?P<host>(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?P<port>:\d{2,5})?(?P<path>(?:/|\?\w+=)[^\s<>\"'`|\\]+)",
    re.I,
)

LOGIN = re.compile(r"(?P<user>[^/@\s:]*):(?P<password>[^/@\s]+)@")
"""A user and a password in front of a host."""

PLACEHOLDER_PASSWORD = re.compile(r"\W*(?:pass|passwd|password|pwd|secret|token|key)\W*|\W*\w+_\w+\W*", re.I)

HOST = re.compile(r"(?:[^/?#@]*@)?(?P<host>\[[\da-f:.]+\]|[^/?#:@]+)", re.I)

NAMESPACE = re.compile(r"(?:www\.)?w3\.org|(?:schemas?|xmlns|json-schema)\.[\w.]+|json-schema\.org", re.I)
"""Hosts whose addresses name a format: nothing is fetched from them."""

RESERVED = re.compile(
    r"(?:.*\.)?(?:localhost|local|internal|lan|home|test|invalid|example|svc|cluster)"
    r"|(?:.*\.)?(?:example|(?:your|my|some)-?(?:domain|site|website|company|app|shop|store|server|host|blog|api)s?)"
    r"(?:\.\w{2,4}){1,2}|(?:.*\.)?(?:domain|example\w*|hostname)\.\w{2,4}",
    re.I,
)
"""Hosts of a local network or of an example (RFC 2606, RFC 6762, RFC 8375)."""

EXAMPLE_PATH = re.compile(r"/example[\w-]*(?:[/.]|$)", re.I)
"""The path of a page of an owner named "example"."""

PACKAGE = re.compile(r"(?:com|org|net|io|dev|java|javax|android|app|edu|gov)\.", re.I)
"""The start of the name of a Java package, which begins with the top-level domain."""

FILE_SUFFIXES = frozenset(
    "py sh rs md pl so ps cc ml ai app zip mov in am la do st tf pm sc mk tk cat info int name pub properties map link"
    " page ink swift box bar foo data dev cs js ts go java txt html htm php css json xml yml yaml sql exe dll vi ms"
    " ac rb kt lua bash bat net io rest stream search spec".split()
)
"""Top-level domains that are also file suffixes, or parts of the names of packages and technologies."""

SPECIFIC = re.compile(r"\d|[?&]\w+=|~|%[\da-f]{2}|@", re.I)
"""Characters that occur in the address of a page and not in names such as "booking.com/expedia"."""

VERSION = re.compile(r"(?<=/)v?\d+(?:\.\d+)*(?:(?:alpha|beta|rc)\d*)?(?=/|$)|\.v\d+(?=/|$)|[:@][\w.-]+$", re.I)
"""The version of an interface, as in "networking.k8s.io/v1", and the tag of an image."""

_FILLERS = r"(?:\s+(?:is|at|to|it|here|from|the|my|our|me))*\s*[:=-]?\s*[\"'(<]?$"

OWN_WORD = re.compile(
    rf"\b(?:urls?|links?|(?:my|our|his|her|their) (?:\w+ )?(?:website|web ?page|site|page|address)|profile|linkedin"
    rf"|portfolio|blog|posted (?:at|on|to)|found at|located at|hosted (?:at|on)){_FILLERS}",
    re.I,
)
"""Words right before the address of somebody's page."""

LINK_WORD = re.compile(
    rf"\b(?:see|visit|open|browse|website|webpage|site|page|clone|fetch|curl|wget|download|goto|go to|navigate to"
    rf"|endpoint){_FILLERS}",
    re.I,
)
"""Words right before any address; a page of the first level, such as "python.org/downloads", is public."""

CONTEXT_CHARACTERS = 40

TRAILING = ".,;:!?)]}*_~"
"""Punctuation of the sentence around an address."""


def find_urls(text: str) -> Iterator[tuple[int, int, bool]]:
    """Spans of web addresses, and whether each contains a login."""
    if "/" not in text and "?" not in text:
        return
    for match in WITH_SCHEME.finditer(text):
        end = match.start() + len(match[0].rstrip(TRAILING))
        rest = text[match.start("rest") : end]
        login = LOGIN.match(rest)
        if login and _is_real_login(login):
            yield match.start(), end, True
        elif not login and _is_public_address(match["scheme"], rest):
            yield match.start(), end, False
    for match in WITHOUT_SCHEME.finditer(text):
        path = match["path"].rstrip(TRAILING)
        if _is_address_without_scheme(text, match, path):
            yield match.start(), match.start("path") + len(path), False


def _is_real_login(login: re.Match[str]) -> bool:
    password = login["password"]
    placeholder = is_placeholder(password) and not password.isalnum()
    return not (placeholder or PLACEHOLDER_PASSWORD.fullmatch(password) or password == login["user"])


def _is_public_address(scheme: str, rest: str) -> bool:
    found = HOST.match(rest)
    host = found["host"].casefold() if found else ""
    if scheme.casefold() == "file" or ("." not in host and ":" not in host):
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        path = rest[found.end() :] if found else ""
        return host[-1].isalpha() and not (_belongs_to_nobody(host, path) or PACKAGE.match(host))


def _belongs_to_nobody(host: str, path: str) -> bool:
    return bool(RESERVED.fullmatch(host) or NAMESPACE.fullmatch(host) or EXAMPLE_PATH.search(path))


def _is_address_without_scheme(text: str, match: re.Match[str], path: str) -> bool:
    host = match["host"].casefold()
    if len(path) < 2 or PACKAGE.match(host) or not is_public_host(host) or _belongs_to_nobody(host, path):
        return False
    before = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()]
    deep = host.count(".") > 1 or path.strip("/").count("/") > 0
    named = bool(OWN_WORD.search(before) or (deep and LINK_WORD.search(before)))
    specific = bool(SPECIFIC.search(VERSION.sub("", path)))
    if host.rpartition(".")[2] in FILE_SUFFIXES and not host.startswith("www."):
        return named and specific
    return named or specific or host.startswith("www.")
