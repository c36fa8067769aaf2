"""Scrubbing: what a team's policy does about private data, before anything is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from curation.private.detect import PRIORITY, Found, find, resolved
from curation.private.surrogates import surrogate

Action = Literal["replace", "drop", "allow"]
POLICY: dict[str, Action] = {
    entity: "allow" if entity in ("PERSON", "LOCATION", "ORGANIZATION") else "replace" for entity in PRIORITY
}
"""What happens by default. Names are allowed: patterns cannot find them, and a model that can is often wrong."""
NUMBERS = 10**12
"""How many numbers a value may be given."""
WRITTEN = ("EMAIL_ADDRESS", "URL", "SECRET", "IP_ADDRESS", "PERSON", "LOCATION", "ORGANIZATION")
"""Entities whose punctuation tells values apart; in the others it is how a number happens to be written."""
TRIES = 64
"""How far a stand-in gives way to another value's: the smallest range, of names, is half as large."""
ROUNDS = 4
Names = Callable[[str], Sequence[Found]]
"""Names in a text, found by a team's own model."""


@dataclass(frozen=True)
class Scrubbed:
    """A text that may be stored, or that must be dropped."""

    text: str
    replaced: Counter[str] = field(default_factory=Counter)
    """Replaced values by entity."""
    dropped: str = ""
    """The entity for which the row is dropped; the text is empty then."""


@dataclass(frozen=True)
class Scrubber:
    """One workspace's policy, and the key that makes equal values equal."""

    policy: Mapping[str, Action]
    key: bytes
    names: Names | None = None

    def found(self, text: str) -> list[Found]:
        """Private data that the policy does not allow."""
        own = find(text)
        if self.names and any(self.policy[entity] != "allow" for entity in ("PERSON", "LOCATION", "ORGANIZATION")):
            own = resolved(text, iter([*own, *self.names(text)]))
        return [one for one in own if self.policy[one.entity] != "allow"]

    def scrub(self, text: str) -> Scrubbed:
        """Replace what the policy says; equal values get equal stand-ins, different ones of a text different ones."""
        replaced: Counter[str] = Counter()
        taken: dict[str, str] = {}
        for _ in range(ROUNDS):  # beside a stand-in a value may be seen that its neighbour hid
            found = self.found(text)
            if not found:
                break
            doomed = next((one.entity for one in found if self.policy[one.entity] == "drop"), "")
            if doomed:
                return Scrubbed("", dropped=doomed)
            parts, last = [], 0
            for one in found:
                parts += [text[last : one.start], self._stand_in(one.entity, text[one.start : one.end], taken)]
                last = one.end
            text = "".join([*parts, text[last:]])
            replaced.update(one.entity for one in found)
        return Scrubbed(text, replaced)

    def pseudonym(self, value: str) -> str:
        """A session or user that is itself private data, as a word that gives nothing away."""
        return f"private-{self._digest('session', value).hex()[:16]}" if find(value) else value

    def _stand_in(self, entity: str, value: str, taken: dict[str, str]) -> str:
        folded = "".join(value.casefold().split()) if entity in WRITTEN else re.sub(r"[\W_]", "", value.casefold())
        number = int.from_bytes(self._digest(entity, folded)[:8]) % NUMBERS
        stand_in = surrogate(entity, number)
        for step in range(1, TRIES):
            if taken.get(stand_in, folded) == folded:
                break
            stand_in = surrogate(entity, number + step)  # another value of this text has it: small ranges wrap round
        taken[stand_in] = folded
        return stand_in

    def _digest(self, entity: str, value: str) -> bytes:
        return hmac.new(self.key, f"{entity}\0{value}".encode(), hashlib.sha256).digest()
