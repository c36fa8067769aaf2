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

_QUANTITY_WORDS = frozenset("limit count max min num total size page offset length amount quantity".split())

_DESCRIBED = re.compile(r"^\W*(?:the |an? )?(?:[\w-]+ ){0,4}(?:id|identifier)s?\b", re.I)

_RANDOM = (
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I),
    re.compile(r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}", re.I),
    re.compile(r"(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[\w-]{16,}"),
)
"""Forms that only generated identifiers have, whatever the argument is called: UUIDs, hashes, letters with digits."""

_EXAMPLE = re.compile(r"(?:e\.?g\.?|example|such as|like|default)[^.;]*$", re.I)


def is_opaque_id(leaf: Leaf) -> bool:
    """Whether a value identifies something by digits or random letters, or is a secret."""
    text = leaf.text
    if isinstance(leaf.value, bool) or (isinstance(leaf.value, float) and not leaf.value.is_integer()):
        return False
    words = set(split_name(leaf.name))
    if words & _SECRET_WORDS:
        return True
    if any(form.fullmatch(part) for form in _RANDOM for part in re.split(r"[:/=?&,.\s]", text)):
        return True
    return _names_id(leaf, words) and any(c.isdigit() for c in text) and not re.search(r"\s", text)


def is_listed(leaf: Leaf) -> bool:
    """Whether the description lists a value as one of several, not as an example."""
    found = re.search(rf"(?<![\w.]){re.escape(leaf.text)}(?![\w])", leaf.description)
    return found is not None and not _EXAMPLE.search(leaf.description[: found.start()])


def _names_id(leaf: Leaf, words: set[str]) -> bool:
    if words & _QUANTITY_WORDS:
        return False
    if words & _ID_WORDS or ({"key", "token"} & words and len(leaf.text) >= 6):
        return True
    if {"number", "no", "code"} & words and words & _NUMBERED:
        return True
    joined = leaf.name.lower().endswith(("id", "ids"))
    return joined and _DESCRIBED.match(leaf.description) is not None
