from __future__ import annotations

from winnow.validators.text import first_problems


def test_a_reason_names_the_first_problems_and_counts_the_others() -> None:
    assert first_problems(["a", "b"], most=2) == "a; b"
    assert first_problems(["a", "b", "c", "d"], most=2) == "a; b; and 2 more"
