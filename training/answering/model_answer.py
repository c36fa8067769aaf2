"""What a model or another system answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelAnswer:
    """One answer, as the model wrote it, without its stop token."""

    text: str
    tokens: int = 0
    """Tokens that were generated; 0 for an imported answer."""
    finished: bool = True
    """Whether it ended with a stop token, and not at the longest answer that is allowed."""
