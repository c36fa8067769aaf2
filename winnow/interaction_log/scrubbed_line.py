"""Lines of an interaction log without private data, as the bytes that are written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Set
from typing import TYPE_CHECKING, Any, cast

from winnow.curation.pii.scrub_value import scrub_value

if TYPE_CHECKING:
    from winnow.core.interaction_line import InteractionLine
    from winnow.curation.pii.scrub import Scrubber

FACTS = ("version", "kind", "id", "about", "timestamp", "session")
"""Fields that hold no text of the app or its users. An id that is private data itself becomes a pseudonym."""

FACTS_OF_PARTS = {"result": ("status", "tests_passed", "review_score", "seconds"), "feedback": ("rating", "by")}

LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""Characters at which some programs end a line, and which JSON does not escape by itself."""


def scrubbed_line(line: InteractionLine, scrubber: Scrubber, *, own: Set[str] = frozenset()) -> bytes:
    """The line as it is written: private data replaced, or only its facts if the policy says to drop it.

    `own` are fields that the writer made itself, such as the label of a router: they hold no text of users.
    """
    fields = _with_pseudonyms(line.model_dump(mode="json"), scrubber)
    text = json.dumps(_scrubbed(fields, scrubber, own), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text.translate(LINE_ENDS) + "\n").encode()


def _with_pseudonyms(fields: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    if "session" in fields:
        fields["session"] = scrubber.pseudonym(fields["session"])
    if "by" in fields.get("feedback", ()):
        fields["feedback"]["by"] = scrubber.pseudonym(fields["feedback"]["by"])
    return fields


def _scrubbed(fields: dict[str, Any], scrubber: Scrubber, own: Set[str]) -> dict[str, Any]:
    """The fields, of which the texts were scrubbed together: a value that one shows is replaced in all."""
    facts = _facts(fields)
    content = {name: value for name, value in fields.items() if name not in FACTS and name not in own}
    for part in FACTS_OF_PARTS.keys() & content.keys():
        content[part] = {name: value for name, value in content[part].items() if name not in facts[part]}
    scrubbed = scrub_value(content, scrubber)
    if scrubbed.dropped:
        role = {"agent_role": ""} if "agent_role" in fields else {}
        return facts | role | {"withheld": scrubbed.dropped}
    written = {**fields, **cast("dict[str, Any]", scrubbed.value)}
    for part in FACTS_OF_PARTS.keys() & content.keys():
        written[part] = facts[part] | written[part]
    replaced = Counter(rewrite.entity for rewrite in scrubbed.rewrites)
    return written | ({"replaced": dict(sorted(replaced.items()))} if replaced else {})


def _facts(fields: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a line whose content the policy drops."""
    facts: dict[str, Any] = {name: fields[name] for name in FACTS if name in fields}
    for part, names in FACTS_OF_PARTS.items():
        if part in fields:
            facts[part] = {name: fields[part][name] for name in names if name in fields[part]}
    return facts
