from __future__ import annotations

import pytest

from winnow.core.choices import NAMES_SHOWN, check_choice, choice_problem
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.vocabulary import Split


def test_a_choice_is_returned_as_the_member_that_it_names() -> None:
    assert check_choice("split", "test", Split) is Split.TEST
    assert choice_problem("split", "test", Split) is None


def test_another_value_is_refused_with_all_choices_and_the_nearest() -> None:
    with pytest.raises(WinnowError) as caught:
        check_choice("split", "tests", Split)
    assert str(caught.value) == "split: unknown value 'tests'; expected: train, validation, test; did you mean 'test'?"
    far = Problem(Parameter("split"), "unknown value 'x'", "train, validation, test", "choose one of these")
    assert choice_problem("split", "x", Split) == far


def test_of_many_names_the_first_are_listed() -> None:
    names = [f"label_{number:03}" for number in range(NAMES_SHOWN + 5)]
    assert choice_problem("label", "x", names[:NAMES_SHOWN]).expected == ", ".join(names[:NAMES_SHOWN])  # type: ignore[union-attr]
    found = choice_problem("label", "x", names)
    assert found is not None
    assert found.expected == f"{', '.join(names[:NAMES_SHOWN])} and 5 more"
