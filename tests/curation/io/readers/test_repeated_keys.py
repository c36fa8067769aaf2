"""A key that occurs twice in one object of JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.json_reader import json_rows
from winnow.curation.io.readers.jsonl_reader import jsonl_rows
from winnow.curation.io.readers.source_rows import read_file
from winnow.validators.text import Drop

GOOD = '{"text": "b", "label": "x"}'
DEEP = '{"text": "a", "calls": [{"city": "Paris", "n": 1, "city": "Rome"}]}'


def test_only_the_row_is_dropped_and_its_text_is_kept() -> None:
    for rows in (list(jsonl_rows(f"{GOOD}\n{DEEP}\n")), list(json_rows(f"[{GOOD}, {DEEP}]"))):
        assert rows[0] == (1, {"text": "b", "label": "x"})
        number, dropped = rows[1]
        assert isinstance(dropped, Drop)
        assert (number, dropped.reason, dropped.raw) == (2, DropReason.MALFORMED_ROW, DEEP)
        assert dropped.detail.startswith("the key 'city' occurs twice in one object")


def test_a_single_object_is_one_dropped_row() -> None:
    ((_, dropped),) = json_rows('{"text": "a", "text": "b"}')
    assert isinstance(dropped, Drop)


@pytest.mark.parametrize("text", ['{"card": ["a"], "card": ["b"]}', f'{{"data": [{GOOD}], "n": 1, "n": 2}}'])
def test_a_key_twice_around_the_rows_costs_the_file(text: str) -> None:
    with pytest.raises(WinnowError, match=r"the key '(card|n)' twice in one object around the rows"):
        list(json_rows(text))


def test_deep_nesting_is_read_or_refused() -> None:
    for depth in (100, 900, 100_000):
        text = '{"a": ' * depth + '{"b": 1, "b": 2}' + "}" * depth
        ((number, row),) = jsonl_rows(text)
        assert (number, isinstance(row, Drop)) == (1, True)
    ((_, dropped),) = json_rows("[" + '{"a": ' * 900 + '{"b": 1, "b": 2}' + "}" * 900 + "]")
    assert isinstance(dropped, Drop)


def test_a_key_with_half_of_a_character_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "hello", "label": "x", "\\ud800": 1}\n')
    (row,) = read_file(tmp_path / "a.jsonl").rows
    assert (row.content, row.label) == ({"text": "hello"}, "x")
