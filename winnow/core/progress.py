"""The callback through which long operations report progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of processed texts and the total number."""
