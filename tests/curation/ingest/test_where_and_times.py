"""Which rows of a file are read, and how their times are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.support.files import edit_dropped
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

CHAT = pd.DataFrame(
    {
        "text": ["where is my parcel", "it is on its way", "cancel it", "as you wish"],
        "Sender": ["user", "agent", "user", "agent"],
        "channel": ["chat", "chat", "email", "email"],
    }
)
NO_GROUP = Columns(group="none")


def times(ws: Workspace) -> list[str | None]:
    return [ws.show(record).occurrences[0].time for record in ws.records().sort_values("text")["id"]]


def dated(*values: str) -> pd.DataFrame:
    return pd.DataFrame({"text": [f"text {n}" for n in range(len(values))], "created_at": values})


def test_only_rows_that_meet_the_condition_are_read_and_the_others_are_counted(make_workspace: Make) -> None:
    ws = make_workspace("a")
    result = ws.add(CHAT, where="sender = 'user' and channel != 'fax'", columns=NO_GROUP)
    assert sorted(ws.records()["text"]) == ["cancel it", "where is my parcel"]
    assert (result.given, result.added) == (2, 2)
    assert "DataFrame: 2 of 4 rows left out by where: sender = 'user' and channel != 'fax'" in result.notes
    assert "DataFrame: no row has 'fax' in 'channel', which has chat 2, email 2" in result.notes
    with pytest.raises(WinnowError, match=r"already added as source"):
        ws.add(CHAT, where="sender = agent", columns=NO_GROUP)


def test_a_wrong_condition_names_the_column_and_its_values(make_workspace: Make) -> None:
    ws = make_workspace("a")
    for where, expected in (
        ("rolle = user", r"where: no column 'rolle'.*one of text, Sender, channel"),
        ("Sender = usr", r"no row meets Sender = usr.*'Sender' has user 2, agent 2"),
        ("Sender = 'user", r"a quote that is not closed"),
    ):
        with pytest.raises(WinnowError, match=expected):
            ws.add(CHAT, where=where, columns=NO_GROUP)
    assert len(ws.records()) == 0


def test_a_section_of_sources_states_the_condition_and_the_form_of_times(make_workspace: Make, tmp_path: Path) -> None:
    section = 'sources: [{pattern: "chat*.csv", where: Sender = user, time_format: "%Y%d%m", group: none}]\n'
    ws = make_workspace("a", more=section)
    path = tmp_path / "chat-1.csv"
    CHAT.assign(time=["20240102"] * 4).to_csv(path, index=False)
    ws.add(path)
    assert times(ws) == ["2024-02-01T00:00:00+00:00"] * 2


def test_times_are_read_in_the_form_of_the_column(make_workspace: Make) -> None:
    ws = make_workspace("a")
    result = ws.add(
        dated("03/04/2024 5:04 PM", "12/31/2023 5:04 PM", "2024-01-02", "Wed Oct 11 06:55:44 +0000 2017", "soon")
    )
    expected = ["2024-03-04T17:04:00+00:00", "2023-12-31T17:04:00+00:00", "2024-01-02", "2017-10-11T06:55:44+00:00"]
    assert times(ws) == [*expected, None]
    assert "DataFrame: dates in 'created_at' have the month before day, as '12/31/2023 5:04 PM' shows" in result.notes
    assert any(note.startswith("1 time not kept, because they cannot be read") for note in result.notes)


def test_dates_that_can_be_read_in_two_ways_are_asked_about(make_workspace: Make) -> None:
    ws = make_workspace("a")
    table = dated("03/04/2024", "05/04/2024")
    with pytest.raises(
        WinnowError, match=r"'03/04/2024' in 'created_at' can be read in two ways.*day-first.*month-first"
    ):
        ws.add(table)
    ws.add(table, time_format="day-first")
    assert times(ws) == ["2024-04-03T00:00:00+00:00", "2024-04-05T00:00:00+00:00"]


def test_a_form_of_times_that_is_none_is_refused(make_workspace: Make) -> None:
    with pytest.raises(WinnowError, match=r"time_format: .*expected: day-first, month-first or a pattern"):
        make_workspace("a").add(dated("03/04/2024"), time_format="dd.mm.yyyy")


def test_a_dropped_row_keeps_the_condition_and_the_form_of_its_file(make_workspace: Make, tmp_path: Path) -> None:
    ws = make_workspace("a")
    table = dated("03/04/2024", "05/04/2024").assign(label=["a", "z"], channel="chat")
    dropped = ws.add(table, time_format="day-first", where="channel = chat").dropped_file
    ws.add(edit_dropped(dropped, tmp_path / "fixed.jsonl", label="a"))
    assert times(ws) == ["2024-04-03T00:00:00+00:00", "2024-04-05T00:00:00+00:00"]
