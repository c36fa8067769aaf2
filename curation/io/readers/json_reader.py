"""JSON: a list of rows, a table, an object of lists by label or split, or the file of a router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from winnow.core.errors import WinnowError
from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.bot_files import bot_rows
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.foreign_formats import refuse_bot
from winnow.curation.io.readers.json_tables import CONTENT_NAMES, ColumnLengthError, table_rows
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow, row_fields, unreadable_file
from winnow.curation.io.readers.repeated_keys import decode_json_text, json_text, repeated_detail, repeated_key
from winnow.curation.io.readers.route_files import route_rows
from winnow.curation.io.readers.span_rows import with_spans
from winnow.validators.text import Drop


def json_rows(text: str, *, name: str = "file") -> Iterator[NumberedRow]:
    """A list of objects or strings, an object with one, a table, {label: [texts]}, answers of D1, or routes."""
    try:
        data, repeated = decode_json_text(text)
    except (ValueError, RecursionError) as error:
        raise unreadable_file(name, f"not JSON ({error})", "valid JSON") from None
    data = _listed_rows(data, name)
    if not isinstance(data, list):
        raise unreadable_file(name, f"a JSON {type(data).__name__}", "a list of objects or of strings")
    if repeated and not any(map(repeated_key, data)):
        raise unreadable_file(name, f"the key {repeated!r} twice in one object around the rows", "each key once")
    read = _whole_fields if repeated else row_fields
    yield from with_spans((number, read(item)) for number, item in enumerate(data, 1))


def _listed_rows(data: Any, name: str) -> Any:
    """The list of rows in the value of a file; the value itself where it holds none."""
    answers = answers_of_d1(data)
    if answers is not None:
        return _rows_of_answers(answers, name)
    refuse_bot(data, name=name)
    try:
        found = route_rows(data) or bot_rows(data) or table_rows(data)
    except ColumnLengthError as error:
        raise unreadable_file(name, f"columns of different lengths ({error})", "one value per row in each") from None
    return found or (_rows_of(data) if isinstance(data, dict) else data)


def holds_rows(data: Any) -> bool:
    """Whether an object is known to hold rows, or is what another tool exported, and not one row itself."""
    try:
        refuse_bot(data, name="")
        held = route_rows(data) or bot_rows(data) or table_rows(data) or answers_of_d1(data)
    except (WinnowError, ColumnLengthError):
        return True
    wraps = (
        isinstance(data, dict) and not _is_row(data) and any(isinstance(data.get(one), list) for one in WRAPPER_KEYS)
    )
    return bool(held) or wraps


def _whole_fields(item: Any) -> Fields | Drop:
    """The fields of one item, or a drop if a key occurs twice in one of its objects."""
    key = repeated_key(item)
    return Drop(DropReason.MALFORMED_ROW, repeated_detail(key), json_text(item)) if key else row_fields(item)


def answers_of_d1(data: Any) -> list[dict[str, Any]] | None:
    """The answers that `wrangler d1 execute --json` or the API of D1 wrote, one per statement; None for other data."""
    listed = data.get("result") if isinstance(data, dict) and "success" in data else data
    if not isinstance(listed, list) or not listed:
        return None
    is_answer = all(isinstance(one, dict) and {"results", "success"} <= one.keys() for one in listed)
    return listed if is_answer else None


def _rows_of_answers(answers: list[dict[str, Any]], name: str) -> list[Any]:
    """The rows of all answers, in order. Raises WinnowError where a statement failed: its rows are missing."""
    for number, answer in enumerate(answers, 1):
        if answer["success"] is not True or not isinstance(answer["results"], list):
            found = f"statement {number} failed: {str(answer.get('error', 'no rows'))[:200]}"
            raise unreadable_file(name, found, "answers with success", "run the query again")
    return [row for answer in answers for row in answer["results"]]


WRAPPER_KEYS = ("data", "rows", "items", "examples", "queries", "texts", "records")
"""Keys that contain rows; any other key of a list of strings is a label."""


def _rows_of(data: dict[str, Any]) -> list[Any]:
    """The rows of a JSON object: {label: [texts]}, {split: [[text, label]]}, one list under any key, or one row."""
    if any(_has_parts(data.get(key), names) for key, names in PARTS_OF_A_ROW.items()) or _is_row(data):
        return [data]
    lists = {key: value for key, value in data.items() if isinstance(value, list)}
    only = next(iter(lists)) if len(lists) == 1 else None
    strings = lists and all(isinstance(item, str) for value in lists.values() for item in value)
    if strings and len(lists) == len(data) and only not in WRAPPER_KEYS:
        return [{"text": item, "label": key} for key, value in lists.items() for item in value]
    pairs = lists and all(_is_pair(item) for value in lists.values() for item in value)
    if pairs and len(lists) == len(data):  # CLINC150 as published: train, oos_train, ...
        split = {key: key.rpartition("_")[2] for key in lists}
        return [{"text": t, "label": own, "split": split[key]} for key, value in lists.items() for t, own in value]
    return lists[only] if only is not None else [data]


PARTS_OF_A_ROW = {"resourceSpans": {"scopeSpans"}, "steps": {"source"}, "input": {"role", "type"}, "output": {"type"}}
"""Keys of an object that is one row, and of which each object in their list has one: the parts of a dialogue."""


def _has_parts(value: Any, names: set[str]) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and names & {*one} for one in value)


def _is_row(data: dict[str, Any]) -> bool:
    """Whether an object holds a text itself, and no list that is known to contain rows."""
    has_text = any(key.strip().lower() in CONTENT_NAMES and isinstance(value, str) for key, value in data.items())
    return has_text and not any(isinstance(data.get(key), list) for key in WRAPPER_KEYS)


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


JSON = FileFormat("json", lambda file: json_rows(file.text, name=file.name), suffixes=(".json",))
