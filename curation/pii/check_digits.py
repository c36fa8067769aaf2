"""Check digits: the arithmetic that tells a number from a random row of digits. Every function takes plain digits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

VERHOEFF_PRODUCTS = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
"""Multiplication in the dihedral group D5 (Verhoeff 1969)."""

VERHOEFF_PERMUTATIONS = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
"""The permutation of a digit by its position from the right, modulo 8 (Verhoeff 1969)."""


def weighted_sum(digits: str, weights: Iterable[int]) -> int:
    """The sum of the digits, each times its weight; further digits do not count."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of Luhn (1960, ISO/IEC 7812-1)."""
    reverse = [int(c) for c in reversed(digits)]
    return (sum(reverse[::2]) + sum(sum(divmod(2 * d, 10)) for d in reverse[1::2])) % 10 == 0


def mod_11_10(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7064, MOD 11,10."""
    rest = 10
    for digit in digits[:-1]:
        rest = (((int(digit) + rest) % 10 or 10) * 2) % 11
    return (11 - rest) % 10 == int(digits[-1])


def mod_97_10(characters: str) -> bool:
    """Whether letters (A is 10) and digits leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10)."""
    return int("".join(str(int(c, 36)) for c in characters)) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Whether the last digit is the check digit of Verhoeff (1969)."""
    check = 0
    for position, digit in enumerate(reversed(digits)):
        permuted = VERHOEFF_PERMUTATIONS[position % 8][int(digit)]
        check = int(VERHOEFF_PRODUCTS[check][int(permuted)])
    return check == 0


def ean(digits: str) -> bool:
    """Whether the last digit is the check digit of a GS1 number, such as an EAN-13 or an ISBN-13."""
    return weighted_sum(digits[::-1], (1, 3) * len(digits)) % 10 == 0


def complement_of_11(digits: str, weights: Sequence[int], *, ten: int | None = 0) -> int | None:
    """The check digit 11 minus the weighted sum modulo 11, or 0 where the rest is 0.

    `ten` is the digit that stands for 10; None where such a number is never issued.
    """
    check = -weighted_sum(digits, weights) % 11
    return ten if check == 10 else check
