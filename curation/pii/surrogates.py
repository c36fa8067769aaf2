"""Surrogates for personal data, from ranges that belong to nobody, and how to recognize them."""

from __future__ import annotations

import ipaddress
import re

from winnow.core.vocabulary import PiiEntity
from winnow.curation.pii.check_digits import luhn

NAMES = (
    "Alex Sam Robin Kim Chris Jamie Taylor Morgan Casey Riley Jordan Avery Quinn Rowan Sasha Noel Marlin Devon Skyler "
    "Emery Finley Harper Sidney Blair Dakota Ellis Frankie Kendall Lennox Marley Oakley Parker"
).split()
"""Given names of people of any gender."""

PLACES = "Springfield Fairview Riverside Greenville Clayton Ashland Milford Oxbridge".split()

COMPANIES = "Acme Globex Initech Umbrella Hooli Vandelay Wonka Contoso".split()

_BETWEEN = r"[ .\-()/]{0,3}"
"""What may stand between two digits."""

NUMBERS_OF_NOBODY = {9: "999000", 6: "9990"}
"""How numbers begin that stand for a JSON number, which has no zeros in front, by the least number of digits."""

PATTERNS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r".*@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|test|invalid)",  # RFC 2606
        r"https?://(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)(?:[:/?#].*)?",
        # 555-0100 to 555-0199 with and without an area, kept for fiction (NANPA)
        r"(?:\D*1)?\D*\d{3}\D*555\D*01\d\D*\d|555\D*01\d\d",
        rf"(?:(?:\+|00)?1{_BETWEEN})?(?:\(?(?:\d{_BETWEEN}){{3}})?5{_BETWEEN}5{_BETWEEN}5{_BETWEEN}0{_BETWEEN}1(?:{_BETWEEN}\d){{2}}",
        r"000-\d\d-\d{4}|987\D?65\D?432\d",  # no area is 000; 987-65-4320 to 4329 are kept for advertising (SSA)
        rf"4{_BETWEEN}(?:0{_BETWEEN}){{7}}\d(?:{_BETWEEN}\d){{3,10}}",  # a range that payment services use for tests
        r"GB\d\d\W?TEST[\d -]{14,18}",
        r"[A-Z]{2}[ -]?0[ -]?0(?:[ -]?\d){11,30}",  # the check digits of an IBAN are 02 to 98
        r"00[:-]?00[:.-]?5E[:-]?00[:.-]?53[:-]?\w\w",  # RFC 7042
        r"(?:[X\W_]*0){3}(?:[X\W_]*\d){3,60}[X\W_]*",
        rf"\+\d{{1,3}}{_BETWEEN}0(?:{_BETWEEN}0){{2}}(?:{_BETWEEN}\d){{3,11}}",
        "|".join(
            rf"[+(]{{0,2}}{_BETWEEN.join(start)}(?:{_BETWEEN}\d){{{least - len(start)},30}}"
            for least, start in NUMBERS_OF_NOBODY.items()
        ),
        r"X00\d{6}",
        r"0x0{36}[0-9a-f]{4}|1BitcoinEaterAddressDontSendf59kuE",
        r"EXAMPLE-SECRET-\d+|AKIA\w*EXAMPLE|(?:[A-Z]{1,12}[_-]){0,2}EXAMPLE\d{3,}",
        "|".join((*NAMES, *PLACES, *COMPANIES)),
    )
)

PUBLIC_RESOLVERS = frozenset(
    "1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 94.140.14.14 4.2.2.2".split()
)
"""Public name servers of Cloudflare, Google, Quad9, Cisco, AdGuard and Lumen."""

NETWORKS = ("203.0.113", "198.51.100", "192.0.2")
"""Networks that are reserved for documentation (RFC 5737)."""


def surrogate(entity: str, number: int) -> str:
    """The surrogate of an entity for a number from 0; small ranges wrap around."""
    return {
        PiiEntity.EMAIL_ADDRESS: f"user{number % 1_000_000}@example.com",
        PiiEntity.PHONE_NUMBER: f"+1 {201 + number // 100 % 799}-555-{100 + number % 100:04d}",
        PiiEntity.CREDIT_CARD: _card(number),
        PiiEntity.IBAN_CODE: _iban(number),
        PiiEntity.URL: f"https://example.com/{number % 1_000_000}",
        PiiEntity.IP_ADDRESS: f"{NETWORKS[number // 254 % 3]}.{number % 254 + 1}",
        PiiEntity.MAC_ADDRESS: f"00:00:5E:00:53:{number % 256:02X}",
        PiiEntity.US_SSN: f"000-{number // 10_000 % 100:02d}-{number % 10_000:04d}",
        PiiEntity.NATIONAL_ID: f"000{number % 100_000_000:08d}",
        PiiEntity.US_BANK_NUMBER: f"000{number % 1_000_000:06d}",
        PiiEntity.US_PASSPORT: f"X00{number % 1_000_000:06d}",
        PiiEntity.US_DRIVER_LICENSE: f"X00{number % 1_000_000:06d}",
        PiiEntity.CRYPTO: f"0x{number % 65_536:040x}",
        PiiEntity.SECRET: f"EXAMPLE-SECRET-{number % 1_000_000}",
        PiiEntity.PERSON: NAMES[number % len(NAMES)],
        PiiEntity.LOCATION: PLACES[number % len(PLACES)],
        PiiEntity.ORGANIZATION: COMPANIES[number % len(COMPANIES)],
    }[PiiEntity(entity)]


def is_surrogate(value: str) -> bool:
    """Whether a value comes from a range reserved for examples or local use, of any type: it belongs to nobody."""
    try:
        address = ipaddress.ip_interface(value).ip
        return not address.is_global or str(address) in PUBLIC_RESOLVERS
    except ValueError:
        return any(pattern.fullmatch(value) for pattern in PATTERNS)


def _card(number: int) -> str:
    """A card number of sixteen digits that passes the Luhn check."""
    body = f"40000000{number % 10_000_000:07d}"
    return next(card for digit in range(10) if luhn(card := f"{body}{digit}"))


def _iban(number: int) -> str:
    """A British IBAN of a nonexistent bank, with correct check digits (ISO 13616)."""
    body = f"TEST{number % 10**14:014d}"
    check = 98 - int("".join(str(int(c, 36)) for c in f"{body}GB00")) % 97
    return f"GB{check:02d}{body}"
