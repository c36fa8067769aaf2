"""One entry of the log of a gateway: the request, the response, how it ended, and the session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from winnow.validators.row_layout import Fields
from winnow.validators.tools.strict_json import JsonError, read_json


class BodyColumns(NamedTuple):
    """The columns of the two bodies in the log of one gateway."""

    request: str
    response: str


BODY_COLUMNS = (
    BodyColumns("RequestBody", "ResponseBody"),  # Cloudflare Logpush
    BodyColumns("request_body", "response_body"),  # Helicone
    BodyColumns("reqPayload", "respPayload"),  # OpenPipe
    BodyColumns("request", "response"),  # Cloudflare's API of logs, Portkey
    BodyColumns("messages", "response"),  # LiteLLM
    BodyColumns("input", "output"),  # OpenPipe's export
)
"""The first pair that a row has is read."""

STATUS_COLUMNS = ("status_code", "StatusCode", "response_status", "statusCode", "status", "response_status_code")

LOG_COLUMNS = frozenset(
    (*STATUS_COLUMNS, "provider", "cached", "call_type", "request_id", "model", "success", "RequestHead", "path")
)
"""Columns of a log. With one of them, a row without a response is still an entry of a log, which failed."""

SESSION_COLUMNS = ("metadata", "Metadata", "request_properties", "properties", "session_id", "trace_id", "traceId")
"""Columns that state the session, or hold an object that does."""

SESSION_NAMES = "sessionid heliconesessionid conversationid threadid chatid dialogueid litellmsessionid traceid".split()
"""Names of the session without case and punctuation, the likeliest first."""

BODY_STARTS = ("{", "data:", "event:")
"""How the text of a body begins."""

MAX_OK_STATUS = 399
"""Status codes above are errors."""

FAILED = frozenset(("failure", "failed", "error", "false"))

COLUMNS = frozenset((*(column for pair in BODY_COLUMNS for column in pair), *STATUS_COLUMNS, *SESSION_COLUMNS)) | {
    "success", "rate_limited", "RateLimited", "model_parameters", "tools",
}  # fmt: skip
"""The columns that an entry is read from."""


@dataclass(frozen=True)
class Exchange:
    """One request to a model and its response, as the log holds them."""

    request: Any
    response: Any
    failure: str
    """How the request failed; empty if nothing says that it did."""
    session: str | None
    """The session that the request belongs to, if the log names one."""


def is_exchange(fields: Fields) -> bool:
    """Whether a row is an entry of the log of a gateway, or a request and its response alone."""
    columns = _columns_of(fields)
    if columns is None:
        return False
    request, response = fields.get(columns.request), fields.get(columns.response)
    if columns.request == "messages":
        return isinstance(response, Mapping | str) and bool(LOG_COLUMNS & fields.keys())
    if not _may_be_body(request):
        return False
    if columns.request == "input":
        return isinstance(request, Mapping) and isinstance(response, Mapping)
    is_log = columns.request != "request" or bool(LOG_COLUMNS & fields.keys())
    return is_log or _may_be_body(response)


def exchange_of(fields: Fields) -> Exchange:
    """The parts of an entry of a log."""
    columns = _columns_of(fields) or BODY_COLUMNS[0]
    request, response = fields.get(columns.request), fields.get(columns.response)
    if columns.request == "messages":
        request = {**_object(fields.get("model_parameters")), "messages": _value(request)}
    asked, answered = _with_headers(request), _with_headers(response)
    failure = _failure(fields, _status(fields) or str(answered.get("status") or ""))
    return Exchange(asked.get("body", request), answered.get("body", response), failure, _session(fields))


def _with_headers(part: object) -> Mapping[str, Any]:
    """A request or a response that has its body next to its headers and status, as Portkey writes it; else nothing."""
    return part if isinstance(part, Mapping) and isinstance(part.get("body"), Mapping | str) else {}


def _columns_of(fields: Fields) -> BodyColumns | None:
    return next((one for one in BODY_COLUMNS if fields.get(one.request) is not None and one.response in fields), None)


def _may_be_body(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, str) and value.lstrip().startswith(BODY_STARTS))


def _status(fields: Fields) -> str:
    return next((str(fields[one]) for one in STATUS_COLUMNS if fields.get(one) not in (None, "")), "")


def _failure(fields: Fields, status: str) -> str:
    number = int(status) if re.fullmatch(r"[0-9]{3}", status) else 0
    if number > MAX_OK_STATUS:
        return f"the request failed with status {number}"
    if status.lower() in FAILED or str(fields.get("success")).lower() in FAILED:
        return "the request failed"
    is_limited = any(str(fields.get(one)).lower() == "true" for one in ("rate_limited", "RateLimited"))
    return "the request was refused by a rate limit" if is_limited else ""


def _session(fields: Fields) -> str | None:
    """The session of a request: a column of its own, or a value in its metadata."""
    objects = [_object(fields.get(column)) for column in SESSION_COLUMNS]
    named = {_folded(key): value for one in [*reversed(objects), fields] for key, value in one.items()}
    values = (named.get(name) for name in SESSION_NAMES)
    return next((str(one) for one in values if isinstance(one, str | int) and str(one).strip()), None)


def _folded(name: object) -> str:
    return re.sub(r"[\W_]+", "", str(name)).lower()


def _object(value: object) -> Mapping[str, Any]:
    found = _value(value)
    return found if isinstance(found, Mapping) else {}


def _value(value: object) -> Any:
    """The value of a cell that may hold it as JSON text."""
    try:
        return read_json(value) if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") else value
    except JsonError:
        return value
