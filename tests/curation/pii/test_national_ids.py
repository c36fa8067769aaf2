"""National ids: found in the form of their country, with the right check digit; other numbers are left alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.curation.pii.detect import find_pii
from winnow.curation.pii.national_ids import NATIONAL_IDS, find_national_ids

SENTENCES = [
    ("my CUIT is 20-26756539-3", "20-26756539-3"),
    ("tax file number 123 456 782", "123 456 782"),
    ("medicare card 2123 45670 1", "2123 45670 1"),
    ("meine Sozialversicherungsnummer ist 1237 010180", "1237 010180"),
    ("national number 85.07.30-033.28", "85.07.30-033.28"),
    ("my cpf is 390.533.447-05", "390.533.447-05"),
    ("EGN 7523169263", "7523169263"),
    ("my SIN is 046 454 286", "046 454 286"),
    ("I am 12.531.909-2, please update", "12.531.909-2"),
    ("resident 11010519491231002X moved", "11010519491231002X"),
    ("OIB 33392005961", "33392005961"),
    ("rodné číslo 710319/2745", "710319/2745"),
    ("my cpr number is 211062-5629", "211062-5629"),
    ("isikukood 36805280109", "36805280109"),
    ("I was given 131052-308T", "131052-308T"),
    ("it is 2 95 10 99 126 111 93 on the form", "2 95 10 99 126 111 93"),
    ("Steuer-ID: 36574261809", "36574261809"),
    ("AMKA 01013099997", "01013099997"),
    ("my HKID is A123456(3)", "A123456(3)"),
    ("kennitala 120174-3399", "120174-3399"),
    ("aadhaar 2341 2341 2346 does not link", "2341 2341 2346"),
    ("my PPS number is 6433435F", "6433435F"),
    ("teudat zehut 039337423", "039337423"),
    ("it says RCCMNL83S18D969H there", "RCCMNL83S18D969H"),
    ("my number card 123456789018", "123456789018"),
    ("rrn 971013-9019902", "971013-9019902"),
    ("curp BOXW310820HNERXN09", "BOXW310820HNERXN09"),
    ("my bsn is 111222333", "111222333"),
    ("fødselsnummer 15108695088", "15108695088"),
    ("PESEL 44051401359 is rejected", "44051401359"),
    ("NIF 501964843", "501964843"),
    ("CNP 1630615123457", "1630615123457"),
    ("СНИЛС 112-233-445 95", "112-233-445 95"),
    ("JMBG 0101006500006", "0101006500006"),
    ("nric S1234567D", "S1234567D"),
    ("my id number is 7503305044089", "7503305044089"),
    ("DNI 54362315K", "54362315K"),
    ("NIE X2482300W", "X2482300W"),
    ("personnummer 880320-0016", "880320-0016"),
    ("AHV 756.9217.0769.85", "756.9217.0769.85"),
    ("taiwan id A123456789", "A123456789"),
    ("thai id 1-2345-45678-78-1", "1-2345-45678-78-1"),
    ("T.C. kimlik no 17291716060", "17291716060"),
    ("national insurance number AB 12 34 56 C", "AB 12 34 56 C"),
    ("nhs number 943 476 5870", "943 476 5870"),
]


WITHOUT_CHECK = ("AB 12 34 56 C", "211062-5629", "2123 45670 1", "120174-3399")
"""The last digit is no check digit."""


@pytest.mark.parametrize(("text", "value"), SENTENCES)
def test_a_national_id_is_found_whole(text: str, value: str) -> None:
    assert [(one.entity, text[one.start : one.end]) for one in find_pii(text)] == [("NATIONAL_ID", value)]


def test_every_country_has_a_sentence() -> None:
    found = {
        country
        for country, one in NATIONAL_IDS.items()
        for _, value in SENTENCES
        if any(value in match[0] for match in one.pattern.finditer(value))
    }
    assert found == set(NATIONAL_IDS)


@pytest.mark.parametrize(("text", "value"), [one for one in SENTENCES if one[1] not in WITHOUT_CHECK])
def test_a_wrong_check_digit_is_no_national_id(text: str, value: str) -> None:
    last = max(i for i, c in enumerate(value) if c.isdigit())
    others = [f"{value[:last]}{digit}{value[last + 1 :]}" for digit in "0123456789" if digit != value[last]]
    found = [other for other in others if list(find_national_ids(text.replace(value, other)))]
    assert len(found) <= 2, found  # a number of one country may be one of another country too


@pytest.mark.parametrize(
    "text",
    [
        "order 44051401359 has not come",
        "tracking number 111222333",
        "44051401359",
        "model S1234567D of the printer",
        "ISBN 9780306406157",
        "the part number is AB123456C",
        "call it 20-26756539-3",
        "2341 2341 2346 is a nice row",
    ],
)
def test_numbers_of_other_kinds_are_left_alone(text: str) -> None:
    assert list(find_national_ids(text)) == []


@given(st.integers(0, 10**18), st.integers(7, 18))
def test_numbers_without_a_word_are_almost_never_one(number: int, length: int) -> None:
    digits = str(random.Random(number).randrange(10 ** (length - 1), 10**length))
    found = list(find_national_ids(f"it says {digits} here"))
    assert all(end - start in (13, 15, 18) for start, end in found)  # a form with a date or a fixed prefix
