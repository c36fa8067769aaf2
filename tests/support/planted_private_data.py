"""Private values that belong to nobody, in several spellings, for tests that look for what is left of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

from winnow.curation.pii.check_digits import luhn
from winnow.curation.pii.spellings import private_value
from winnow.validators.tools.strict_json import JsonValue

LOWER, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"


@dataclass(frozen=True)
class Planted:
    """One private value."""

    entity: str
    plain: str
    """As an argument may have it."""
    said: str
    """As a person says it, so that it is found."""
    before: str
    """What the person says before it."""
    other: str
    """Another spelling."""
    number: int | None = None
    """The value as a JSON number, if it can be one."""

    @property
    def folded(self) -> str:
        """What all spellings have in common."""
        return private_value(self.entity, self.plain).folded

    def is_in(self, text: str) -> bool:
        """Whether a text has the value in any spelling."""
        folded = text.casefold().replace("%40", "@")
        return self.folded in folded or self.folded in re.sub(r"[^a-z0-9]", "", folded)

    def spellings(self) -> list[JsonValue]:
        """The value as arguments may hold it."""
        return [self.plain, self.other, *([] if self.number is None else [self.number])]


def _email(name: str, host: str) -> Planted:
    plain = f"{name}@{host}-mail.com"
    return Planted("EMAIL_ADDRESS", plain, plain.title(), "write to ", plain.upper())


def _phone(area: int, office: int, line: int) -> Planted:
    plain = f"{area}{office}{line:04d}"
    said = f"{area}-{office}-{line:04d}"
    return Planted("PHONE_NUMBER", plain, said, "call ", f"+1 ({area}) {office} {line:04d}", int(plain))


def _card(body: str) -> Planted:
    plain = next(card for digit in DIGITS if luhn(card := f"4{body}{digit}"))
    groups = [plain[i : i + 4] for i in range(0, 16, 4)]
    return Planted("CREDIT_CARD", plain, " ".join(groups), "charge my card ", "-".join(groups), int(plain))


def _iban(body: str) -> Planted:
    check = 98 - int(f"{body}131400") % 97  # D is 13, E is 14
    plain = f"DE{check:02d}{body}"
    groups = " ".join(plain[i : i + 4] for i in range(0, 22, 4))
    return Planted("IBAN_CODE", plain, groups, "transfer it to ", plain.lower())


def _token(body: str) -> Planted:
    plain = f"ghp_{body}"
    return Planted("SECRET", plain, plain, "use the token ", plain)


def _ip(first: int, second: int, third: int, last: int) -> Planted:
    plain = f"{first}.{second}.{third}.{last}"
    return Planted("IP_ADDRESS", plain, plain, "ping ", f"{plain}/24")


def _spread(text: str) -> bool:
    return len(set(text)) > 6


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count).filter(_spread)


def planted_values() -> st.SearchStrategy[Planted]:
    """Any private value of the entities below."""
    words = st.text(LOWER, min_size=6, max_size=10)
    mixed = st.text(LOWER + LOWER.upper() + DIGITS, min_size=36, max_size=36).filter(_spread)
    area = st.integers(201, 989).filter(lambda n: n % 100 != 11 and n != 555)
    return st.one_of(
        st.builds(_email, words.map(lambda word: f"{word}.x"), words),
        st.builds(_phone, area, area, st.integers(200, 9899)),
        st.builds(_card, _digits(14)),
        st.builds(_iban, _digits(18)),
        st.builds(_token, mixed),
        st.builds(_ip, st.integers(20, 90), st.integers(101, 250), st.integers(101, 250), st.integers(1, 250)),
    )
