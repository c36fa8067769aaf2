from __future__ import annotations

from datetime import UTC, datetime

import pytest

from winnow.validators.time_cells import DayOrder, TimeForm, read_time, time_form

DAY, MONTH = DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05"),
        ("2024-01-02", "2024-01-02T00:00:00"),
        ("01.12.2023", "2023-12-01T00:00:00"),
        ("1.12.2023 17:04", "2023-12-01T17:04:00"),
        ("31/12/2023", "2023-12-31T00:00:00"),
        ("12/31/2023 5:04 PM", "2023-12-31T17:04:00"),
        ("12/31/23 12:04:05 AM", "2023-12-31T00:04:05"),
        ("31-12-2023, 17:04:05", "2023-12-31T17:04:05"),
        ("2023/12/31 17:04", "2023-12-31T17:04:00"),
        ("Wed Oct 11 06:55:44 +0000 2017", "2017-10-11T06:55:44"),
        ("Wed Oct 11 06:55:44 -0530 2017", "2017-10-11T12:25:44"),
        ("Tue, 02 Jan 2024 03:04:05 +0100", "2024-01-02T02:04:05"),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "2024-01-02T03:04:05"),
        ("2 January 2024", "2024-01-02T00:00:00"),
        ("Jan 2, 2024 3:04 p.m.", "2024-01-02T15:04:00"),
        ("2-Jan-2024", "2024-01-02T00:00:00"),
        ("1704164645", "2024-01-02T03:04:05"),
        ("1704164645000", "2024-01-02T03:04:05"),
        ("45291", "2023-12-31T00:00:00"),
        ("45291.5", "2023-12-31T12:00:00"),
    ],
)
def test_forms_of_times(value: str, expected: str) -> None:
    assert read_time(value) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "yesterday", "03/04/2024", "45/13/2023", "12", "12/31", "2024-13-01", "x 5:04"])
def test_what_is_no_time_or_can_be_read_in_two_ways(value: str) -> None:
    assert read_time(value) is None


def test_the_order_of_the_column_decides() -> None:
    assert read_time("03/04/2024", DAY) == datetime(2024, 4, 3, tzinfo=UTC)
    assert read_time("03/04/2024", MONTH) == datetime(2024, 3, 4, tzinfo=UTC)
    assert read_time("31/12/2024", MONTH) is None
    assert read_time("03.04.2024", MONTH) == datetime(2024, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["03/04/2024", "31/12/2023"], TimeForm(DAY, "31/12/2023", is_open=False)),
        (["03/04/2024", "12/31/2023 5:04 PM"], TimeForm(MONTH, "12/31/2023 5:04 PM", is_open=False)),
        (["03/04/2024", "04/04/2024"], TimeForm(None, "03/04/2024", is_open=True)),
        (["03/04/2024", "31/12/2023", "12/31/2023"], TimeForm(None, "03/04/2024", is_open=True)),
        (["31/12/2023", "04/04/2024"], TimeForm(None, "", is_open=False)),
        (["01.12.2023", "2024-01-02"], TimeForm(None, "", is_open=False)),
    ],
)
def test_the_whole_column_says_what_stands_first(values: list[str], expected: TimeForm) -> None:
    assert time_form(values) == expected


def test_a_pattern_reads_what_it_matches_and_nothing_else() -> None:
    assert read_time("20231231 1704", "%Y%m%d %H%M") == datetime(2023, 12, 31, 17, 4, tzinfo=UTC)
    assert read_time("31.12.2023", "%Y%m%d %H%M") is None
