"""The command that follows a check: what is frozen already is not frozen again."""

from __future__ import annotations

from dataclasses import replace

from tests.support.evaluations import an_evaluation
from winnow.operations.after_check import command_after_check
from winnow.workspace import Workspace


def test_what_the_newest_release_holds_is_not_frozen_again(frozen_example: Workspace) -> None:
    checked, place = frozen_example.check(), frozen_example._context
    assert command_after_check(place, checked) == frozen_example.status().next != "winnow freeze NAME"
    relabeled = checked.table.copy()
    relabeled.loc[checked.train.index[0], "label"] = "it_wifi"
    relabeled.loc[checked.train.index[1], "label"] = "it_vpn"
    changed = replace(checked, table=relabeled)
    assert command_after_check(place, changed) == "winnow freeze NAME"


def test_an_evaluation_says_how_many_rows_repeats_left_out() -> None:
    measures = an_evaluation("r", 0.8, rows=850)
    assert measures.population == "850 rows"
    assert measures.model_copy(update={"occurrences": 850}).population == "850 rows"
    repeated = measures.model_copy(update={"occurrences": 893, "left_out": {"disputed": 3}})
    assert repeated.population == "850 rows of 896; without 43 repeats, 3 disputed"
