from __future__ import annotations

import pytest

from curation.labels import Derived, Vote, derive


def vote(actor: str, value: str, who: str | None = None, kind: str = "label") -> Vote:
    return Vote("r", actor, who or actor, kind, value)


FILE_A, FILE_B = vote("file", "a", "file:1"), vote("file", "b", "file:1")


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([FILE_A], Derived("labeled", "a", "file")),
        ([FILE_A, FILE_B], Derived("disputed", None, "file", ("a", "b"))),
        ([FILE_A, vote("file", "a", "file:2")], Derived("labeled", "a", "file")),
        ([FILE_A, vote("person", "b", "ann")], Derived("labeled", "b", "person")),
        ([vote("person", "a", "ann"), vote("person", "b", "bob")], Derived("labeled", "b", "person")),
        (
            [vote("person", "a", "ann"), vote("person", "a", "bob"), vote("person", "b", "cat")],
            Derived("labeled", "a", "agreement"),
        ),
        (
            [vote("person", v, w) for v, w in (("a", "ann"), ("a", "bob"), ("b", "cat"), ("b", "dan"))],
            Derived("disputed", None, "agreement", ("a", "b")),
        ),
        ([vote("person", "a", "ann"), vote("person", "b", "ann")], Derived("labeled", "b", "person")),
        (
            [vote("adjudicator", "c"), vote("person", "a", "ann"), vote("person", "a", "bob")],
            Derived("labeled", "c", "adjudicator"),
        ),
        ([FILE_A, vote("person", "unusable", "ann", kind="rejection")], Derived("rejected", None, "person")),
        ([vote("model", "a"), vote("rule", "b")], Derived("unlabeled")),
        ([vote("model", "b"), FILE_A], Derived("labeled", "a", "file")),
    ],
)
def test_the_highest_rank_decides(votes: list[Vote], expected: Derived) -> None:
    assert derive(votes)["r"] == expected


def test_a_synthetic_record_waits_for_a_person() -> None:
    # the working table lets a synthetic source speak as a model
    synthetic, proposal = frozenset({"r"}), vote("model", "a", "file:made")
    assert derive([proposal], synthetic=synthetic)["r"] == Derived("proposed", "a")
    assert derive([proposal, vote("person", "b", "ann")], synthetic=synthetic)["r"] == Derived("labeled", "b", "person")
    assert derive([proposal])["r"] == Derived("unlabeled")  # seen in traffic too: a query that nobody has labeled
    assert derive([proposal, FILE_B])["r"] == Derived("labeled", "b", "file")
