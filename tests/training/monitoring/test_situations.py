"""Twelve written-down situations: what `decide` recommends, and why; docs/situations.md shows the same."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.decision_situations import SITUATIONS, recommendation_of, table_row
from tests.support.paths import ROOT


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one["situation"])
def test_a_situation_has_its_recommendation(situation: dict[str, Any]) -> None:
    found = recommendation_of(situation)
    expected = situation["expected"]
    assert (found.recommended_action, found.reason, found.next) == (
        expected["action"],
        expected["reason"],
        expected["next"],
    )


def test_the_documentation_shows_every_situation() -> None:
    lines = (ROOT / "docs" / "situations.md").read_text(encoding="utf-8").splitlines()
    assert [row for one in SITUATIONS if (row := table_row(one)) not in lines] == []
    assert set(Counter(one["family"] for one in SITUATIONS).values()) == {3}
