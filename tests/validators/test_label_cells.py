from __future__ import annotations

import numpy as np
import pytest

from winnow.core.vocabulary import DropReason
from winnow.validators.label_cells import combined_labels, read_label
from winnow.validators.text import Drop

LABELS = ("a", "b", "c d", "x|y", "[sic]")


@pytest.mark.parametrize(
    "cell", [["a"], ("a",), '["a"]', "['a']", "[a]", np.array(["a"]), ["a", "a"], ["a", None, " "]]
)
def test_a_list_of_one_is_that_label(cell: object) -> None:
    assert read_label(cell, LABELS) == "a"


@pytest.mark.parametrize("cell", [[], "[]", "[ ]", [None], None, np.array([])])
def test_an_empty_list_is_no_label(cell: object) -> None:
    assert read_label(cell, LABELS) is None


@pytest.mark.parametrize(
    "cell", [["a", "b"], '["a", "b"]', "['a' 'b']", "[a, b]", "a|b", "a; b", "a#b", "__label__a __label__b", "a\nc d"]
)
def test_several_labels_are_refused_with_their_names(cell: object) -> None:
    found = read_label(cell, LABELS)
    assert isinstance(found, Drop)
    assert found.reason == DropReason.SEVERAL_LABELS
    assert "several labels: 'a', '" in found.detail


def test_a_label_with_such_characters_is_a_label() -> None:
    assert [read_label(one, LABELS) for one in ("x|y", "[sic]", "a|other", 3, 0.5)] == [
        "x|y",
        "[sic]",
        "a|other",
        3,
        0.5,
    ]


def test_spans_are_no_label() -> None:
    found = read_label([[0, 5, "a"]], LABELS)
    assert isinstance(found, Drop)
    assert found.reason == DropReason.MALFORMED_ROW


def test_labels_are_combined_where_every_part_is_one_elsewhere() -> None:
    assert combined_labels(["a", "b", "a|b", "c|d", "c"]) == {"a|b"}
