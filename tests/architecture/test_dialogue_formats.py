"""Every format of dialogues has a row with which it is fuzzed."""

from __future__ import annotations

from tests.support.dialogue_rows import ROWS
from winnow.validators.tools.dialects import DIALECTS, LAYOUTS


def test_every_format_has_a_row_that_is_damaged_in_tests() -> None:
    assert {*(one.name for one in DIALECTS), *(one.name for one in LAYOUTS)} == {*ROWS}
