"""Shortcuts for Argilla, set from outside: what it builds anew for every record of a bulk, or for nobody.

Most of a bulk's time went into pydantic adapters that are made for each row, and into webhook payloads although no
webhook exists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from argilla_server.api.schemas.v1.questions import QuestionSettings
from argilla_server.bulk import records_bulk
from argilla_server.contexts import datasets, distribution, records
from argilla_server.contexts.webhooks import list_enabled_webhooks
from argilla_server.models import MetadataProperty, Question
from argilla_server.models.metadata_properties import MetadataPropertySettings
from pydantic import TypeAdapter

from winnow_server.bulk import hasten_bulks

NOTIFIERS = ("notify_record_event_v1", "notify_response_event_v1")


def hasten() -> None:
    """Set the shortcuts."""
    hasten_bulks()
    for model, kind in ((Question, QuestionSettings), (MetadataProperty, MetadataPropertySettings)):
        model.parsed_settings = property(_parsed_by(TypeAdapter(kind)))
    for module in (records_bulk, datasets, distribution, records):
        for name in NOTIFIERS:
            if hasattr(module, name):
                setattr(module, name, _when_somebody_listens(getattr(module, name)))


def _parsed_by(adapter: Any) -> Callable[[Any], Any]:
    return lambda self: adapter.validate_python(self.settings)


def _when_somebody_listens(notify: Callable[..., Awaitable[list[Any]]]) -> Callable[..., Awaitable[list[Any]]]:
    """Notify only when a webhook is enabled; asked once for each request."""

    @wraps(notify)
    async def notify_if_heard(db: Any, *arguments: Any) -> list[Any]:
        if "winnow_webhooks" not in db.info:
            db.info["winnow_webhooks"] = bool(await list_enabled_webhooks(db))
        return await notify(db, *arguments) if db.info["winnow_webhooks"] else []

    return notify_if_heard
