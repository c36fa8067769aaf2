"""`init --from` shows what a file holds, decides how it is read, and writes both into a task file that works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.label_vocabulary import LabelFlaw
from winnow.curation.io.readers.columns import Columns

ROWS = [
    {
        "Ticket": n,
        "Message": f"where is the parcel number {n} that I ordered",
        "Topic": ("Delivery", "Payment")[n % 2],
        "Customer": f"c{n // 2}",
    }
    for n in range(24)
]
FLAWS = {0: "delivery", 2: "N/A", 4: "", 6: "['Delivery', 'Payment']", 8: "Deliverys", 10: "Other"}


def flawed() -> list[dict[str, object]]:
    return [{**row, "Topic": FLAWS.get(n, row["Topic"])} for n, row in enumerate(ROWS)]


def test_what_was_found_is_what_add_reads(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "my tickets [1].jsonl", flawed())
    workspace = winnow.init(tmp_path / "w", from_file=file, license="own")
    assert workspace.task.label_names == ["delivery", "Payment", "Deliverys", "Other", "Delivery"]
    assert workspace.task.fallback == "Other"
    added = workspace.add(file)
    assert added.reasons in ({"unknown_label": 1}, {"several_labels": 1})
    records = workspace.records()
    assert ((records["label"].fillna("") == "").sum(), records["group"].nunique()) == (2, 12)
    assert workspace.status().sources[0].license == "own"


def test_no_value_becomes_a_label_without_a_word(tmp_path: Path) -> None:
    found = winnow.describe_file(write_jsonl(tmp_path / "tickets.jsonl", flawed()))
    assert (found.section.no_label, found.labels.unlabeled) == (("N/A",), 3)
    flaws = {one.finding.flaw: (set(one.finding.labels), one.fix) for one in found.labels.findings}
    assert flaws[LabelFlaw.CASE_TWIN] == ({"delivery", "Delivery"}, "`winnow rename delivery Delivery --yes`")
    assert flaws[LabelFlaw.PLURAL][0] == {"Deliverys", "Delivery"}
    assert flaws[LabelFlaw.SEVERAL][0] == {"['Delivery', 'Payment']"}
    assert "Other" in flaws[LabelFlaw.ONE_ROW][0]
    assert any("'N/A': no label" in one.what and one.parameter == "no_label" for one in found.decisions)


def test_distinct_values_are_those_of_the_whole_file(tmp_path: Path) -> None:
    rows = [{"text": f"where is parcel {n} of mine", "label": ("a", "b")[n % 2]} for n in range(2_500)]
    found = winnow.describe_file(write_jsonl(tmp_path / "many.jsonl", rows))
    assert [(one.name, one.filled, one.distinct) for one in found.columns] == [
        ("text", 2_500, 2_500),
        ("label", 2_500, 2),
    ]


@pytest.mark.parametrize(
    ("label", "said", "parameter"),
    [
        ("intent", "route: not 'scenario'", "route_column"),
        ("scenario", "'intent' divides its 2 values", "label_column"),
    ],
)
def test_the_other_level_of_labels_is_named(label: str, said: str, parameter: str, tmp_path: Path) -> None:
    rows = [
        {"text": f"please do number {n} of them", "scenario": ("alarm", "music")[n % 4 // 2], "intent": f"i{n % 4}"}
        for n in range(24)
    ]
    found = winnow.describe_file(write_jsonl(tmp_path / "two.jsonl", rows), columns=Columns(label=label))
    assert [one.parameter for one in found.decisions if said in one.what] == [parameter]
    found = winnow.describe_file(
        write_jsonl(tmp_path / "two.jsonl", rows), columns=Columns("text", "intent", "scenario")
    )
    assert not [one for one in found.decisions if "scenario" in one.what]


def test_options_decide_otherwise(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "tickets.jsonl", flawed())
    columns = Columns(label="Customer", group="none")
    found = winnow.describe_file(file, columns=columns, no_label=["c3"])
    assert (found.section.label, found.section.group, found.section.no_label) == ("Customer", "none", ("c3",))
    assert (len(found.labels.counts), found.labels.unlabeled, found.groups) == (11, 2, None)


def test_a_file_without_labels_is_traffic_and_the_task_has_none_yet(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "traffic.jsonl", [{"Message": row["Message"]} for row in ROWS])
    workspace = winnow.init(tmp_path / "w", from_file=file)
    assert workspace.task.label_names == []
    assert workspace.add(file).added == 24
    assert workspace.status().by_state["unlabeled"] == 24
    assert workspace.status().sources[0].origin == "log"


def test_a_group_with_too_many_rows_is_not_taken(tmp_path: Path) -> None:
    rows = [{**row, "Customer": "one" if n < 12 else f"c{n // 2}"} for n, row in enumerate(ROWS)]
    found = winnow.describe_file(write_jsonl(tmp_path / "tickets.jsonl", rows))
    assert (found.section.group, found.groups) == ("none", None)
    assert any("the largest of 7 values has 12 rows of 24" in one.what for one in found.decisions)


def test_agents_who_answered_are_no_routes(tmp_path: Path) -> None:
    rows = [{**row, "Agent": ("Ann", "Bob", "Cleo")[n % 3]} for n, row in enumerate(ROWS)]
    found = winnow.describe_file(write_jsonl(tmp_path / "tickets.jsonl", rows))
    assert (found.section.route, found.labels.routes) == ("none", {"Delivery": None, "Payment": None})
    routed = [{**row, "Agent": f"agent_{row['Topic']}"} for row in ROWS]
    found = winnow.describe_file(write_jsonl(tmp_path / "routed.jsonl", routed))
    assert found.labels.routes == {"Delivery": "agent_Delivery", "Payment": "agent_Payment"}


def test_further_rows_of_a_header_are_no_answers(tmp_path: Path) -> None:
    rows = [{"Q1": "Where is my parcel number one?", "Q2": "Delivery"}, {"Q1": "I paid twice for it", "Q2": "Payment"}]
    survey = [{"Q1": "Open-Ended Response", "Q2": "Response"}, *rows]
    other = [
        {"Q1": "How can we help?", "Q2": "Topic"},
        {"Q1": '{"ImportId":"QID1"}', "Q2": '{"ImportId":"QID2"}'},
        *rows,
    ]
    for number, (given, dropped) in enumerate(((survey, 1), (other, 2), (rows, 0))):
        file = write_jsonl(tmp_path / f"{number}.jsonl", given)
        found = winnow.describe_file(file, columns=Columns(text="Q1", label="Q2"))
        assert (found.unreadable.get("malformed_row", 0), found.texts.texts) == (dropped, 2)
        assert set(found.labels.counts) == {"Delivery", "Payment"}


def test_an_order_of_dates_that_nothing_decides_is_assumed_and_named(tmp_path: Path) -> None:
    file = write_jsonl(
        tmp_path / "tickets.jsonl", [{**row, "Created": f"0{n % 9 + 1}/03/2024"} for n, row in enumerate(ROWS)]
    )
    found = winnow.describe_file(file, where="Topic = 'Payment'")
    assert (found.section.time_format, found.section.where, found.rows) == ("day-first", "Topic = 'Payment'", 12)
    assert found.times
    assert (found.times.first, found.times.unreadable) == ("2024-03-01", 0)
    assert "time_format" in [one.parameter for one in found.decisions]
    assert winnow.init(tmp_path / "w", from_file=file).add(file).added == 24


def test_private_data_is_not_shown(tmp_path: Path) -> None:
    rows = [{"Message": f"write to ann.smith{n}@acme-mail.org about this"} for n in range(6)]
    found = winnow.describe_file(write_jsonl(tmp_path / "traffic.jsonl", rows))
    assert "acme-mail" not in json.dumps(found.json_form())


def test_labels_that_no_task_can_have_are_refused(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "x.jsonl", [{"text": "a b c", "label": "two\nlines"}, {"text": "d e", "label": "a"}])
    with pytest.raises(WinnowError, match=r"labels that no task can have: 'two\\nlines'"):
        winnow.describe_file(file)
