"""National ids: numbers that a state gives its residents, where their form and check digit can be verified."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from winnow.curation.pii import national_id_checks as checks
from winnow.curation.pii.check_digits import luhn, mod_11_10

LONG_ENOUGH = re.compile(r"(?:\d[ .\-/(+]?[A-Z]?){6}", re.I)
"""Every national id below has six digits with at most a separator and a letter between them."""

CONTEXT_CHARACTERS = 60
"""Characters before a number in which a word names it."""

NATIONAL_WORDS = (
    r"national (?:id\b|identi|insurance|regist|number)|identity (?:card|number|no|document|code)|id[ -]card"
    r"|(?:personal|citizen|resident|civil)(?: id\w*)?(?: registration)? (?:id|number|no|code)|tax(?:payer)?(?: id\w*)? "
    r"(?:id|number|no|code)|fiscal (?:code|number)|social (?:security|insurance)|birth number|health (?:card|number)"
)
"""What people call a national id in English, of any country."""

OTHER_NUMBER = re.compile(
    r"\b(?:orders?|track\w*|invoice|reference|ref|part|serial|model|sku|isbn|product|item|ticket|case|booking"
    r"|confirmation|parcel|package|shipment|transaction|batch|lot|barcode|ean|upc|version|build|commit|hash|error|code)"
    r"\W+(?:\w+\W+){0,2}$",
    re.I,
)
"""Words right before a number that say that it is another kind of number."""


class NationalId(NamedTuple):
    """The national id of one country."""

    pattern: re.Pattern[str]
    """Its written form, with separators."""
    valid: Callable[[str], bool]
    """Whether the letters and digits are such a number."""
    words: re.Pattern[str]
    """The words that people use for it."""
    named: bool
    """It counts only after one of the words: a number of this form could be anything."""


def _id(pattern: str, valid: Callable[[str], bool], words: str, *, named: bool = True) -> NationalId:
    edges = rf"(?<![\w.,/\-])(?:{pattern})(?!\w|[.,/\-]\w)"
    return NationalId(re.compile(edges, re.I), valid, re.compile(rf"\b(?:{words}|{NATIONAL_WORDS})", re.I), named)


def _right_before(word: str) -> str:
    """A word that is also an ordinary one: it counts only right before the number."""
    return rf"(?:{word})(?:\W+(?:number|no|nr|card|is|was))*\W*$"


_NINE = r"\d{3}[ .-]?\d{3}[ .-]?\d{3}"
_ELEVEN = r"\d{11}|\d{3}[ .-]\d{3}[ .-]\d{3}[ .-]\d{2}|\d{2}[ .-]\d{3}[ .-]\d{3}[ .-]\d{3}"

NATIONAL_IDS = {
    "Argentina": _id(r"\d{2}-?\d{8}-?\d", checks.argentina, "cui[tl]"),
    "Australia, tax": _id(_NINE, checks.australia_tax, "tfn|tax file"),
    "Australia, Medicare": _id(r"[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ /-]?\d)?", checks.australia_medicare, "medicare"),
    "Austria": _id(r"[1-9]\d{3}[ -]?\d{6}", checks.austria, "svnr|sozialversicherung|sv-?nummer"),
    "Belgium": _id(
        r"\d{2}\.?\d{2}\.?\d{2}[ -]?\d{3}[ .-]?\d{2}", checks.belgium, "rijksregister|registre national|niss|insz"
    ),
    "Brazil": _id(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", checks.brazil, "cpf"),
    "Brazil, formatted": _id(r"\d{3}\.\d{3}\.\d{3}-\d{2}", checks.brazil, "cpf", named=False),
    "Bulgaria": _id(r"\d{10}", checks.bulgaria, "egn|егн"),
    "Canada": _id(_NINE, luhn, _right_before("sin")),
    "Chile": _id(r"\d{1,2}\.?\d{3}\.?\d{3}-?[\dK]", checks.chile, _right_before("rut|run")),
    "Chile, formatted": _id(r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", checks.chile, _right_before("rut|run"), named=False),
    "China": _id(r"[1-9]\d{5}(?:19|20)\d{2}\d{7}[\dX]", checks.china, "身份证", named=False),
    "Croatia": _id(r"\d{11}", mod_11_10, "oib"),
    "Czechia, Slovakia": _id(r"\d{6}/?\d{4}", checks.czechia, "rodn[ée]"),
    "Denmark": _id(r"\d{6}-?\d{4}", checks.denmark, "cpr"),
    "Estonia, Lithuania": _id(r"[1-6]\d{10}", checks.estonia, "isikukood|asmens kod"),
    "Finland": _id(
        r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", checks.finland, "hetu|henkilötunnus", named=False
    ),
    "France": _id(
        r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", checks.france,
        r"nir|num[ée]ro de s[ée]curit[ée] sociale|insee", named=False,
    ),
    "Germany": _id(_ELEVEN, checks.germany, f"steuer|idnr|{_right_before('tin')}"),
    "Greece": _id(r"\d{11}", checks.greece, "amka|αμκα"),
    "Hong Kong": _id(r"[A-Z]{1,2}\d{6}(?:\([\dA]\)|[\dA])", checks.hong_kong, "hkid|hong kong id"),
    "Hong Kong, formatted": _id(r"[A-Z]{1,2}\d{6}\([\dA]\)", checks.hong_kong, "hkid", named=False),
    "Iceland": _id(r"\d{6}-?\d{4}", checks.iceland, "kennitala"),
    "India": _id(r"\d{4}[ -]?\d{4}[ -]?\d{4}", checks.india, "aadh?aa?r|uidai"),
    "Ireland": _id(r"\d{7} ?[A-W][A-IW]?", checks.ireland, "ppsn?"),
    "Israel": _id(r"\d{9}", luhn, r"te?udat ze?hut|israeli id|ת\.?ז"),
    "Italy": _id(
        r"[A-Z]{6} ?\d{2}[A-EHLMPR-T]\d{2} ?[A-Z]\d{3} ?[A-Z]", checks.italy, "codice fiscale", named=False
    ),
    "Japan": _id(r"\d{4}[ -]?\d{4}[ -]?\d{4}", checks.japan, "my ?number|マイナンバー|個人番号"),
    "South Korea": _id(r"\d{6}-\d{7}", checks.korea, "rrn|resident registration|주민등록", named=False),
    "Mexico": _id(
        r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d", checks.mexico, "curp", named=False
    ),
    "Netherlands": _id(r"\d{9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3}", checks.netherlands,
        "bsn|burgerservice|sofi"),
    "Norway": _id(r"\d{6}[ -]?\d{5}", checks.norway, "f[øo]dselsnummer|personnummer"),
    "Poland": _id(r"\d{11}", checks.poland, "pesel"),
    "Portugal": _id(_NINE, checks.portugal, "nif|contribuinte"),
    "Romania": _id(r"[1-9]\d{12}", checks.romania, "cnp|cod numeric"),
    "Russia": _id(r"\d{3}-?\d{3}-?\d{3}[ -]?\d{2}", checks.russia, "snils|снилс"),
    "Serbia and neighbors": _id(r"\d{13}", checks.serbia, "jmbg|emšo|emso|јмбг"),
    "Singapore": _id(r"[STFGM]\d{7}[A-Z]", checks.singapore, f"nric|{_right_before('fin')}", named=False),
    "South Africa": _id(r"\d{6} ?\d{4} ?\d{3}", checks.south_africa, "south african id|sa id|rsa id|id number"),
    "Spain": _id(r"(?:[XYZ]-?\d{7}|\d{8})[ -]?[A-Z]", checks.spain, "dni|nie|nif"),
    "Spain, without separators": _id(r"(?:[XYZ]\d{7}|\d{8})[A-Z]", checks.spain, "dni|nie|nif", named=False),
    "Sweden": _id(r"(?:19|20)?\d{6}[-+]?\d{4}", checks.sweden, "personnummer|samordningsnummer"),
    "Sweden, with the sign": _id(r"(?:19|20)?\d{6}[-+]\d{4}", checks.sweden, "personnummer", named=False),
    "Switzerland": _id(
        r"756\.?\d{4}\.?\d{4}\.?\d{2}", checks.switzerland, "ahv|avs|oasi", named=False
    ),
    "Taiwan": _id(r"[A-Z][1289]\d{8}", checks.taiwan, "taiwan|身分證"),
    "Thailand": _id(r"[1-8]-?\d{4}-?\d{5}-?\d{2}-?\d", checks.thailand, "thai|บัตรประชาชน"),
    "Türkiye": _id(r"[1-9]\d{10}", checks.turkey, r"kimlik|tckn|t\.?c\.? ?no"),
    "United Kingdom, insurance": _id(
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", checks.united_kingdom_insurance,
        r"nino|ni (?:number|no)|national insurance",
    ),
    "United Kingdom, health": _id(r"\d{3}[ -]?\d{3}[ -]?\d{4}", checks.united_kingdom_health, "nhs"),
}  # fmt: skip
"""By country. Those without `named` have letters, dates or separators that other numbers lack."""


def find_national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Spans of national ids: of the right form, with the right check digit, and named where the form is common."""
    if not LONG_ENOUGH.search(text):
        return
    for one in NATIONAL_IDS.values():
        for match in one.pattern.finditer(text):
            if one.valid(_compact(match[0])) and _is_one(text, match.start(), one):
                yield match.span()


def _is_one(text: str, start: int, one: NationalId) -> bool:
    before = text[max(0, start - CONTEXT_CHARACTERS) : start]
    return bool(one.words.search(before)) or not (one.named or OTHER_NUMBER.search(before))


def _compact(value: str) -> str:
    return re.sub(r"[ .\-/()+]", "", value.upper())
