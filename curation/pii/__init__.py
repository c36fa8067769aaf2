"""Personal data: detect it, and replace it with natural surrogates."""

from __future__ import annotations

__all__ = ["POLICY", "Found", "Names", "Scrubbed", "Scrubber", "find", "is_surrogate", "redacted", "surrogate"]
