"""Whether a number is a national id: one function a country, after the rule that its authority publishes.

Every function takes the letters and digits of the number, in upper case and without separators. The rules are those of
the OECD's Tax Identification Numbers pages (oecd.org, "TINs") and of the authority that is named at the function.
"""

from __future__ import annotations

import datetime

from winnow.curation.pii.check_digits import complement_of_11, ean, luhn, mod_11_10, verhoeff, weighted_sum

SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
FINNISH_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
IRISH_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
CURP_CHARACTERS = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
TAIWANESE_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"

ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
"""Values of the characters in odd positions of a codice fiscale (decree of 23 December 1976)."""

SINGAPORE_LETTERS = {"ST": "JZIHGFEDCBA", "FG": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}

BRITISH_UNUSED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
"""Prefixes that no National Insurance number has (HMRC, NIM39110)."""


def is_date(day: str, month: str, year: str) -> bool:
    """Whether a day, month and year of two digits each are a date in this century or, but for 1900-02-29, the last."""
    try:
        return bool(datetime.date(2000 + int(year), int(month), int(day)))
    except ValueError:
        return False


def argentina(value: str) -> bool:
    """CUIT and CUIL (AFIP)."""
    return complement_of_11(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), ten=9) == int(value[10])


def australia_tax(value: str) -> bool:
    """Tax file number (ATO)."""
    return weighted_sum(value, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def australia_medicare(value: str) -> bool:
    """Medicare card (Services Australia)."""
    return weighted_sum(value, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])


def austria(value: str) -> bool:
    """Sozialversicherungsnummer; the fourth digit is the check digit."""
    weights = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
    return weighted_sum(value, weights) % 11 == int(value[3]) and is_date(value[4:6], value[6:8], value[8:])


def belgium(value: str) -> bool:
    """Rijksregisternummer; people born since 2000 have a 2 before the number that is divided."""
    body, check = value[:9], int(value[9:])
    return is_date(value[4:6], value[2:4], value[:2]) and check in (97 - int(body) % 97, 97 - int(f"2{body}") % 97)


def brazil(value: str) -> bool:
    """CPF (Receita Federal)."""
    first = weighted_sum(value, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted_sum(value, range(11, 1, -1)) * 10 % 11 % 10
    return value[9:] == f"{first}{second}" and len(set(value)) > 1


def bulgaria(value: str) -> bool:
    """EGN; 20 or 40 is added to the month for other centuries."""
    month = f"{int(value[2:4]) % 20:02d}"
    check = weighted_sum(value, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return check == int(value[9]) and is_date(value[4:6], month, value[:2])


def chile(value: str) -> bool:
    """RUT; K stands for 10."""
    check = -weighted_sum(value[-2::-1], (2, 3, 4, 5, 6, 7) * 2) % 11
    return value[-1] == "0123456789K"[check]


def china(value: str) -> bool:
    """Resident identity number (GB 11643-1999); X stands for 10."""
    check = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(value[:17]))
    return "10X98765432"[check % 11] == value[17] and is_date(value[12:14], value[10:12], value[8:10])


def czechia(value: str) -> bool:
    """Rodné číslo, also of Slovakia; 50 is added to the month for women, and 20 on days whose numbers ran out."""
    month = f"{int(value[2:4]) % 50 % 20:02d}"
    rest = int(value[:9]) % 11
    return rest % 10 == int(value[9]) and is_date(value[4:6], month, value[:2])


def denmark(value: str) -> bool:
    """CPR number: a date and a serial number; since 2007 they have no check digit."""
    return is_date(value[:2], value[2:4], value[4:6])


def estonia(value: str) -> bool:
    """Isikukood, and asmens kodas of Lithuania."""
    check = weighted_sum(value, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted_sum(value, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return check == int(value[10]) and is_date(value[5:7], value[3:5], value[1:3])


def finland(value: str) -> bool:
    """Henkilötunnus, with or without the sign of its century."""
    digits = value[:6] + value[-4:-1]
    return FINNISH_CHARACTERS[int(digits) % 31] == value[-1] and is_date(value[:2], value[2:4], value[4:6])


def france(value: str) -> bool:
    """NIR (INSEE); 2A and 2B of Corsica count as 19 and 18."""
    body = value[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(value[13:])


def germany(value: str) -> bool:
    """Steuer-Identifikationsnummer (BZSt): of the first ten digits, one stands there twice or three times."""
    counts = sorted(value[:10].count(digit) for digit in set(value[:10]))
    return value[0] != "0" and counts[-1] in (2, 3) and counts[-2] == 1 and mod_11_10(value)


def greece(value: str) -> bool:
    """AMKA."""
    return is_date(value[:2], value[2:4], value[4:6]) and luhn(value)


def hong_kong(value: str) -> bool:
    """HKID; A stands for 10 and a missing first letter for 36."""
    numbers = [int(c, 36) for c in value[:-1]]
    numbers = [36, *numbers] if len(numbers) == 7 else numbers
    check = -sum(number * weight for number, weight in zip(numbers, range(9, 1, -1), strict=True)) % 11
    return value[-1] == "0123456789A"[check]


def iceland(value: str) -> bool:
    """Kennitala; the ninth digit is the check digit."""
    check = complement_of_11(value, (3, 2, 7, 6, 5, 4, 3, 2), ten=None)
    return check == int(value[8]) and is_date(value[:2], value[2:4], value[4:6])


def india(value: str) -> bool:
    """Aadhaar (UIDAI); none starts with 0 or 1."""
    return value[0] not in "01" and verhoeff(value)


def ireland(value: str) -> bool:
    """PPS number; a second letter counts nine times."""
    second = 9 * IRISH_LETTERS.index(value[8]) if len(value) == 9 else 0
    return IRISH_LETTERS[(weighted_sum(value[:7], range(8, 1, -1)) + second) % 23] == value[7]


def italy(value: str) -> bool:
    """Codice fiscale (Agenzia delle Entrate)."""
    odd = sum(ITALIAN_ODD[c] for c in value[:15:2])
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in value[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == value[15]


def japan(value: str) -> bool:
    """My Number."""
    rest = weighted_sum(value, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == int(value[11])


def korea(value: str) -> bool:
    """Resident registration number."""
    check = (11 - weighted_sum(value, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return check == int(value[12]) and is_date(value[4:6], value[2:4], value[:2])


def mexico(value: str) -> bool:
    """CURP (RENAPO)."""
    total = sum(CURP_CHARACTERS.index(c) * (18 - i) for i, c in enumerate(value[:17]))
    return -total % 10 == int(value[17]) and is_date(value[8:10], value[6:8], value[4:6])


def netherlands(value: str) -> bool:
    """Burgerservicenummer."""
    return weighted_sum(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def norway(value: str) -> bool:
    """Fødselsnummer; 40 is added to the day of a D number."""
    first = complement_of_11(value, (3, 7, 6, 1, 8, 9, 4, 5, 2), ten=None)
    second = complement_of_11(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), ten=None)
    day = f"{int(value[:2]) % 40:02d}"
    return (first, second) == (int(value[9]), int(value[10])) and is_date(day, value[2:4], value[4:6])


def poland(value: str) -> bool:
    """PESEL; 20, 40, 60 or 80 is added to the month for other centuries."""
    month = f"{int(value[2:4]) % 20:02d}"
    check = -weighted_sum(value[:10], (1, 3, 7, 9) * 3) % 10
    return check == int(value[10]) and is_date(value[4:6], month, value[:2])


def portugal(value: str) -> bool:
    """NIF (Autoridade Tributária)."""
    return complement_of_11(value, range(9, 1, -1)) == int(value[8])


def romania(value: str) -> bool:
    """CNP."""
    check = weighted_sum(value, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (1 if check == 10 else check) == int(value[12]) and is_date(value[5:7], value[3:5], value[1:3])


def russia(value: str) -> bool:
    """SNILS."""
    return weighted_sum(value, range(9, 0, -1)) % 101 % 100 == int(value[9:])


def serbia(value: str) -> bool:
    """JMBG, used in the countries of former Yugoslavia."""
    check = complement_of_11(value, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
    return check == int(value[12]) and is_date(value[:2], value[2:4], value[5:7])


def singapore(value: str) -> bool:
    """NRIC and FIN; 4 is added for T and G, 3 for M."""
    letters = next(letters for series, letters in SINGAPORE_LETTERS.items() if value[0] in series)
    total = weighted_sum(value[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(value[0], 0)
    return letters[total % 11] == value[8]


def south_africa(value: str) -> bool:
    """Identity number of 13 digits."""
    return value[10] in "012" and is_date(value[4:6], value[2:4], value[:2]) and luhn(value)


def spain(value: str) -> bool:
    """DNI and NIE; X, Y and Z count as 0, 1 and 2."""
    number = value[:-1].translate(str.maketrans("XYZ", "012"))
    return SPANISH_LETTERS[int(number) % 23] == value[-1]


def sweden(value: str) -> bool:
    """Personnummer, with or without the century; 60 is added to the day of a samordningsnummer."""
    short = value[-10:]
    return is_date(f"{int(short[4:6]) % 60:02d}", short[2:4], short[:2]) and luhn(short)


def switzerland(value: str) -> bool:
    """AHV number (ZAS)."""
    return ean(value)


def taiwan(value: str) -> bool:
    """National identification card."""
    letter = 10 + TAIWANESE_LETTERS.index(value[0])
    return (letter // 10 + weighted_sum(f"{letter % 10}{value[1:]}", (9, 8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def thailand(value: str) -> bool:
    """Identity card."""
    return (11 - weighted_sum(value, range(13, 1, -1)) % 11) % 10 == int(value[12])


def turkey(value: str) -> bool:
    """T.C. kimlik numarası."""
    digits = [int(c) for c in value]
    first = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return value[0] != "0" and digits[9] == first and digits[10] == sum(digits[:10]) % 10


def united_kingdom_insurance(value: str) -> bool:
    """National Insurance number: letters that are in use; there is no check digit."""
    return value[:2] not in BRITISH_UNUSED


def united_kingdom_health(value: str) -> bool:
    """NHS number."""
    return complement_of_11(value, range(10, 1, -1), ten=None) == int(value[9])
