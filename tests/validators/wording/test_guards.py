from __future__ import annotations

import pytest

from winnow.validators.wording.guards import Guards, protecting_guard

GUARDS = Guards({"device": ["laptop", "phone", "smart phone"], "city": ["Rome"]})


@pytest.mark.parametrize(
    ("one", "other", "guard"),
    [
        ("transfer 50 dollars to savings", "transfer 70 dollars to savings", "numbers"),
        ("two tickets please", "three tickets please", "numbers"),
        ("my iphone12 broke", "my iphone13 broke", "numbers"),
        ("remind me tomorrow", "don't remind me tomorrow", "negation"),
        ("i can sign in", "I cannot sign in", "negation"),
        ("transfer 50 dollars to my savings", "transfer 50 dollars from my savings", "direction"),
        ("move it from checking to savings", "move it from savings to checking", "direction"),
        ("turn the lights on", "turn the lights off", "direction"),
        ("convert dollars to euros", "convert euros to dollars", "direction"),
        ("from door to door", "please, from door to door", None),
        ("from room 2 to room 3", "from room 3 to room 2", "numbers"),
        ("my laptop is broken", "my phone is broken", "slots"),
        ("a flight to Rome", "a flight to paris", "slots"),
        ("I want to pay in the app", "I want to pay on the app", None),
        ("please reset my password", "Reset my password, please", None),
        ("from savings to checking", "to checking from my savings", None),
        ("I can't sign in", "i cannot sign in", None),
    ],
)
def test_what_protects_two_near_texts_from_dedup(one: str, other: str, guard: str | None) -> None:
    a, b = GUARDS.signature(one), GUARDS.signature(other)
    assert protecting_guard(a, b) == protecting_guard(b, a) == guard


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("transfer 50 dollars", "transfer 0 dollars"),
        ("at 10:30 on 3/4", "at 0 on 0"),
        ("fifty dollars", "0 dollars"),
        ("roll over my 401k", "roll over my 401k"),
        ("my Smart Phone and my LAPTOP in rome", "my device and my device in city"),
        ("microphone", "microphone"),
        ("İSTANBUL or Straße", "İSTANBUL or Straße"),
    ],
)
def test_numbers_and_slot_values_are_masked_for_leakage(text: str, masked: str) -> None:
    assert GUARDS.masked(text) == masked


def test_slot_values_of_any_script_are_found_however_they_are_cased() -> None:
    guards = Guards({"city": ["istanbul", "İzmir", "Straße"]})
    assert guards.masked("die STRASSE hier") == "die city hier"
    for text in ("ıstanbul flight", "İstanbul hava", "ISTANBUL"):
        assert isinstance(guards.masked(text), str)
        guards.signature(text)
