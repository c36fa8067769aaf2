"""What the assistant example claims about its log, its two synthetic lots and the recorded answers."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests.e2e.test_assistant_example import ASSISTANT, EXAMPLES, Example, call_problems, examples_of
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.strict_json import read_json

GOOD, POOR = examples_of("synthetic_good.jsonl"), examples_of("synthetic_poor.jsonl")
README = (ASSISTANT / "README.md").read_text(encoding="utf-8")


def rows_of(name: str) -> list[dict[str, Any]]:
    return [read_json(line) for line in (ASSISTANT / name).read_text(encoding="utf-8").splitlines()]


REVIEWS = rows_of("review.jsonl")


def said_by(who: str) -> dict[str, dict[str, Any]]:
    return {row["text"]: row for row in REVIEWS if row["who"] == who}


def request_of(example: Example) -> str:
    return example.said_by(Role.USER)[0]


def test_the_good_lot_has_no_defect_and_the_poor_one_those_that_the_readme_lists() -> None:
    assert [problem for example in GOOD for problem in call_problems(example)] == []
    ann = said_by("ann")
    for name, lot in (("synthetic_good.jsonl", GOOD), ("synthetic_poor.jsonl", POOR)):
        lines: dict[str, list[str]] = {"right": [], "wrong_label": [], "unusable": []}
        for number, example in enumerate(lot, 1):
            lines[ann[request_of(example)]["verdict"]].append(str(number))
        wrong, unusable = (", ".join(lines[verdict]) or "none" for verdict in ("wrong_label", "unusable"))
        assert f"| `{name}` | {wrong} | {unusable} |" in README


def test_both_annotators_judge_every_dialogue_and_the_lead_decides_where_they_differ() -> None:
    ann, bob, lea = map(said_by, ("ann", "bob", "lea"))
    written = {request_of(example) for example in (*GOOD, *POOR)}
    assert len(written) == len(GOOD) + len(POOR) == 54
    assert set(ann) == set(bob) == written
    assert {text for text in written if ann[text]["verdict"] != bob[text]["verdict"]} == set(lea)
    assert [POOR.index(example) + 1 for example in POOR if request_of(example) in lea] == [10]


def test_corrected_answers_are_in_the_call_format_and_call_what_the_chosen_label_says() -> None:
    tools = read_tools((ASSISTANT / "tools.json").read_text(encoding="utf-8")).tools
    corrected = [row for row in REVIEWS if "correction" in row]
    assert len(corrected) == 16
    for row in corrected:
        answer = CALL_FORMATS["fenced_json"].parse(row["correction"], tools)
        called = "+".join(sorted({call.name for call in answer.calls}))
        assert (
            row["label"] == called
            or called in row["label"].split("+")
            or (not called and row["label"] in ("ask", "direct"))
        )


def test_the_log_and_the_lots_repeat_no_request_of_the_other_files() -> None:
    logged = [row["messages"][0]["content"] for row in rows_of("interactions.jsonl") if "messages" in row]
    said = [text for example in (*EXAMPLES, *GOOD, *POOR) for text in example.said_by(Role.USER)]
    counted = Counter(text.strip().lower() for text in (*said, *logged))
    assert [text for text, count in counted.items() if count > 1] == []


def test_the_readme_counts_the_log() -> None:
    rows = rows_of("interactions.jsonl")
    kinds = Counter(row["kind"] for row in rows)
    (counts,) = re.findall(r"(\d+) interactions and (\d+) lines of feedback", README)
    assert (kinds["interaction"], kinds["update"]) == tuple(map(int, counts))
    interactions = {row["id"] for row in rows if row["kind"] == "interaction"}
    assert all(row["about"] in interactions for row in rows if row["kind"] == "update")
    asked = {row["messages"][0]["content"] for row in rows if row["kind"] == "interaction"}
    assert {row["text"] for row in rows_of("answers.jsonl")} <= asked
