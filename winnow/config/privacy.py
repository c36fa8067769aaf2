"""The section `private`: what becomes of private data."""

from __future__ import annotations

from pydantic import Field

from winnow.config.section import LoosenableSection
from winnow.core.vocabulary import PiiAction, PiiEntity


class PrivacyConfig(LoosenableSection):
    """How private data is handled when files are added."""

    policy: dict[PiiEntity, PiiAction] = Field(default_factory=dict)
    """Policy by entity. By default, names of people, places and organizations are allowed and all others replaced."""
    model: str | None = None
    """A folder with a token-classification model that finds names; without it, no names are found."""
