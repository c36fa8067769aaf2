"""Values that stand for a value: `your_api_key`, `<token>`, `YYYY-MM-DD`, `name@example.com`."""

from __future__ import annotations

import re

from winnow.validators.tools.grounding.folding import split_name
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.opaque_ids import names_id

_DATE_PART = r"(?:YYYY|YY|MM|DD|HH|SS)"

_TEMPLATES = [
    re.compile(form, re.I)
    for form in (
        r"<[a-z][\w\s-]*>",
        r"\[[a-z][a-z0-9 _'’-]*\]",
        r"\{\{?[\w .-]+\}\}?|\$\{[^}]+\}|%[A-Z_]+%",
        rf"{_DATE_PART}(?:[-/:.\sT]{_DATE_PART})+Z?",
        r"x{3,}(?:[-.\s]?x+)*",
        r"n/?a|tb[cda]|todo|unknown|unspecified|undefined|placeholder|to be (?:determined|decided|confirmed)",
        r"not[_ ](?:provided|specified|given|available|known)",
        r"(?:your|insert|enter|put|paste|add)\b.*[_\s-]here|[a-z_]+_here",
        r"(?:insert|replace|enter)[_\s-](?:your|the|with|a)\b.*",
        r"(?:john|jane)[\s_.]doe",
        r"[a-z]+[_-]?1234?5?6?|123456(?:7(?:8(?:90?)?)?)?",
    )
]

_INSIDE_TEXT = re.compile(r"\[(?:your|my|insert|enter|recipient|sender)\b[^\]]*\]|<your\b[^>]*>|\{\{[^}]+\}\}", re.I)

_RESERVED_HOST = re.compile(
    r"(?:[@/.]|^)example\.(?:com|org|net|edu)\b|(?:@|://)[\w.-]+\.(?:test|example|invalid)\b", re.I
)
"""Names that RFC 2606 and RFC 6761 reserve for documentation, so that nobody owns them."""

_SLOT = r"(?:key|id|uuid|token|secret|password|username|e?mail|url|code|address|number|name|cursor|value|session)"

_FILLED_SLOT = re.compile(
    rf"(?:your|my|our|sample|example|dummy|fake|specific|next|previous|valid)[_\s-]?(?:\w+[_\s-]){{0,2}}{_SLOT}", re.I
)

_NAMED_SLOT = re.compile(rf"[a-z]+(?:_[a-z]+)*_{_SLOT}")

_CONSTANT = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:ID|KEY|TOKEN|SECRET|NAME|URL|EMAIL|NUMBER|CODE|ADDRESS|PASSWORD)"
)

_FILLERS = frozenset("your my our sample example placeholder dummy fake".split())

_ABOUT_VALUES = frozenset("format pattern template type field fields column columns sort".split())
"""Words in the name of an argument whose values look like placeholders: `YYYY-MM-DD` is a date format."""

_WEAK_FILLERS = frozenset("the a an some any valid actual real test demo value here".split())
"""They say nothing beside a filler, but may be values by themselves."""


def is_placeholder(leaf: Leaf) -> bool:
    """Whether a string stands for a value instead of being one. Some arguments hold a format or the name of a field."""
    if not isinstance(leaf.value, str) or _ABOUT_VALUES & leaf.about:
        return False
    text = leaf.text
    if any(form.fullmatch(text) for form in (*_TEMPLATES, _FILLED_SLOT)) or _INSIDE_TEXT.search(text):
        return True
    return _RESERVED_HOST.search(text) is not None or _names_slot(leaf) or _repeats_name(leaf)


def _names_slot(leaf: Leaf) -> bool:
    """Whether a value says which value belongs here: `SERENA_WILLIAMS_ID`, `session_token`, "the id for Ann"."""
    words = split_name(leaf.text)
    if leaf.text in leaf.allowed or leaf.text in leaf.description:
        return False
    if names_id(leaf) and "id" in words and len(words) > 1:
        return True
    constant = _CONSTANT.fullmatch(leaf.text) or _NAMED_SLOT.fullmatch(leaf.text)
    return constant is not None and not leaf.about.isdisjoint(words)


def _repeats_name(leaf: Leaf) -> bool:
    """Whether a value only repeats the name of its argument, with or without a filler: `my_api_key`, `user_id`."""
    words = {word for word in split_name(leaf.text) if not word.isdigit()}
    if not words or len(leaf.text) > 60:
        return False
    if words & _FILLERS:
        return words <= _FILLERS | _WEAK_FILLERS | set(leaf.about)
    return words == set(split_name(leaf.name)) and not leaf.allowed and len(words) > 1
