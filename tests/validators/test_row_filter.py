from __future__ import annotations

from typing import Any

import pytest

from winnow.validators.row_filter import FilterError, parse_filter

ROW = {
    "role": "user",
    "channel": "chat",
    "score": 7,
    "Ticket Type": " Billing ",
    "empty": None,
    "is_bot": False,
    "day": "2026-02-01",
}


@pytest.mark.parametrize(
    "condition",
    [
        "role = 'user'",
        "role == user",
        'role="user"',
        "role = 'user' and channel != 'email'",
        "role in (customer, user)",
        "role not in ('agent', \"bot\")",
        "role = agent or channel = chat",
        "role = agent and channel = email or score = 7.0",
        "role = agent and (channel = email or score = 7) or score = 7",
        "not role = agent",
        "not (role = agent or role = bot)",
        "NOT role = agent AND Role2 is empty",
        "score > 6 and score <= 7 and score >= 7",
        "score < 10",
        "day >= 2026-01-15 and day < 2026-03-01",
        "`Ticket Type` = Billing",
        '"Ticket Type" = "Billing"',
        "empty is empty",
        "role is not empty",
        "is_bot = false",
        "empty != x",
        "role <> agent",
    ],
)
def test_conditions_that_hold(condition: str) -> None:
    assert parse_filter(condition).keeps(ROW)
    assert not parse_filter(f"not ({condition})").keeps(ROW)


@pytest.mark.parametrize(
    "condition",
    [
        "role = User",
        "score > 7",
        "empty < 5",
        "empty > a",
        "role in (agent)",
        "channel is empty",
        "score < 10 and role = agent",
    ],
)
def test_conditions_that_do_not_hold(condition: str) -> None:
    assert not parse_filter(condition).keeps(ROW)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", "the end of the condition, expected the name of a column"),
        ("role", "expected `=`, `!="),
        ("role =", "the end of the condition, expected a value"),
        ("role = 'user", 'a quote that is not closed, at "\'user"'),
        ("role = user channel = chat", "found 'channel = chat', expected `and`, `or` or the end"),
        ("(role = user", r"expected `)`"),
        ("role in user", "expected `(` and the values"),
        ("role in (user", "expected `,` or `)`"),
        ("role in ()", "expected a value"),
        ("role is null", "expected `empty`"),
        ("and = 1", "expected the name of a column"),
        ("__import__('os')", "expected `=`"),
        ("not " * 60 + "a = 1", "more than 50"),
        ("(" * 60 + "a = 1" + ")" * 60, "more than 50"),
        ("a = " + "1" * 2000, "at most 2,000"),
    ],
)
def test_what_is_no_condition_is_refused_at_its_place(condition: str, expected: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(condition)
    assert expected in str(caught.value)


def test_a_quote_inside_a_value_is_doubled_and_columns_are_known() -> None:
    row: dict[str, Any] = {"who": "it's"}
    found = parse_filter("who = 'it''s' or n > 3")
    assert found.keeps(row)
    assert [(one.column, one.values, one.by_order) for one in found.compared] == [
        ("who", ("it's",), False),
        ("n", ("3",), True),
    ]
