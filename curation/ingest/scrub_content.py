"""Replace the private data of a content, text by text or, where its kind says so, as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.vocabulary import DropReason
from winnow.curation.pii.scrub import Scrubbed, Scrubber
from winnow.curation.pii.scrub_value import ScrubbedValue, scrub_value
from winnow.curation.pii.spellings import PrivateValue
from winnow.validators.json_content import BrokenPlace, JsonContent
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop

MAX_ATTEMPTS = 6
"""Attempts to find surrogates that fit the schemas: more than any entity has forms."""


def scrub_content(kind: Kind, content: str, task: Task, scrubber: Scrubber) -> Scrubbed | Drop:
    """The content without private data, or why there is none: a surrogate would break a call."""
    if kind.json_content is not None:
        return _scrubbed_as_a_whole(kind.json_content, content, task, scrubber)
    parts = [scrubber.scrub(text) for text in kind.texts(content)]
    blocked = next((part.dropped for part in parts if part.dropped), "")
    if blocked:
        return Scrubbed("", dropped=blocked)
    rewrites = tuple(rewrite for part in parts for rewrite in part.rewrites)
    if not rewrites:
        return Scrubbed(content)
    return Scrubbed(kind.with_texts(content, [part.text for part in parts]), rewrites)


def _scrubbed_as_a_whole(form: JsonContent, content: str, task: Task, scrubber: Scrubber) -> Scrubbed | Drop:
    """The first content in which everything holds that held before, with surrogates from natural to schema-like."""
    value, listed = form.value(content), form.listed(content, task)
    first_forms: dict[PrivateValue, int] = {}
    broken: Sequence[BrokenPlace] = ()
    for _ in range(MAX_ATTEMPTS):
        found = scrub_value(value, scrubber, listed=listed, first_forms=first_forms)
        if found.dropped or not found.rewrites:
            return Scrubbed("" if found.dropped else content, dropped=found.dropped)
        changed = form.with_value(content, found.value)
        broken = form.broken_by(content, changed)
        if not broken:
            return Scrubbed(changed, found.rewrites)
        for replaced in _replaced_there(found, broken):
            first_forms[replaced] = first_forms.get(replaced, 0) + 1
    return Drop(DropReason.SURROGATE_UNFIT, "; ".join(one.detail for one in broken))


def _replaced_there(found: ScrubbedValue, broken: Sequence[BrokenPlace]) -> set[PrivateValue]:
    """The values that were replaced where something is broken."""
    paths = [one.path for one in broken]
    return {one.value for one in found.replacements if any(one.path[: len(path)] == path for path in paths)}
