"""Rasa in YAML and Markdown, and fastText: a line is an example, or goes on with the one above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from winnow.curation.io.readers.raw_rows import read_rows
from winnow.validators.text import Drop

MARKDOWN = """\
<!-- - no example -->
## intent:book
- a table for [two](count)
* in [Rome]{"entity": "city", "role": "to"} please
- a long one that
  goes on here

## synonym:Rome
- roma
## intent: greet
- hi
there
- hello
"""
YAML = """\
version: "2.0"
nlu:
- intent: book
  examples: |
    - a table for [two](count)
    - in [Rome]{"entity": "city", "role": "to"} please
    - a long one that
      goes on here
- synonym: Rome
  examples: |
    - roma
- intent: greet
  examples: |
    - hi
    there
    - hello
"""


@pytest.mark.parametrize(("text", "form"), [(MARKDOWN, "rasa-markdown"), (YAML, "rasa")])
@pytest.mark.parametrize("name", ["nlu.md", "nlu.txt", "nlu"])
def test_no_part_of_a_rasa_example_is_a_row(tmp_path: Path, text: str, form: str, name: str) -> None:
    (tmp_path / name).write_text(text)
    found = read_rows(tmp_path / name)
    assert found.format == form
    assert [one for _, one in found.rows if not isinstance(one, Drop)] == [
        {"text": "a table for two", "label": "book"},
        {"text": "in Rome please", "label": "book"},
        {"text": "a long one that goes on here", "label": "book"},
        {"text": "hello", "label": "greet"},
    ]
    assert [(number, one.raw) for number, one in found.rows if isinstance(one, Drop)] == [(4, "- hi\nthere")]


@pytest.mark.parametrize("name", ["train.txt", "train.ft", "train"])
def test_labels_of_fasttext_are_no_part_of_the_text(tmp_path: Path, name: str) -> None:
    lines = [
        "__label__find where is my  parcel",
        "__label__pay",
        "__label__pay __label__bill how do I pay __label__in__ my bill",
        "how late is it",
        "pay me __label__pay",
    ]
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    expected: list[tuple[str, Any]] = [
        ("where is my  parcel", "find"),
        ("", "pay"),
        ("how do I pay __label__in__ my bill", ["pay", "bill"]),
        ("how late is it", None),
        ("pay me", "pay"),
    ]
    assert [
        (one["text"], one["label"]) for _, one in read_rows(tmp_path / name).rows if isinstance(one, dict)
    ] == expected
