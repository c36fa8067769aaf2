"""Whether two near texts surely ask for different things: alike but for a few words, and those change the request.

Guards protect from dedup generously, because one that is wrong only keeps a row too many. Here it would let a leak in.
"""

from __future__ import annotations

import re
from collections import Counter

from winnow.validators.wording.guards import GuardSignature, is_reversed, protecting_guards

MASKED = frozenset(("numbers", "slots"))
"""Guards whose words are masked before leakage is measured: texts with other values repeat each other."""

MAX_OTHER_WORDS = 2
"""Words that each text may have and the other lacks, the guarded one included. Texts with more are paraphrases, in
which guards are mostly wrong (docs/decisions/0074-reading.md)."""

_WORD = re.compile(r"\w+")


def changed_request(one: GuardSignature, other: GuardSignature) -> tuple[str, ...]:
    """The guards that keep two texts apart, if these are alike but for a few words; a preposition alone is no guard."""
    words, others = Counter(_WORD.findall(one.text)), Counter(_WORD.findall(other.text))
    if max((words - others).total(), (others - words).total()) > MAX_OTHER_WORDS:
        return ()
    found = (name for name in protecting_guards(one, other) if name not in MASKED)
    return tuple(name for name in found if name != "direction" or is_reversed(one, other))
