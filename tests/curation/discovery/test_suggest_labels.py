"""The parts of a suggestion: which queries are compared, its name, and its examples."""

from __future__ import annotations

import pytest

from winnow.curation.discovery import suggest_labels
from winnow.curation.discovery.suggest_labels import (
    EXAMPLES,
    AskedQuery,
    sampled_queries,
    shown_examples,
    suggested_names,
)


def test_equal_queries_are_one_with_their_number() -> None:
    found = sampled_queries(["My parcel", "my  PARCEL", "an invoice"])
    assert found == ([AskedQuery("My parcel", 2), AskedQuery("an invoice", 1)], 2)


def test_of_too_many_queries_the_sample_does_not_depend_on_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggest_labels, "MAX_QUERIES", 10)
    texts = [f"query {number}" for number in range(50)] * 2
    found = sampled_queries(texts)
    assert (len(found.queries), found.of) == (10, 50)
    assert {one.count for one in found.queries} == {2}
    assert {*sampled_queries(texts[::-1]).queries} == {*found.queries}


@pytest.mark.parametrize(
    ("typical", "examples", "names"),
    [
        ([["rate", "exchange"]], [["what is the exchange rate"]], ["exchange_rate"]),
        ([["card", "cards", "lost"]], [["i lost my card"]], ["lost_card"]),
        (
            [["card"], ["card"], ["card", "pin"]],
            [["card"], ["card"], ["pin of a card"]],
            ["card", "group_2", "pin_card"],
        ),
        ([["pin", "card", "new"]] * 2, [["pin card new"]] * 2, ["pin_card", "pin_card_new"]),
        ([[], ["can't", "pay"]], [["打开灯"], ["i can't pay"]], ["group_1", "cant_pay"]),
    ],
)
def test_each_suggestion_has_a_name_of_its_own(
    typical: list[list[str]], examples: list[list[str]], names: list[str]
) -> None:
    assert list(suggested_names(typical, examples).values()) == names


def test_long_queries_are_examples_only_where_short_ones_are_missing() -> None:
    long = ["long " * 60, "longer " * 60]
    assert shown_examples([long[1], long[0], "short"]) == ["short", long[0], long[1]]
    assert shown_examples([long[0], *map(str, range(EXAMPLES))]) == [*map(str, range(EXAMPLES))]
