"""Long sequences in parts."""

from __future__ import annotations

from winnow.core.parts import parts_of


def test_parts_hold_every_item_once_in_order_and_count_progress_on_the_whole() -> None:
    counted: list[tuple[int, int]] = []
    parts = list(parts_of("abcde", 2))
    assert ["".join(one.items) for one in parts] == ["ab", "cd", "e"]
    for one in parts:
        report = one.counted(lambda done, total: counted.append((done, total)))
        assert report is not None
        report(len(one.items), len(one.items))
    assert counted == [(2, 5), (4, 5), (5, 5)]
    assert parts[0].counted(None) is None
    assert list(parts_of([], 2)) == []
