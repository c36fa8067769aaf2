"""Whose latest vote counts, and when a record needs an adjudicator."""

from __future__ import annotations

import pytest

from winnow.curation.annotations.votes import (
    ABSTAINED,
    DISCARDED,
    REJECTED,
    SEVERAL_INTENTS,
    Vote,
    latest_choices,
    latest_votes,
    needs_adjudication,
    votes_by_record,
)


def person(value: str, who: str, kind: str = "label") -> Vote:
    return Vote("r", "person", who, kind, value)


A, B, C, D = (person("a", "ann"), person("a", "bob"), person("b", "cat"), person("b", "dan"))
SEVERAL = person(SEVERAL_INTENTS, "eve", "abstention")
PASSED_ON = person(DISCARDED, "fay", "abstention")
UNSURE = person("unsure", "gus", "abstention")
ADJUDICATED = Vote("r", "adjudicator", "zoe", "label", "b")


@pytest.mark.parametrize(
    ("votes", "needed"),
    [
        ([], False),
        ([A], False),
        ([A, B], False),
        ([A, C], True),
        ([A, B, C], False),
        ([A, C, D, person("c", "hal")], False),
        ([A, B, C, D], True),
        ([A, B, C, D, person("a", "hal")], False),
        ([A, B, C, D, person("c", "hal")], True),
        ([A, C, ADJUDICATED], False),
        ([PASSED_ON], False),
        ([UNSURE], True),
        ([UNSURE, A], False),
        ([SEVERAL], True),
        ([SEVERAL, A], True),
        ([SEVERAL, A, B], False),
        ([PASSED_ON, A], False),
        ([A, person("b", "ann")], False),
        ([Vote("r", "file", "f", "label", "b"), A], False),
    ],
)
def test_people_who_disagree_or_cannot_decide_need_an_adjudicator(votes: list[Vote], needed: bool) -> None:
    assert needs_adjudication(votes) is needed


def test_only_the_latest_vote_of_each_person_counts_in_the_order_of_voting() -> None:
    again = person("b", "ann")
    assert list(latest_votes([A, C, again], "person").items()) == [("cat", C), ("ann", again)]
    assert latest_choices([A, C, person("x", "cat", "abstention")], "person") == {"ann": "a"}
    assert latest_choices([A], "adjudicator") == {}


def test_rejections_and_abstentions_are_choices_that_no_label_can_have() -> None:
    assert person("unusable", "ann", "rejection").choice == REJECTED
    assert UNSURE.choice == ABSTAINED
    assert A.choice == "a"


def test_votes_are_grouped_by_record() -> None:
    other = A._replace(record_id="s")
    found = votes_by_record([A, other, C])
    assert (found["r"], found["s"], found["t"]) == ([A, C], [other], [])
