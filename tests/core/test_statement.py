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
