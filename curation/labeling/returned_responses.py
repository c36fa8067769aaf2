"""Responses that are not counted and return to their annotator, with the reason at the top of what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.review_form import CORRECTION

RETURNED = "↩ Returned: "
"""What the line with the reason begins with; it is removed when the response is submitted again."""


@dataclass(frozen=True)
class ReturnedResponse:
    """A response that is not counted."""

    response: AnnotatorResponse
    why: str

    def as_draft(self) -> AnnotatorResponse:
        """The response with the reason at the top of its corrected answer or, if it has none, of its comment."""
        content = without_reason(self.response.content)
        place = CORRECTION if content.get(CORRECTION) else "comment"
        text = "\n".join(filter(None, (RETURNED + " ".join(self.why.split()), content.get(place))))
        return replace(self.response, content={**content, place: text})

    def json(self) -> dict[str, str]:
        """One entry of `returned` in `pull --json`."""
        return {"annotator": self.response.who, "record": self.response.record_id, "why": self.why}


def without_reason(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a response without the reason of its last return; a text of which nothing is left is none."""
    own = {name: _own_lines(value) if name in (CORRECTION, "comment") else value for name, value in content.items()}
    return {name: value for name, value in own.items() if value is not None}


def _own_lines(text: str | None) -> str | None:
    """What a person wrote, as it is where it has no reason."""
    lines = (text or "").splitlines()
    kept = [line for line in lines if not line.startswith(RETURNED.strip())]
    return text if len(kept) == len(lines) else "\n".join(kept).strip() or None
