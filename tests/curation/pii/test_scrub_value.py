"""One value in many texts: it is replaced in all of them, as it is written there, by one surrogate."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.curation.pii.detect import find_pii
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.curation.pii.scrub_value import found_in_value, scrub_value
from winnow.curation.pii.spellings import private_value
from winnow.curation.pii.surrogates_like import forms_like
from winnow.validators.tools.strict_json import JsonValue

SCRUBBER = Scrubber(DEFAULT_POLICY, b"a test's own key")


def scrubbed(*texts: JsonValue) -> list[JsonValue]:
    found = scrub_value(list(texts), SCRUBBER).value
    assert isinstance(found, list)
    return found


def digits(value: JsonValue) -> str:
    return re.sub(r"\D", "", str(value))


@pytest.mark.parametrize(
    "spellings",
    [
        ["call 905-674-3793", "+1 (905) 674-3793", "9056743793", 9056743793, "usr_9056743793", '{"n": 9056743793}'],
        ["my mobile is +44 7700 063966", "07700 063966", "447700063966"],
        ["charge 4111 1111 1111 1111", "4111-1111-1111-1111", 4111111111111111, "x4111111111111111"],
        ["my amex 371449635398431 was declined", 371449635398431, "3714 496353 98431"],
        ["pay DE89 3704 0044 0532 0130 00", "de89370400440532013000"],
        ["mail Ann.Lee@firm.co.uk", "ann.lee@FIRM.co.uk", "to=ann.lee%40firm.co.uk", "it is ann dot lee at firm.co.uk"],
        ["ping 86.121.97.248/24 now", "86.121.97.248", "v 86.121.97.248."],
        ["my ssn is 460-89-9847", "460 89 9847", 460899847, '[460899847]'],
        ["see https://wiki.firm.com/a?b=c", "wiki.firm.com/a?b=c", "http://wiki.firm.com/a?b=c/"],
        ["key ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"],
        ["adapter 3c:22:fb:1a:9e:07 drops", "3C-22-FB-1A-9E-07", "3c22fb1a9e07"],
        ["my password is hunter2xyz", "hunter2xyz"],
        ["add her to checking account 20905432", 20905432, "20905432"],
    ],
)  # fmt: skip
def test_every_spelling_of_a_value_is_replaced_by_one_surrogate(spellings: list[JsonValue]) -> None:
    found = scrubbed(*spellings)
    original = digits(spellings[1])
    for before, after in zip(spellings, found, strict=True):
        assert type(after) is type(before)
        assert after != before
        assert len(original) < 6 or original not in digits(after)
        if isinstance(before, str) and before[0] in "[{":
            json.loads(str(after))
    assert scrub_value(found, SCRUBBER).rewrites == ()


def test_a_surrogate_has_the_separators_of_what_it_replaces() -> None:
    text, argument, number = scrubbed("call 905-674-3793", "(905) 674.3793", 9056743793)
    assert re.fullmatch(r"call \d{3}-555-01\d\d", str(text))
    assert re.fullmatch(r"\(\d{3}\) 555\.01\d\d", str(argument))
    assert digits(text) == digits(argument) == digits(number)


def test_the_name_of_an_argument_tells_what_its_value_is() -> None:
    value: JsonValue = {"phone": "9056743793", "orderId": "9056743794", "pin": 4892, "attempts": 4892}
    found = scrub_value(value, SCRUBBER)
    assert [one.entity for one in found.rewrites] == ["PHONE_NUMBER", "SECRET"]
    assert isinstance(found.value, dict)
    assert (found.value["orderId"], found.value["attempts"]) == ("9056743794", 4892)
    assert (type(found.value["pin"]), found.value["pin"] == 4892) == (int, False)
    assert sorted(found_in_value(value, SCRUBBER)) == ["PHONE_NUMBER", "SECRET"]


def test_a_short_value_is_not_replaced_where_it_may_be_something_else() -> None:
    text, arguments = scrubbed("my pin is 4892", {"pin": "4892", "year": 4892, "note": "room 4892"})
    assert isinstance(arguments, dict)
    assert text == f"my pin is {arguments['pin']}"
    assert (arguments["year"], arguments["note"]) == (4892, "room 4892")


def test_what_a_schema_lists_is_not_private() -> None:
    texts: JsonValue = ["mail help@firm.com or ann@firm.com", {"to": "help@firm.com"}]
    found = scrub_value(texts, SCRUBBER, listed={"help@firm.com"})
    assert isinstance(found.value, list)
    assert "help@firm.com" in str(found.value[0])
    assert found.value[1] == {"to": "help@firm.com"}
    assert len(found.rewrites) == 1
    assert found_in_value(found.value, SCRUBBER, listed={"help@firm.com"}) == []


def test_keys_with_private_data_are_replaced_and_names_are_not() -> None:
    found = scrub_value({"ann@firm.com": 1, "e-mail": "ann@firm.com"}, SCRUBBER).value
    assert isinstance(found, dict)
    (key, name) = found
    assert (name, found["e-mail"]) == ("e-mail", key)
    assert key.endswith("@example.com")


def test_a_policy_drops_the_whole_value() -> None:
    strict = Scrubber({**DEFAULT_POLICY, "EMAIL_ADDRESS": "drop"}, b"k")  # type: ignore[dict-item]
    assert scrub_value(["hello", {"to": "ann@firm.com"}], strict).dropped == "EMAIL_ADDRESS"


def test_nothing_else_changes() -> None:
    value: JsonValue = ["plain", {"a": [1, 2.5, True, None, -3, ""], "price": 4892}, "order 12 of 2024-05-01"]
    assert scrub_value(value, SCRUBBER).value is value


PLANTED = {
    "EMAIL_ADDRESS": "ann.lee@firm.co.uk",
    "PHONE_NUMBER": "+49 30 901820",
    "CREDIT_CARD": "4111 1111 1111 1111",
    "IBAN_CODE": "DE89 3704 0044 0532 0130 00",
    "IP_ADDRESS": "86.121.97.248",
    "MAC_ADDRESS": "3c:22:fb:1a:9e:07",
    "URL": "https://firm.com/x.pdf",
    "US_SSN": "460-89-9847",
    "US_BANK_NUMBER": "20905432",
    "NATIONAL_ID": "44051401359",
    "US_PASSPORT": "C03005988",
    "US_DRIVER_LICENSE": "D1234567",
    "SECRET": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "CRYPTO": "0x52908400098527886E0F7030069857D2E4169EE7",
}


@given(st.sampled_from(sorted(PLANTED)), st.integers(0, 10**12), st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_form_of_a_surrogate_is_known_again_as_one(entity: str, number: int, joined: bool) -> None:
    written = digits(PLANTED[entity]) if joined and digits(PLANTED[entity]) else PLANTED[entity]
    for form in filter(None, forms_like(entity, number, written, is_number=False)):
        for text in (f"take {form} then", f"my number is {form}", f'{{"phone": "{form}", "account": 1}}'):
            assert find_pii(text) == [], text


def test_forms_keep_length_and_classes_where_a_schema_asks_for_them() -> None:
    forms = {entity: list(forms_like(entity, 123456, text, is_number=False)) for entity, text in PLANTED.items()}

    def fits(entity: str, pattern: str) -> bool:
        return any(re.fullmatch(pattern, form) for form in forms[entity])

    assert fits("SECRET", r"ghp_\w{36}")
    assert fits("US_PASSPORT", r"[A-Z]\d{8}")
    assert fits("US_DRIVER_LICENSE", r"[A-Z]\d{7}")
    assert fits("IBAN_CODE", r"DE\d\d( \d{4}){4} \d\d")
    assert fits("CREDIT_CARD", r"\d{4}( \d{4}){3}")
    assert fits("URL", r"https://.*\.pdf")
    assert fits("EMAIL_ADDRESS", r"[^@]+@example\.com")
    assert len(forms["EMAIL_ADDRESS"][1]) == len(PLANTED["EMAIL_ADDRESS"])


def test_a_phone_number_has_the_same_digits_with_and_without_its_country() -> None:
    spelled = ["+49 30 901820", "030 901820", "0049 30 901820"]
    assert len({private_value("PHONE_NUMBER", one) for one in spelled}) == 1
