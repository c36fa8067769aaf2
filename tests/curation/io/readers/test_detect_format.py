"""The format of a file without a known suffix, as from standard input, is told by its text."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.raw_rows import read_rows

LINES = [
    "how do I pay\nwhere is my card\n",
    "how do I pay",
    "hello, how do I pay",
    "hi, how do I pay\nhello, where is my card\n",
    "pay, please; now\nwhere is it\nnope, no\n",
    "[urgent] my card is lost\n[low] hello\n",
    "{name} cannot sign in\nthe mail says {amount}\n",
    "¿dónde está mi tarjeta?\n支付失败了，怎么办\n",
    "the text is too small\nmy label printer is offline\n",
    "what does a|b mean\nhow do I pay\nwhere is my card\n",
    "<b>help</b> me\nwhere is it\n",
    'she said "no\nhow do I pay\n',
    "\n\nhow do I pay\r\nwhere is my card\r\n",
]

OTHERS = [
    ("text,label\nhow do I pay,pay\n", "csv"),
    ("text\nhow do I pay\nhello, where is my card\n", "csv"),
    ("Text;Intent\nhow do I pay;pay\n", "csv"),
    ("query\tintent\nhow do I pay\tpay\n", "csv"),
    ("Ticket Description,Ticket Type\nhow do I pay,pay\nwhere is it,card\n", "csv"),
    ('Ticket Description,Ticket Type\n"hello, how do I pay",pay\n"where, then",card\n', "csv"),
    ("Body|Kind\nhow do I pay|pay\nwhere is it|card\n", "csv"),
    ("text,label\nhow, do, I pay,pay\nwhere, is it,card\n", "csv"),
    ('{"text": "how do I pay"}\n', "jsonl"),
    ('{ "text": "how do I pay"}\n', "jsonl"),
    ('[{"text": "how do I pay"}]', "json"),
    ('[\n  {"text": "how do I pay"}\n]', "json"),
    ('version: "3.1"\nnlu:\n- intent: pay\n  examples: |\n    - how do I pay\n', "rasa"),
]


def format_of(folder: Path, content: bytes, encoding: str | None = None) -> str:
    path = folder / "stdin"
    path.write_bytes(content)
    return read_rows(path, encoding=encoding).format


@pytest.mark.parametrize("text", LINES)
def test_plain_text_is_read_as_one_query_per_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode())
    path = tmp_path / "stdin"
    path.write_bytes(text.encode())
    found = read_rows(path)
    assert found.format == "lines"
    assert found.rows == read_rows(tmp_path / "a.txt").rows


@pytest.mark.parametrize(("text", "name"), OTHERS)
def test_tables_and_json_are_told_by_their_text(tmp_path: Path, text: str, name: str) -> None:
    assert format_of(tmp_path, text.encode()) == name
    assert format_of(tmp_path, text.encode("utf-8-sig")) == name
    assert format_of(tmp_path, text.encode("utf-16")) == name
    assert format_of(tmp_path, gzip.compress(text.encode())) == name
    assert format_of(tmp_path, text.encode("utf-16-le"), "utf-16-le") == name


def test_a_page_is_not_read_as_queries(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match="an HTML page, which is not read"):
        format_of(tmp_path, b"<!DOCTYPE html>\n<html>\n<p>Not found\n</html>\n")
