"""Identifiers, which nobody can derive: they are given, or they are invented."""

from __future__ import annotations

import re

from winnow.validators.tools.grounding.folding import split_name
from winnow.validators.tools.grounding.leaf import Leaf

_ID_WORDS = frozenset(
    "id ids uuid guid uid urn sku asin isbn issn imei vin iban ssn barcode upc ean hash checksum serial".split()
)
"""Words of a name that say that its value identifies one thing and has no meaning."""

_SECRET_WORDS = frozenset("password passwd pwd secret passphrase".split())

_NUMBERED = frozenset(
    "account order tracking invoice ticket reference confirmation booking reservation policy serial card routing "
    "passport registration case member customer employee patient transaction".split()
)
"""Things whose number or code identifies one of them."""

_OTHER_WORDS = frozenset(
    "limit count max min num total size page offset length amount quantity date year type field fields column kind "
    "format name slug".split()
)
"""Words of a name that say that its value is something else, whatever stands beside them."""

_DESCRIBED = re.compile(r"^\W*(?:the |an? )?(?:[\w-]+ ){0,4}(?:id|identifier)s?\b", re.I)

_RANDOM = (
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I),
    re.compile(r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}", re.I),
    re.compile(r"(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[\w-]{16,}"),
)
"""Forms that only generated identifiers have, whatever the argument is called: UUIDs, hashes, letters with digits."""

_SCRAMBLED_LENGTH = 8

_SCRAMBLED_PIECE = 2.6
"""Characters between changes of case or kind, on average; words in camel case have more than 4."""

_EXAMPLE = re.compile(r"(?:e\.?g\.?|example|such as|like|default)[^.;]*$", re.I)


def is_opaque_id(leaf: Leaf) -> bool:
    """Whether a value identifies something by digits or random letters, or is a secret."""
    text = leaf.text
    if isinstance(leaf.value, bool) or (isinstance(leaf.value, float) and not leaf.value.is_integer()):
        return False
    if not _SECRET_WORDS.isdisjoint(split_name(leaf.name)):
        return True
    if re.search(r"\s", text) or not names_id(leaf):
        return _is_generated(text)
    return any(c.isdigit() for c in text) or _is_scrambled(text)


def _is_generated(text: str) -> bool:
    """Whether a value, or a part of it, has a form that only generated identifiers have."""
    return any(form.fullmatch(part) for form in _RANDOM for part in re.split(r"[:/=?&,.\s]", text))


def _is_scrambled(text: str) -> bool:
    """Whether upper and lower case change as only in random letters: "EXeTwQWrcwY"."""
    pieces = split_name(text)
    return len(text) >= _SCRAMBLED_LENGTH and len(text) / max(len(pieces), 1) <= _SCRAMBLED_PIECE


def is_listed(leaf: Leaf) -> bool:
    """Whether the description lists a value as one of several, not as an example."""
    found = re.search(rf"(?<![\w.]){re.escape(leaf.text)}(?![\w])", leaf.description)
    return found is not None and not _EXAMPLE.search(leaf.description[: found.start()])


def names_id(leaf: Leaf) -> bool:
    """Whether an argument holds an identifier, by its name or by the first words of its description."""
    words = set(split_name(leaf.name))
    if words & _OTHER_WORDS:
        return False
    if words & _ID_WORDS or ({"key", "token"} & words and len(leaf.text) >= 6):
        return True
    if {"number", "no", "code"} & words and words & _NUMBERED:
        return True
    return _DESCRIBED.match(leaf.description) is not None
