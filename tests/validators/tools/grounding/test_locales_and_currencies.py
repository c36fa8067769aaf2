"""Countries, languages, time zones and currencies are recognized by name, code and symbol."""

from __future__ import annotations

import pytest

from tests.support.grounding import grade
from winnow.validators.tools.grounding.finding import GroundingLevel, GroundingRule


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("news from Germany", "DE"),
        ("news from Germany", "deu"),
        ("hotels in the UK", "GB"),
        ("hotels in the USA", "US"),
        ("hotels in the US", "United States"),
        ("Brazilian music", "BR"),
        ("Indian songs", "in"),
        ("Japanese restaurants", "JP"),
        ("Canadian restaurants", "CA"),
        ("French wine", "FR"),
        ("in Spanish", "es"),
        ("in Spanish", "es-ES"),
        ("in Portuguese please", "pt_BR"),
        ("the time in New York", "America/New_York"),
    ],
)
def test_a_country_or_language_in_another_form_is_normalized(said: str, value: str) -> None:
    found = grade(said, value, name="code")
    assert (found.level, found.rule) == (GroundingLevel.NORMALIZED, GroundingRule.SAME_LOCALE), found.why


def test_the_language_of_a_country_is_reviewed() -> None:
    found = grade("news from Germany", "de-DE", name="language")
    assert (found.level, found.rule) == (GroundingLevel.REVIEW, GroundingRule.SAME_LOCALE)


@pytest.mark.parametrize(
    ("said", "value"), [("news from Germany", "FR"), ("in Spanish", "pt"), ("the time in Boston", "America/New_York")]
)
def test_another_country_or_language_is_reviewed(said: str, value: str) -> None:
    assert grade(said, value, name="code").rule is GroundingRule.COMPOSED


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("20 dollars", "USD"),
        ("it costs $20", "usd"),
        ("20 US dollars", "USD"),
        ("in euros", "EUR"),
        ("it costs 20€", "EUR"),
        ("£20", "GBP"),
        ("fifty yen", "JPY"),
        ("Swiss francs", "CHF"),
        ("Australian dollars", "AUD"),
        ("in USD", "US Dollar"),
        ("convert rupees", "INR"),
    ],
)
def test_a_currency_in_another_form_is_normalized(said: str, value: str) -> None:
    found = grade(said, value, name="currency")
    assert found.level is GroundingLevel.NORMALIZED, found.why
    assert found.rule in (GroundingRule.SAME_CURRENCY, GroundingRule.SAME_WORDS)


def test_a_name_that_several_currencies_have_is_reviewed() -> None:
    found = grade("twenty pesos", "MXN", name="currency")
    assert (found.level, found.rule) == (GroundingLevel.REVIEW, GroundingRule.SAME_CURRENCY)


def test_another_currency_is_reviewed() -> None:
    assert grade("in euros", "JPY", name="currency").rule is GroundingRule.COMPOSED
