from __future__ import annotations

from winnow.core.counted import counted


def test_one_is_singular_and_every_other_count_is_plural() -> None:
    assert [counted(n, "record") for n in (0, 1, 2, 1200)] == ["0 records", "1 record", "2 records", "1,200 records"]
