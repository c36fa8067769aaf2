from __future__ import annotations

import pytest

from winnow.validators.tools.judging.same_text import folded_text, same_text

SAME = [
    ("New York", "new york"),
    ("New York", "New-York"),
    ("New York", "NewYork"),
    ("Asia/Tokyo", "asia tokyo"),
    ("April 1, 2024", "April 1,2024"),
    ("April 1, 2024", "april 1 2024."),
    ("user_name", "username"),
    ("it's", 'it"s'),
    ("1,000,000", "1000000"),
    ("from 3,500 to 4,200", "from 3500 to 4200"),
    ("10.5", "10,5"),
    ("2024-11-01", "2024/11/01"),
    ("top-10", "top 10"),
    ("3x**2 + 1", "3x^2+1"),
    ("a * b", "A*b"),
    ("*", "*"),
    ("", ""),
]
OTHER = [
    ("New York", "York"),
    ("1.5", "15"),
    ("1,5", "15"),
    ("12,34", "1234"),
    ("1,0000", "10000"),
    ("2024-11-1", "2024-1-11"),
    ("2022-03-11", "20220311"),
    ("-5", "5"),
    ("from -5", "from 5"),
    ("10:30", "1030"),
    ("x*y", "x/y"),
    ("x*y", "xy"),
    ("xy", "x*y"),
    ("x^2", "x2"),
    ("x**2", "x*2"),
    ("*", "-"),
    ("-", ""),
    (" ", ""),
    ("C++", "C"),
    ("a@b.com", "a.b.com"),
    ("hello!", "hello"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_writings_are_the_same(one: str, other: str) -> None:
    assert same_text(one, other)
    assert same_text(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_numbers_formulas_and_signs_are_not(one: str, other: str) -> None:
    assert not same_text(one, other)
    assert not same_text(other, one)


def test_the_benchmark_removes_spaces_and_eight_characters() -> None:
    assert folded_text("A b,c.d/e-f_g*h^i'J\"") == 'abcdefghi"j"'
    kept = "!?;:()[]{}<>@#$%&+=|~`\n\t\\"
    assert folded_text(kept) == kept
