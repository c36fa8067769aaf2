"""The body of a request or of a response as a log holds it: an object, JSON text, or the text of a stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.validators.tools.strict_json import JsonError, read_json

STREAM_STARTS = ("data:", "event:", ":", "id:", "retry:")
"""How the text of a stream of server-sent events begins."""

STREAMED_KEY = "streamed_data"
"""The key under which gateways keep the parts of a streamed response."""


class BodyError(ValueError):
    """Why a body cannot be read, in words for a message."""


def read_body(body: object) -> Mapping[str, Any] | list[Any]:
    """The object of a body, or the parts of a stream in order.

    Raises BodyError for a body that is missing, encrypted, not JSON, or neither an object nor a stream.
    """
    if body is None or body == "":
        raise BodyError("is missing")
    found = _read(body) if isinstance(body, str) and not _is_stream(body) else body
    if _is_stream(found):
        return _checked_parts(found)
    if not isinstance(found, Mapping):
        raise BodyError(f"is a {type(found).__name__}, expected an object")
    if found.get("type") == "encrypted":
        raise BodyError("is encrypted; decrypt the log first")
    return _checked_parts(found[STREAMED_KEY]) if STREAMED_KEY in found else found


def _is_stream(body: object) -> bool:
    return isinstance(body, str) and body.lstrip().startswith(STREAM_STARTS)


def _checked_parts(parts: object) -> list[Any]:
    """The parts of a streamed response, which a log holds as a list or as text. Raises BodyError."""
    if isinstance(parts, str):
        parts = _parts_of_text(parts)
    if not isinstance(parts, Sequence) or not all(isinstance(one, Mapping) for one in parts):
        raise BodyError("is a stream whose parts are not objects")
    return list(parts)


def _parts_of_text(text: str) -> list[Any]:
    """The data of every event; `[DONE]` only ends the stream."""
    data = [_data_of(event) for event in text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")]
    return [_read(one) for one in data if one and one.strip() != "[DONE]"]


def _data_of(event: str) -> str:
    """The data of one event: its lines of data, joined. Events without a blank line between them are data alone."""
    lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
    return "\n".join(lines)


def _read(text: str) -> Any:
    try:
        return read_json(text)
    except JsonError as error:
        raise BodyError(f"is {error}") from None
