"""Addresses of machines: IP and MAC addresses, told from versions, figures and times."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

QUAD = re.compile(r"(?<![\w.\-])\d{1,3}(?:\.\d{1,3}){3}(?:/(?:[12]?\d|3[0-2]))?(?!\.?\w|-\w)")

IPV6 = re.compile(r"(?<![\w:.])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:/\d{1,3})?(?![\w:]|\.\d)", re.I)

IP_WORD = re.compile(
    r"(?:\b(?:ips?|ipv[46]|address(?:es)?|hosts?|dns|ping|pinging|pinged|ssh|traceroute|tracert|telnet|nmap|whois|subnet"
    r"|nameserver|resolver|block|blocked|blacklist|whitelist|allowlist|connect(?:ing|ed)? to"
    r"|log(?:ins?|ged)(?: in)? from"
    r"|(?:traffic|requests?|attacks?|scans?) from|reach|inet|addr)(?:\s+(?:address|is|was|are|at|to|from|of|on|for))*"
    r"|\b(?:server|router|gateway|node|machine|proxy|vpn|firewall|peer|client)(?:\s+(?:is|at))+)\s*[:=]?\s*[\"'(\[@]?$",
    re.I,
)
"""Words right before an IP address."""

VERSION_WORD = re.compile(
    r"\b(?:versions?|ver|v|releases?|build|firmware|driver|patch|sections?|sec|chapter|figures?|fig|table|clause|article"
    r"|item|step|steps|appendix|exercise|problem|rule|paragraph|requirement|listing|equation|theorem|part|page|level|task"
    r"|upgrad\w+|updat\w+|downgrad\w+|install\w*|migrat\w+|bump\w*|android|ios|java|python|windows|chrome|firefox)\b"
    r"[^?!]{0,30}$",
    re.I,
)
"""Words that precede a version, figure or section number."""

OWN_WORD = re.compile(r"\b(?:ip|ipv4|ip address|address|ping|ssh)\W*$", re.I)
"""Words that indicate an address even if a version is mentioned before them."""

AFTER = re.compile(r":\d{2,5}\b|/\d{1,2}\b|\s+(?:port|is unreachable|subnet)\b", re.I)
"""What follows an address: a port or a prefix."""

CONTEXT_CHARACTERS = 48

LARGE, VERY_LARGE = 16, 100
"""Numbers of versions are small: three parts from 16 or two from 100 are an address."""

MAC = re.compile(
    r"(?<![\w.:-])(?:[\da-f]{2}(?P<s>[:-])(?:[\da-f]{2}(?P=s)){4}[\da-f]{2}|[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4})"
    r"(?![\w:-]|\.\w)",
    re.I,
)

MAC_WORD = re.compile(r"\b(?:mac|adapter|hardware address|physical address|bluetooth|ethernet|bssid)\b", re.I)


def find_ips(text: str) -> Iterator[tuple[int, int]]:
    """Spans of IP addresses with their prefix; of numbers that look like one only what the words around it allow.

    A network, such as 34.64.0.0/10, is no address of anybody, and neither are four numbers with a 0 at the end.
    """
    for match in QUAD.finditer(text) if text.count(".") > 2 else ():
        if _is_interface(match[0]) and _is_named_or_large(text, match):
            yield match.span()
    for match in IPV6.finditer(text) if text.count(":") > 1 else ():
        if _is_interface(match[0]) and _is_unambiguous_ipv6(match[0]):
            yield match.span()


def find_macs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of MAC addresses, of digits alone only after a word that names one; not "aa:bb:cc:dd:ee:ff"."""
    for match in MAC.finditer(text):
        digits = re.sub(r"[.:-]", "", match[0])
        before = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()]
        doubled = all(first == second for first, second in zip(digits[::2], digits[1::2], strict=True))
        if not doubled and (not digits.isdigit() or MAC_WORD.search(before)):
            yield match.span()


def _is_interface(value: str) -> bool:
    try:
        interface = ipaddress.ip_interface(value)
    except ValueError:
        return False
    network = interface.network.network_address if "/" in value else None
    return interface.ip != network and not value.endswith(".0")


def _is_named_or_large(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - CONTEXT_CHARACTERS) : match.start()]
    if VERSION_WORD.search(before):
        return bool(OWN_WORD.search(before))
    parts = [int(part) for part in match[0].partition("/")[0].split(".")]
    large = sum(part >= LARGE for part in parts) >= 3 or sum(part >= VERY_LARGE for part in parts) >= 2
    return bool(
        IP_WORD.search(before) or AFTER.match(text, match.end()) or "/" in match[0] or (large and 0 not in parts)
    )


def _is_unambiguous_ipv6(value: str) -> bool:
    """All eight groups, or a start in the range of public addresses, 2000::/3: "abc::def" may be code."""
    return (value.count(":") == 7 and "::" not in value) or bool(re.match(r"[23][\da-f]{3}:", value, re.I))
