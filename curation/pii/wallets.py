"""Addresses of wallets: Bitcoin's, with their checksum, and Ethereum's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.core.hashing import stable_hash

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

BITCOIN = re.compile(rf"(?<!\w)[13][{BASE58}]{{25,34}}(?!\w)")

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

SEGWIT = re.compile(rf"(?<!\w)bc1[{BECH32}]{{11,71}}(?!\w)", re.I)

BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

BECH32_CHECKS = (1, 0x2BC830A3)
"""The remainder of a valid address: of version 0 (BIP 173), and of later versions (BIP 350)."""

ETHEREUM = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")


def find_wallets(text: str) -> Iterator[tuple[int, int]]:
    """Spans of wallet addresses."""
    yield from (match.span() for match in BITCOIN.finditer(text) if _is_base58check(match[0]))
    yield from (match.span() for match in SEGWIT.finditer(text) if _is_bech32(match[0].lower()))
    yield from (match.span() for match in ETHEREUM.finditer(text))


def _is_base58check(value: str) -> bool:
    """Whether the last four bytes are the start of the double SHA-256 of the others."""
    number = 0
    for character in value:
        number = number * 58 + BASE58.index(character)
    raw = number.to_bytes(25, "big") if number < 1 << 200 else b""
    once = bytes.fromhex(stable_hash(raw[:-4]))
    return stable_hash(once, length=8) == raw[-4:].hex()


def _is_bech32(value: str) -> bool:
    """Whether the BCH code of BIP 173 over the human-readable part "bc" and the data is valid."""
    data = [BECH32.index(c) for c in value[3:]]
    check = 1
    for number in [ord(c) >> 5 for c in "bc"] + [0] + [ord(c) & 31 for c in "bc"] + data:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for i, generator in enumerate(BECH32_GENERATORS):
            check ^= generator if top >> i & 1 else 0
    return check in BECH32_CHECKS
