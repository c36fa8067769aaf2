"""E-mail addresses, web addresses and phone numbers are given, or invented."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("said", "value", "name"),
    [
        ("mail Ann.Lee@Corp.com", "ann.lee@corp.com", "to"),
        ("mail ann at corp dot com", "ann@corp.com", "to"),
        ("open winnow.dev/docs", "https://www.winnow.dev/docs/", "url"),
        ("open http://winnow.dev", "https://winnow.dev", "url"),
        ("call (415) 555-0132", "+14155550132", "phone"),
        ("call +44 20 7946 0018", "02079460018", "phone_number"),
    ],
)
def test_a_contact_in_another_form_is_normalized(said: str, value: str, name: str) -> None:
    found = grade(said, value, name=name)
    assert found.level is GroundingLevel.NORMALIZED, found.why
    assert found.rule in (GroundingRule.SAME_CONTACT, GroundingRule.SAME_WORDS)


@pytest.mark.parametrize(
    ("said", "value", "name"),
    [
        ("mail Ann", "ann.lee@gmail.com", "to"),
        ("open the page", "https://winnow.dev/docs", "url"),
        ("ping the server", "10.0.3.17", "ip"),
        ("call Ann", "+14155550132", "phone"),
        ("call (415) 555-0132", "+14155550133", "phone"),
    ],
)
def test_a_contact_that_nobody_gave_is_an_error(said: str, value: str, name: str) -> None:
    for required in (True, False):
        found = grade(said, value, name=name, required=required)
        assert (found.level, found.rule) == (GroundingLevel.ERROR, GroundingRule.INVENTED_CONTACT), found.why


def test_a_description_may_say_that_a_value_is_a_phone_number() -> None:
    schema = {"description": "The phone number to validate."}
    assert grade("validate it", "+14155550132", name="number", schema=schema).rule is GroundingRule.INVENTED_CONTACT
    assert grade("validate it 7", "+14155550132", name="number").rule is GroundingRule.COMPUTED


@pytest.mark.parametrize(
    ("said", "value", "name"),
    [
        ("mail Ann Lee at Corp", "ann.lee@corp.com", "to"),
        ("open the homepage of Mozilla", "https://www.mozilla.org", "url"),
        ("call the police", "911", "phone"),
        ("ping this computer", "127.0.0.1", "ip"),
    ],
)
def test_a_contact_that_may_be_known_is_reviewed(said: str, value: str, name: str) -> None:
    assert grade(said, value, name=name).level is GroundingLevel.REVIEW
