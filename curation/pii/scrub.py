"""Apply a team's policy to personal data before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from winnow.core.hashing import keyed_digest
from winnow.core.vocabulary import NAME_ENTITIES, PiiAction, PiiEntity
from winnow.curation.pii.detect import ENTITY_PRIORITY, PiiSpan, find_pii, resolve_overlaps
from winnow.curation.pii.rewrites import Rewrite, mask
from winnow.curation.pii.surrogates import surrogate

DEFAULT_POLICY: dict[str, PiiAction] = {
    entity: PiiAction.ALLOW if entity in NAME_ENTITIES else PiiAction.REPLACE for entity in ENTITY_PRIORITY
}
"""What happens by default. Names are allowed: patterns cannot find them, and a model that can is often wrong."""

SURROGATE_NUMBERS = 10**12
"""The number that selects the surrogate of a value is less than this."""

PUNCTUATION_MATTERS = (
    PiiEntity.EMAIL_ADDRESS,
    PiiEntity.URL,
    PiiEntity.SECRET,
    PiiEntity.IP_ADDRESS,
    *NAME_ENTITIES,
)
"""Entities whose punctuation tells values apart; in the others it is how a number happens to be written."""

MAX_COLLISIONS = 64
"""How many surrogates are tried before another value's is reused: the smallest range, of names, is half as large."""

MAX_PASSES = 4

NameFinder = Callable[[str], Sequence[PiiSpan]]
"""Names in a text, found by a team's own model."""


@dataclass(frozen=True)
class Scrubbed:
    """A text that may be stored, or that must be dropped."""

    text: str
    rewrites: tuple[Rewrite, ...] = ()
    """The values that were replaced."""
    dropped: str = ""
    """The entity for which the row is dropped; the text is empty then."""


@dataclass(frozen=True)
class Scrubber:
    """One workspace's policy, and the key that makes equal values equal."""

    policy: Mapping[str, PiiAction]
    key: bytes
    names: NameFinder | None = None

    def found(self, text: str) -> list[PiiSpan]:
        """Private data that the policy does not allow."""
        own = find_pii(text)
        if self.names and any(self.policy[entity] != PiiAction.ALLOW for entity in NAME_ENTITIES):
            own = resolve_overlaps(text, iter([*own, *self.names(text)]))
        return [one for one in own if self.policy[one.entity] != PiiAction.ALLOW]

    def scrub(self, text: str) -> Scrubbed:
        """Apply the policy; equal values get equal surrogates, and different values in a text get different ones."""
        rewrites: list[Rewrite] = []
        taken: dict[str, str] = {}
        for _ in range(MAX_PASSES):  # next to a surrogate, a value may be detected that its neighbor hid
            found = self.found(text)
            if not found:
                break
            blocked = next((one.entity for one in found if self.policy[one.entity] == PiiAction.DROP), "")
            if blocked:
                return Scrubbed("", dropped=blocked)
            rewrites += [Rewrite(one.entity, mask(text[one.start : one.end])) for one in found]
            text = self._replaced(text, found, taken)
        return Scrubbed(text, tuple(rewrites))

    def pseudonym(self, value: str) -> str:
        """A session or user id that is itself private data, as a word that reveals nothing."""
        return f"private-{self._digest('session', value).hex()[:16]}" if find_pii(value) else value

    def surrogate_number(self, value: tuple[str, str]) -> int:
        """The number that selects the surrogate of an entity and a folded value."""
        entity, folded = value
        return int.from_bytes(self._digest(entity, folded)[:8]) % SURROGATE_NUMBERS

    def _replaced(self, text: str, found: Sequence[PiiSpan], taken: dict[str, str]) -> str:
        parts, last = [], 0
        for one in found:
            parts += [text[last : one.start], self._surrogate_for(one.entity, text[one.start : one.end], taken)]
            last = one.end
        return "".join([*parts, text[last:]])

    def _surrogate_for(self, entity: str, value: str, taken: dict[str, str]) -> str:
        folded = (
            "".join(value.casefold().split())
            if entity in PUNCTUATION_MATTERS
            else re.sub(r"[\W_]", "", value.casefold())
        )
        number = self.surrogate_number((entity, folded))
        stand_in = surrogate(entity, number)
        for step in range(1, MAX_COLLISIONS):
            if taken.get(stand_in, folded) == folded:
                break
            stand_in = surrogate(entity, number + step)  # another value of this text has it: small ranges wrap around
        taken[stand_in] = folded
        return stand_in

    def _digest(self, entity: str, value: str) -> bytes:
        return keyed_digest(self.key, f"{entity}\0{value}")
