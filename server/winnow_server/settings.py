"""The server's settings, and the files that hold its secrets, readable by the user alone."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

OWNER = "owner"
DATABASE = "sqlite+aiosqlite:///argilla.db?check_same_thread=False"
"""Relative to the home folder, where the process runs: in a URL a path's `?` and `%` would mean something."""


def environment(home: Path, redis_socket: Path) -> dict[str, str]:
    """Environment variables of Argilla, set before anything of it is imported."""
    return {
        "ARGILLA_HOME_PATH": str(home),
        "ARGILLA_DATABASE_URL": DATABASE,
        "ARGILLA_REDIS_URL": f"unix://{redis_socket}",
        "ARGILLA_AUTH_SECRET_KEY": stored_secret(home / "secret"),
        "ARGILLA_CORS_ORIGINS": "[]",
        "ARGILLA_SEARCH_ENGINE": "winnow",
        "ARGILLA_LABEL_SELECTION_OPTIONS_MAX_ITEMS": "2000",
        "ARGILLA_SHOW_HUGGINGFACE_SPACE_PERSISTENT_STORAGE_WARNING": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
    }


def stored_secret(path: Path) -> str:
    """A random secret, created once."""
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return path.read_text()


def stored_credentials(home: Path) -> tuple[dict[str, str], bool]:
    """The owner's name, password and key, and whether they are new."""
    path = home / "credentials.json"
    if path.exists():
        return json.loads(path.read_text()), False
    made = {"username": OWNER, "password": secrets.token_urlsafe(16), "api_key": secrets.token_urlsafe(48)}
    return made, True


def store_credentials(home: Path, made: dict[str, str]) -> None:
    """Write the owner's credentials, after the owner exists."""
    write_private(home / "credentials.json", json.dumps(made, indent=2) + "\n")


def write_private(path: Path, content: str) -> None:
    """Write a file in one step that nobody else can read at any time."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(content)
    part.replace(path)
