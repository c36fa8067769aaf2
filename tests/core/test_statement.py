"""Names and reasons of decisions must be readable."""

from __future__ import annotations

import pytest

from winnow.core.statement import statement_problems


@pytest.mark.parametrize("missing", ["", " ", "\u200b", "...", "\u3164"])
def test_each_missing_statement_is_a_problem_of_its_parameter(missing: str) -> None:
    assert statement_problems(by="Ann", reason="a pilot") == []
    (by,) = statement_problems(by=missing, reason="a pilot")
    assert (by.where, by.expected) == ("by", "a name")
    (reason,) = statement_problems(by="Ann", reason=missing)
    assert (reason.where, reason.expected) == ("reason", "a reason")
    assert len(statement_problems(by=missing, reason=missing)) == 2


@pytest.mark.parametrize("character", ["\n", "\x1b", "\x00", "\t", "\x9b", "\u2028", "\u202e", "\ud800"])
def test_a_character_that_acts_on_what_shows_it_is_refused_by_its_number(character: str) -> None:
    (by,) = statement_problems(by=f"Ann{character}Lee", reason="a pilot")
    assert (by.where, by.found[:20]) == ("by", f"the character U+{ord(character):04X}")
    (reason,) = statement_problems(by="Ann", reason=f"a {character} pilot")
    assert (reason.where, reason.expected) == ("reason", "a reason on one line")


def test_names_of_all_scripts_and_joined_characters_are_statements() -> None:
    assert statement_problems(by="\u0645\u0631\u06cc\u0645\u200c\u062c\u0627\u0646", reason="good 👩\u200d💻\n") == []
