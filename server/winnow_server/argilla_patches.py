"""Patches of Argilla that make bulk requests fast.

Most of a bulk's time went into pydantic adapters that were built for each row, and into webhook payloads although no
webhook was enabled.
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

from winnow_server.bulk_insert import patch_bulk_inserts

NOTIFIERS = ("notify_record_event_v1", "notify_response_event_v1")


def apply_patches() -> None:
    """Apply all patches."""
    patch_bulk_inserts()
    for model, kind in ((Question, QuestionSettings), (MetadataProperty, MetadataPropertySettings)):
        model.parsed_settings = property(_parsed_by(TypeAdapter(kind)))
    for module in (records_bulk, datasets, distribution, records):
        for name in NOTIFIERS:
            if hasattr(module, name):
                setattr(module, name, _if_webhooks_enabled(getattr(module, name)))


def _parsed_by(adapter: Any) -> Callable[[Any], Any]:
    return lambda self: adapter.validate_python(self.settings)


def _if_webhooks_enabled(notify: Callable[..., Awaitable[list[Any]]]) -> Callable[..., Awaitable[list[Any]]]:
    """Notify only if a webhook is enabled, which is checked once for each request."""

    @wraps(notify)
    async def notify_if_enabled(db: Any, *arguments: Any) -> list[Any]:
        if "winnow_webhooks" not in db.info:
            db.info["winnow_webhooks"] = bool(await list_enabled_webhooks(db))
        return await notify(db, *arguments) if db.info["winnow_webhooks"] else []

    return notify_if_enabled
