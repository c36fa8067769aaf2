"""The user's cache folder, shared by all workspaces."""

from __future__ import annotations

import os
from pathlib import Path


def user_cache_folder() -> Path:
    """Where converted models are stored for all workspaces of a user; `WINNOW_CACHE` overrides it."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("WINNOW_CACHE") or user_cache_path("winnow"))
