from __future__ import annotations

import pytest

from winnow.curation.annotations.derive_label import DerivedLabel, derive_labels
from winnow.curation.annotations.votes import Vote


def vote(actor: str, value: str, who: str | None = None, kind: str = "label") -> Vote:
    return Vote("r", actor, who or actor, kind, value)


FILE_A, FILE_B = vote("file", "a", "file:1"), vote("file", "b", "file:1")


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([FILE_A], DerivedLabel("labeled", "a", "file")),
        ([FILE_A, FILE_B], DerivedLabel("disputed", None, "file", ("a", "b"))),
        ([FILE_A, vote("file", "a", "file:2")], DerivedLabel("labeled", "a", "file")),
        ([FILE_A, vote("person", "b", "ann")], DerivedLabel("labeled", "b", "person")),
        ([vote("person", "a", "ann"), vote("person", "b", "bob")], DerivedLabel("labeled", "b", "person")),
        (
            [vote("person", "a", "ann"), vote("person", "a", "bob"), vote("person", "b", "cat")],
            DerivedLabel("labeled", "a", "agreement"),
        ),
        (
            [vote("person", v, w) for v, w in (("a", "ann"), ("a", "bob"), ("b", "cat"), ("b", "dan"))],
            DerivedLabel("disputed", None, "agreement", ("a", "b")),
        ),
        ([vote("person", "a", "ann"), vote("person", "b", "ann")], DerivedLabel("labeled", "b", "person")),
        (
            [vote("adjudicator", "c"), vote("person", "a", "ann"), vote("person", "a", "bob")],
            DerivedLabel("labeled", "c", "adjudicator"),
        ),
        ([FILE_A, vote("person", "unusable", "ann", kind="rejection")], DerivedLabel("rejected", None, "person")),
        ([vote("model", "a"), vote("rule", "b")], DerivedLabel("unlabeled")),
        ([vote("model", "b"), FILE_A], DerivedLabel("labeled", "a", "file")),
    ],
)
def test_the_highest_rank_decides(votes: list[Vote], expected: DerivedLabel) -> None:
    assert derive_labels(votes)["r"] == expected


def test_a_synthetic_record_waits_for_a_person() -> None:
    # the working table lets a synthetic source speak as a model
    synthetic, proposal = frozenset({"r"}), vote("model", "a", "file:made")
    assert derive_labels([proposal], synthetic=synthetic)["r"] == DerivedLabel("proposed", "a")
    rule, rejection = vote("rule", "b"), vote("model", "c", kind="rejection")
    assert derive_labels([rule, rejection], synthetic=synthetic)["r"] == DerivedLabel("proposed")
    assert derive_labels([proposal, vote("model", "b"), rule, rejection], synthetic=synthetic)["r"] == DerivedLabel(
        "proposed", "b"
    )
    assert derive_labels([proposal, vote("person", "b", "ann")], synthetic=synthetic)["r"] == DerivedLabel(
        "labeled", "b", "person"
    )
    assert derive_labels([proposal])["r"] == DerivedLabel(
        "unlabeled"
    )  # seen in traffic too: a query that nobody has labeled
    assert derive_labels([proposal, FILE_B])["r"] == DerivedLabel("labeled", "b", "file")


def test_a_file_proposes_the_label_of_a_synthetic_record_and_a_rule_does_not() -> None:
    votes = [vote("model", "a"), FILE_B, vote("rule", "c")]
    assert derive_labels(votes, synthetic=frozenset({"r"})) == {"r": DerivedLabel("proposed", "b")}
