"""Responses that are not counted and return to their annotator, with the reason at the top of the comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from winnow.curation.labeling.argilla_types import AnnotatorResponse

RETURNED = "↩ Returned: "
"""What the line with the reason begins with; it is removed when the response is submitted again."""


@dataclass(frozen=True)
class ReturnedResponse:
    """A response that is not counted."""

    response: AnnotatorResponse
    why: str

    def as_draft(self) -> AnnotatorResponse:
        """The response with the reason at the top of its comment."""
        content = without_reason(self.response.content)
        comment = "\n".join(filter(None, (RETURNED + " ".join(self.why.split()), content.get("comment"))))
        return replace(self.response, content={**content, "comment": comment})

    def json(self) -> dict[str, str]:
        """One entry of `returned` in `pull --json`."""
        return {"annotator": self.response.who, "record": self.response.record_id, "why": self.why}


def without_reason(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a response without the reason of its last return; an empty comment is no comment."""
    comment = content.get("comment")
    if not comment or RETURNED.strip() not in str(comment):
        return dict(content)
    kept = [line for line in str(comment).splitlines() if not line.startswith(RETURNED.strip())]
    rest = {name: value for name, value in content.items() if name != "comment"}
    own = "\n".join(kept).strip()
    return {**rest, "comment": own} if own else rest
