"""One function a format: bytes or text in, numbered rows out. A row that cannot be read is a Drop in its place."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from validators.faults import Fault, WinnowError
from validators.screening import Drop

Fields = dict[str, Any]
NumberedRow = tuple[int, Fields | Drop]
DELIMITERS = ",;\t|"
LONGEST_ROW = 100
"""Lines that one row may span; a quote that stays open for longer is taken for a stray one."""
FIELD_LIMIT = 1 << 24
"""Characters in one CSV field; Python's own limit of 131,072 would end the whole file at one long text."""


def csv_rows(text: str, *, delimiter: str | None = None) -> Iterator[NumberedRow]:
    """Rows of a delimited file with a header. The row number is the line where the row begins."""
    csv.field_size_limit(FIELD_LIMIT)
    header_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = delimiter or max(DELIMITERS, key=header_line.count)
    pending = deque(io.StringIO(text, newline=""))
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        while pending and len(consumed) < LONGEST_ROW:
            consumed.append(pending.popleft())
            yield consumed[-1]

    header: list[str] | None = None
    number = 1
    while pending:
        consumed.clear()
        line, fault, cells = number, "", []
        try:
            cells = next(csv.reader(lines(), delimiter=delimiter, strict=True), [])
            if cells and header is not None and len(cells) != len(header):
                fault = f"{len(cells)} fields, the header has {len(header)}; quote texts that hold {delimiter!r}"
        except csv.Error as error:
            fault = f"{error}; quote the text and double the quotes in it"
        if fault and len(consumed) > 1:  # a stray quote must not take the lines below with it
            pending.extendleft(reversed(consumed[1:]))
            del consumed[1:]
        number += len(consumed)
        if fault:
            yield line, Drop("malformed_row", fault, consumed[0].rstrip("\r\n"))
        elif cells and header is None:
            header = _unique([cell.strip() for cell in cells])
        elif cells and header is not None:
            yield line, dict(zip(header, cells, strict=True))


def _unique(names: list[str]) -> list[str]:
    """Column names, repeated ones numbered, so that no column hides another."""
    counts: dict[str, int] = {}
    out = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        out.append(name if counts[name] == 1 else f"{name}.{counts[name]}")
    return out


def tsv_rows(text: str) -> Iterator[NumberedRow]:
    """Rows of a tab-separated file with a header."""
    return csv_rows(text, delimiter="\t")


def line_rows(text: str) -> Iterator[NumberedRow]:
    """One query a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, {"text": line.strip("\r")}


def jsonl_rows(text: str) -> Iterator[NumberedRow]:
    """One JSON object, or one string, a line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, _fields(json.loads(line))
            except (ValueError, RecursionError) as error:
                yield number, Drop("malformed_row", f"not JSON ({error})", line)


def json_rows(text: str, *, name: str = "file") -> Iterator[NumberedRow]:
    """A JSON list of objects or strings, an object that holds one such list, or {label: [texts]}."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(name, f"not JSON ({error})", "valid JSON") from None
    if isinstance(data, dict):
        data = _rows_of(data)
    if not isinstance(data, list):
        raise _unreadable(name, f"a JSON {type(data).__name__}", "a list of objects or of strings")
    for number, item in enumerate(data, 1):
        yield number, _fields(item)


WRAPPERS = ("data", "rows", "items", "examples", "queries", "texts", "records")
"""Keys that hold rows; any other key of a list of strings is a label."""


def _rows_of(data: dict[str, Any]) -> list[Any]:
    """The rows of a JSON object: {label: [texts]}, {split: [[text, label]]}, one list under any key, or one row."""
    lists = {key: value for key, value in data.items() if isinstance(value, list)}
    only = next(iter(lists)) if len(lists) == 1 else None
    strings = lists and all(isinstance(item, str) for value in lists.values() for item in value)
    if strings and len(lists) == len(data) and only not in WRAPPERS:
        return [{"text": item, "label": key} for key, value in lists.items() for item in value]
    pairs = lists and all(_is_pair(item) for value in lists.values() for item in value)
    if pairs and len(lists) == len(data):  # CLINC150 as published: train, oos_train, ...
        split = {key: key.rpartition("_")[2] for key in lists}
        return [{"text": t, "label": own, "split": split[key]} for key, value in lists.items() for t, own in value]
    return lists[only] if only is not None else [data]


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


def _fields(item: Any) -> Fields | Drop:
    if isinstance(item, dict):
        return {str(key): value for key, value in item.items()}
    if isinstance(item, str):
        return {"text": item}
    found = f"found a JSON {type(item).__name__}, expected an object or a string"
    return Drop("malformed_row", found, json.dumps(item))


def parquet_rows(data: bytes, *, name: str = "file") -> Iterator[NumberedRow]:
    """Rows of a Parquet file; Hugging Face ClassLabel numbers become their names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
        classes = _class_names(table.schema.metadata or {})
        number = 0
        for chunk in table.to_batches():
            for item in chunk.to_pylist():
                number += 1
                yield number, {key: _class_name(value, classes.get(key)) for key, value in item.items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(name, f"damaged Parquet ({str(error)[:120]})", "a whole Parquet file") from None


def _class_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
        return {key: value["names"] for key, value in features.items() if value.get("_type") == "ClassLabel"}
    except (ValueError, AttributeError, KeyError):
        return {}


def _class_name(value: Any, names: list[str] | None) -> Any:
    return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else value


def sqlite_rows(data: bytes, *, name: str = "file", table: str | None = None) -> Iterator[NumberedRow]:
    """Rows of one table of a SQLite file, in the table's own order."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source.db"
        copy.write_bytes(data)
        connection = sqlite3.connect(copy)
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        connection.row_factory = sqlite3.Row
        try:
            found = _tables(connection)
            if table is None and len(found) != 1:
                raise _unreadable(name, f"{len(found)} tables ({', '.join(found)})", "one table", "say --table NAME")
            if table is not None and table not in found:
                raise _unreadable(name, f"no table {table!r}", f"one of {', '.join(found)}", "correct --table")
            quoted = (table or found[0]).replace('"', '""')
            for number, row in enumerate(connection.execute(f'SELECT * FROM "{quoted}"'), 1):
                yield number, dict(row)
        except sqlite3.Error as error:
            raise _unreadable(name, f"damaged SQLite file ({error})", "a whole SQLite file") from None
        finally:
            connection.close()


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [row[0] for row in connection.execute(query)]


ENTITY = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\{[^}\n]*\})")
"""Rasa's entity markup: [text](entity) or [text]{"entity": "name"}."""


def rasa_rows(text: str, *, name: str = "file") -> Iterator[NumberedRow]:
    """Examples of a Rasa 2/3 `nlu.yml`, entity markup removed. The row number counts the examples."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _unreadable(name, f"not YAML ({str(error).splitlines()[0]})", "a Rasa nlu.yml") from None
    entries = _child(root, "nlu")
    if not isinstance(entries, yaml.SequenceNode):
        raise _unreadable(name, "no `nlu:` list", "a Rasa nlu.yml", "or say --format")
    number = 0
    for entry in entries.value:
        intent = _child(entry, "intent")
        if isinstance(intent, yaml.ScalarNode):
            for example in _rasa_examples(_child(entry, "examples")):
                number += 1
                yield number, {"text": ENTITY.sub(r"\1", example), "label": str(intent.value)}


def _rasa_examples(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text = item if isinstance(item, yaml.ScalarNode) else _child(item, "text")
            if isinstance(text, yaml.ScalarNode):
                yield from _rasa_examples(text)
    elif isinstance(node, yaml.ScalarNode):
        for line in str(node.value).split("\n"):
            if line.strip():
                yield line.strip().removeprefix("- ").strip()


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs: Iterable[Any] = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _unreadable(name: str, found: str, expected: str, fix: str = "mend or convert the file") -> WinnowError:
    return WinnowError(Fault(name, found, expected, fix))
