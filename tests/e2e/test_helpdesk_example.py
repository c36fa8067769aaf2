"""What the shipped example claims about itself."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import winnow
from tests.support.paths import EXAMPLE


def test_the_example_lists_its_noise_truly() -> None:
    rows = [json.loads(line) for line in (EXAMPLE / "labeled.jsonl").read_text().splitlines()]
    assert rows[452]["intent"] == "hr_benefits"
    assert "copier" in rows[452]["query"]
    assert rows[683]["intent"] == "it_wifi"
    assert "restaurant bill" in rows[683]["query"]
    assert rows[7]["query"] == rows[19]["query"]
    assert {rows[7]["intent"], rows[19]["intent"]} == {"it_vpn", "it_wifi"}


def test_the_example_has_enough_of_everything() -> None:
    rows = [json.loads(line) for line in (EXAMPLE / "labeled.jsonl").read_text().splitlines()]
    counts = Counter(row["intent"] for row in rows)
    task = winnow.open(EXAMPLE).task
    assert set(counts) == set(task.label_names)
    assert len(counts) == 13
    assert min(counts.values()) >= 50
    assert all(row["agent"] == task.routes[row["intent"]] for row in rows)
    traffic = [json.loads(line) for line in (EXAMPLE / "traffic.jsonl").read_text().splitlines()]
    assert len(traffic) == 318
    assert not any("intent" in row for row in traffic)


def test_the_late_file_shows_every_way_a_row_can_end(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_bytes((EXAMPLE / "winnow.yaml").read_bytes())
    workspace = winnow.open(tmp_path)
    workspace.add(EXAMPLE / "labeled.jsonl")
    late = workspace.add(EXAMPLE / "late.csv")
    assert (late.given, late.added, late.known, late.dropped) == (10, 4, 1, 5)
    reasons = ("unknown_label", "empty", "route_contradicts_task", "mojibake", "malformed_row")
    assert late.reasons == dict.fromkeys(reasons, 1)
    assert late.flagged == {"language": 1}


def test_the_lots_hold_the_defects_that_the_readme_lists() -> None:
    def read(name: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in (EXAMPLE / name).read_text().splitlines()]

    labels = set(winnow.open(EXAMPLE).task.label_names)
    answers = read("review.jsonl")
    said = {who: {row["text"]: row for row in answers if row["who"] == who} for who in ("ann", "bob", "lea")}
    assert len(answers) == sum(map(len, said.values()))  # one judgement a person and text
    readme = (EXAMPLE / "README.md").read_text()
    seen: list[str] = []
    for name, each in (("synthetic_good.jsonl", 26), ("synthetic_poor.jsonl", 20)):
        lot = read(name)
        assert set(Counter(row["intent"] for row in lot).values()) == {each}
        lines: dict[str, list[str]] = {"right": [], "wrong_label": [], "unusable": []}
        for number, row in enumerate(lot, 1):
            judged = said["ann"][row["text"]]
            lines[judged["verdict"]].append(str(number))
            assert ("label" in judged) == (judged["verdict"] == "wrong_label")
            assert judged.get("label") != row["intent"]
            assert {row["intent"], judged.get("label", row["intent"])} <= labels
        assert f"| `{name}` | {', '.join(lines['wrong_label'])} | {', '.join(lines['unusable'])} |" in readme
        seen += [row["text"] for row in lot]
    assert set(seen) == set(said["ann"])
    assert set(seen) == set(said["bob"])
    assert len(set(seen)) == 432
    verdict = {who: {t: (row["verdict"], row.get("label")) for t, row in said[who].items()} for who in ("ann", "bob")}
    apart = {text for text in seen if verdict["ann"][text] != verdict["bob"][text]}
    assert apart == set(said["lea"])
    assert len(apart) == 3
