"""What `add` says about replaced private data: by file and rule, masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import run_winnow
from winnow.curation.ingest.rewrite_summary import MAX_EXAMPLES
from winnow.curation.pii.rewrites import mask

TASK = "name: t\nkind: intents\nlicenses: {allow: [unknown]}\nlabels:\n  - name: a\n  - name: b\n"


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("ann.lee@firm.co.uk", "a**.***@****.**.*k"),
        ("905-674-3793", "9**-***-***3"),
        ("hunter2", "h******"),
        ("4892", "4***"),
        ("--", "--"),
    ],
)
def test_a_mask_keeps_the_form_and_hides_the_value(value: str, masked: str) -> None:
    assert mask(value) == masked


def test_rewrites_are_listed_by_file_and_rule_with_masked_examples(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_text(TASK)
    rows = ["plain words", *(f"call 905-674-379{i} now" for i in range(3, 9)), "call 905-674-3793 again"]
    (tmp_path / "calls.jsonl").write_text("".join(json.dumps({"text": row, "label": "a"}) + "\n" for row in rows))
    (tmp_path / "mails.csv").write_text("text,label\nmail ann.lee@firm.co.uk or bob@firm.com,b\n")
    told = run_winnow("add", "calls.jsonl", "mails.csv", "--json", cwd=tmp_path)
    rewrites = json.loads(told.stdout)["rewrites"]
    assert [(one["file"], one["entity"], one["count"]) for one in rewrites] == [
        ("calls.jsonl", "PHONE_NUMBER", 7),
        ("mails.csv", "EMAIL_ADDRESS", 2),
    ]
    examples = rewrites[0]["examples"]
    assert len(examples) == MAX_EXAMPLES
    assert examples[0] == {"row": 2, "masked": "9**-***-***3"}
    assert len({example["masked"] for example in examples}) == MAX_EXAMPLES
    assert "674" not in told.stdout


def test_the_terminal_shows_the_same(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_text(TASK)
    (tmp_path / "mails.csv").write_text("text,label\nmail ann.lee@firm.co.uk,b\n")
    told = run_winnow("add", "mails.csv", cwd=tmp_path).stdout
    assert "private data replaced by surrogates: 1 value\n" in told
    [line] = [line for line in told.splitlines() if "EMAIL_ADDRESS" in line]
    assert line.split() == ["mails.csv", "EMAIL_ADDRESS", "1", "row", "2:", "a**.***@****.**.*k"]
