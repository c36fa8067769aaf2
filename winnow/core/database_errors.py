"""Translate SQLite errors about disks, locks and damage into errors that a user can act on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from winnow.core.errors import Problem, ServiceError

_CAUSES: list[tuple[str, str, str]] = [
    ("disk is full", "the disk is full", "free some space and try again; nothing was changed"),
    ("disk I/O error", "writing to the disk failed", "check free space and quota, then run again; nothing was changed"),
    ("database is locked", "another command is writing", "wait for it to finish, then run again; nothing was changed"),
    ("readonly database", "the database cannot be written", "check the owner of the file and its folder"),
    ("unable to open", "the database cannot be opened", "check the folder's permissions"),
]
"""Part of SQLite's message, its meaning, and what the user can do."""

_DAMAGE = ("malformed", "not a database", "database corruption", "unsupported file format")
"""Parts of SQLite's messages about a damaged file."""


def database_error(path: Path, message: str, *, damaged: Callable[[], Problem]) -> ServiceError | None:
    """The error shown to the user for a message of SQLite; None when the message is about something else.

    `damaged` describes the loss and the recovery when the file itself is damaged.
    """
    for part, found, fix in _CAUSES:
        if part in message:
            return ServiceError(Problem(str(path), found, "", fix))
    return ServiceError(damaged()) if any(part in message for part in _DAMAGE) else None
