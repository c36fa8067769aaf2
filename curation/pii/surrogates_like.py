"""Surrogates in the form of what they replace: with its separators and, where a schema asks, its length and classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from winnow.core.vocabulary import PiiEntity
from winnow.curation.pii.check_digits import luhn, mod_97_10
from winnow.curation.pii.surrogates import NUMBERS_OF_NOBODY, surrogate

Form = Callable[[int, str], str]
"""Writes the surrogate with a number in the form of an occurrence; empty where the occurrence has another form."""

LOCAL_DIGITS = 7
"""Digits of a phone number without its area."""

MIN_DIGITS = 6
"""Digits from which a number has zeros in front and still differs from others."""

SERVICE = re.compile(r"(?:[A-Za-z]{1,12}[_-]){1,2}")
"""What names the service of a key, such as "sk_live_"; it is no secret."""

EXAMPLE = "EXAMPLE"


def forms_like(entity: str, number: int, occurrence: str, *, is_number: bool) -> Iterator[str]:
    """Surrogates of one value in the form of an occurrence, the most natural first; empty where there is none.

    All occurrences of one value have equally many forms, and each is replaced by the same one. `is_number` says that
    the occurrence is a JSON number: its surrogate is one, too.
    """
    for form in FORMS.get(PiiEntity(entity), (_natural(entity),)):
        written = form(number, occurrence)
        is_fit = not is_number or (written.isdigit() and written[0] != "0")
        yield written if is_fit else ""


def filled(occurrence: str, digits: str) -> str:
    """The digits between the separators of an occurrence, from the right.

    Digits for which it has no place come first; separators between digits that are missing are left out.
    """
    start = re.match(r"\D*", occurrence)
    lead = start[0] if start else ""
    left = list(digits)
    shown: list[str] = []
    for character in reversed(occurrence[len(lead) :]):
        if character.isdigit() and not left:
            shown = list("".join(reversed(shown)).lstrip(" -./")[::-1])
            break
        shown.append(left.pop() if character.isdigit() else character)
    return lead + "".join(left) + "".join(reversed(shown))


def _natural(entity: str) -> Form:
    return lambda number, _: surrogate(entity, number)


def _count(occurrence: str) -> int:
    return sum(character.isdigit() for character in occurrence)


def _phone(number: int, occurrence: str) -> str:
    """A number of 555-0100 to 555-0199: with +1 where the occurrence names a country, without area if it has none."""
    main = re.split(r"[a-z]", occurrence, flags=re.I)[0].rstrip()
    digits = re.sub(r"\D", "", surrogate(PiiEntity.PHONE_NUMBER, number))
    start = re.match(r"(?P<sign>\+|00)\s?\(?\d{1,3}\)?(?P<between>[\s.\-()/]+)|(?P<joined>\+)", main)
    if start is None:
        is_long = _count(main) == len(digits) and main.startswith("1")
        return filled(main, digits if is_long else digits[-LOCAL_DIGITS if _count(main) == LOCAL_DIGITS else 1 :])
    if start["joined"]:
        return f"+{digits}"
    national = filled(main[start.end() :], digits[1:])
    between = start["between"] if ")" in national else start["between"].replace("(", "")
    return f"{start['sign']}1{between}{national}"


def _phone_of_country(number: int, occurrence: str) -> str:
    """The code of the country, and zeros: no national number begins with three of them."""
    start = re.match(r"\+\d{1,3}(?=\D)", occurrence) or re.match(_calling_codes(), occurrence)
    rest = occurrence[start.end() :] if start else ""
    return f"{start[0]}{_zeros(number, rest)}" if start and _zeros(number, rest) else ""


def _calling_codes() -> str:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return r"\+(?:" + "|".join(map(str, sorted(COUNTRY_CODE_TO_REGION_CODE, reverse=True))) + ")"


def _card(number: int, occurrence: str) -> str:
    """Of as many digits, in the range of test cards, with a valid check digit."""
    length = _count(occurrence)
    free = length - 9
    if free < 3:
        return surrogate(PiiEntity.CREDIT_CARD, number)
    body = f"40000000{number % 10 ** min(free, 7):0{free}d}"
    return filled(occurrence, next(card for digit in range(10) if luhn(card := f"{body}{digit}")))


def _iban(number: int, occurrence: str) -> str:
    plain = surrogate(PiiEntity.IBAN_CODE, number)
    plain = plain.lower() if occurrence.islower() else plain
    separator = next((character for character in occurrence if not character.isalnum()), "")
    return separator.join(plain[i : i + 4] for i in range(0, len(plain), 4)) if separator else plain


def _iban_of_country(number: int, occurrence: str) -> str:
    """The country and the length stay; the check digits are 00, which none has, and it fails the check."""
    letters = [character for character in occurrence if character.isalnum()]
    length = len(letters) - 4
    bodies = (f"{(number + step) % 10**10:0{length}d}" for step in range(2))
    country = "".join(letters[:2])
    if not country.isalpha():
        return ""
    body = next(one for one in bodies if not mod_97_10(f"{one}{country.upper()}00"))
    left = iter(f"{country}00{body}")
    return "".join(next(left) if character.isalnum() else character for character in occurrence)


def _ip(number: int, occurrence: str) -> str:
    """An address of a network for documentation (RFC 5737, RFC 3849), with the prefix of the occurrence."""
    plain = f"2001:db8::{number % 65_536:x}" if ":" in occurrence else surrogate(PiiEntity.IP_ADDRESS, number)
    return plain + "".join(occurrence.partition("/")[1:])


def _mac(number: int, occurrence: str) -> str:
    digits = iter(surrogate(PiiEntity.MAC_ADDRESS, number).replace(":", ""))
    written = "".join(next(digits) if character.isalnum() else character for character in occurrence)
    return written.lower() if occurrence.islower() else written


def _web_address(number: int, occurrence: str) -> str:
    address = surrogate(PiiEntity.URL, number)
    scheme = re.match(r"\w+://", occurrence)
    kept = scheme[0] if scheme and scheme[0].casefold() in ("http://", "https://") else "https://"
    return address.replace("https://", kept if scheme else "")


def _web_address_of_file(number: int, occurrence: str) -> str:
    """With the suffix of the file."""
    suffix = re.search(r"/[^/?#]*(\.\w{1,5})(?:[?#]|$)", occurrence.partition("://")[2] or occurrence)
    return _web_address(number, occurrence) + suffix[1] if suffix else ""


def _email(number: int, occurrence: str) -> str:
    return surrogate(PiiEntity.EMAIL_ADDRESS, number).replace("@", "%40" if "%40" in occurrence else "@")


def _email_of_length(number: int, occurrence: str) -> str:
    """As many characters, at a host that cannot exist."""
    host = "@example.com" if len(occurrence) > 14 else "@a.test"
    free = len(occurrence) - len(host) - 1
    return f"u{number % 10 ** min(free, 12):0{free}d}{host}" if free > 0 else ""


def _email_of_letters(number: int, _: str) -> str:
    """Without digits in its name."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number % 1_000_000:06d}") + "@example.com"


def _secret_of_service(number: int, occurrence: str) -> str:
    """The prefix of the service and the length stay."""
    prefix = (SERVICE.match(occurrence) or [""])[0]
    free = len(occurrence) - len(prefix) - len(EXAMPLE)
    word = EXAMPLE.lower() if occurrence.islower() else EXAMPLE
    return f"{prefix}{word}{number % 10 ** min(free, 12):0{free}d}" if free >= 3 else ""


def _digits_only(number: int, occurrence: str) -> str:
    """Zeros and the number in place of letters and digits."""
    length = sum(character.isalnum() for character in occurrence)
    return _in_place(occurrence, _number_of_zeros(number, length)) if length >= MIN_DIGITS else ""


def _zeros(number: int, occurrence: str) -> str:
    """Digits that begin with three zeros, and X for letters."""
    length = _count(occurrence)
    if length < MIN_DIGITS or not occurrence.isascii():
        return ""
    crossed = re.sub("[a-z]", "x", re.sub("[A-Z]", "X", occurrence))
    digits = iter(_number_of_zeros(number, length))
    return "".join(next(digits) if character.isdigit() else character for character in crossed)


def _number_of_zeros(number: int, length: int) -> str:
    return f"000{number % 10 ** min(length - 3, 12):0{length - 3}d}"


def _in_place(occurrence: str, characters: str) -> str:
    left = iter(characters)
    return "".join(next(left) if character.isalnum() else character for character in occurrence)


def _without_zeros(number: int, occurrence: str) -> str:
    """Digits that belong to nobody and that a JSON number may begin with; few of them repeat one digit."""
    length = _count(occurrence)
    if re.search(r"[^\W\d]", occurrence) or length < 3:
        return ""
    start = next((start for least, start in NUMBERS_OF_NOBODY.items() if length >= least), "")
    if not start:
        return filled(occurrence, str(1 + number % 9) * length)
    free = length - len(start)
    return filled(occurrence, f"{start}{number % 10 ** min(free, 12):0{free}d}")


NUMBER_FORMS: tuple[Form, ...] = (_zeros, _without_zeros)

FORMS: dict[PiiEntity, tuple[Form, ...]] = {
    PiiEntity.PHONE_NUMBER: (_phone, _phone_of_country, *NUMBER_FORMS),
    PiiEntity.CREDIT_CARD: (_card, *NUMBER_FORMS),
    PiiEntity.IBAN_CODE: (_iban, _iban_of_country, *NUMBER_FORMS),
    PiiEntity.IP_ADDRESS: (_ip,),
    PiiEntity.MAC_ADDRESS: (_mac,),
    PiiEntity.URL: (_web_address, _web_address_of_file),
    PiiEntity.EMAIL_ADDRESS: (_email, _email_of_length, _email_of_letters),
    PiiEntity.US_SSN: (*NUMBER_FORMS, _natural(PiiEntity.US_SSN)),
    PiiEntity.US_BANK_NUMBER: (*NUMBER_FORMS, _natural(PiiEntity.US_BANK_NUMBER)),
    PiiEntity.NATIONAL_ID: (*NUMBER_FORMS, _natural(PiiEntity.NATIONAL_ID)),
    PiiEntity.US_PASSPORT: (_natural(PiiEntity.US_PASSPORT), *NUMBER_FORMS),
    PiiEntity.US_DRIVER_LICENSE: (_natural(PiiEntity.US_DRIVER_LICENSE), *NUMBER_FORMS),
    PiiEntity.CRYPTO: (_natural(PiiEntity.CRYPTO), lambda number, _: "1BitcoinEaterAddressDontSendf59kuE"),
    PiiEntity.SECRET: (_natural(PiiEntity.SECRET), _secret_of_service, _digits_only, _without_zeros),
}
"""The forms of each entity, the most natural first; of others there is one."""
