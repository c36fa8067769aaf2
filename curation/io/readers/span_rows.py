"""Files of an OpenTelemetry collector: every span in them is a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow
from winnow.validators.text import Drop

RESOURCES, SCOPES, SPANS = "resourceSpans", "scopeSpans", "spans"


def with_spans(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """The rows, where a row of a collector gives way to its spans.

    A row keeps its number unless a span above it has that number already: then it has the next one.
    """
    last = 0
    for number, fields in rows:
        for one in _spans(fields) if isinstance(fields, dict) and RESOURCES in fields else [fields]:
            last = max(number, last + 1)
            yield last, one


def _spans(fields: Fields) -> list[Fields | Drop]:
    scopes = [scope for one in _listed(fields, RESOURCES) for scope in _listed(one, SCOPES)]
    return [_span(span) for scope in scopes for span in _listed(scope, SPANS)]


def _listed(holder: Any, key: str) -> list[Any]:
    """The list under a key; anything else stands for itself, so that it is dropped and not lost."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else [holder]


def _span(span: Any) -> Fields | Drop:
    if isinstance(span, dict) and ("spanId" in span or "traceId" in span):
        return {str(key): value for key, value in span.items()}
    detail = f"no span in {RESOURCES}, {SCOPES}, {SPANS}; expected: an object with spanId and attributes"
    return Drop(DropReason.MALFORMED_ROW, detail, json.dumps(span))
