"""Values that stand for a value: `your_api_key`, `<token>`, `YYYY-MM-DD`, `name@example.com`."""

from __future__ import annotations

import re

from winnow.validators.tools.grounding.folding import split_name
from winnow.validators.tools.grounding.leaf import Leaf

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
        r".*[_\s-]here|(?:insert|replace|enter)[_\s-](?:your|the|with|a)\b.*",
        r"(?:john|jane)[\s_.]doe",
        r"[a-z]+[_-]?1234?5?6?",
    )
]

_INSIDE_TEXT = re.compile(r"\[(?:your|my|insert|enter|recipient|sender)\b[^\]]*\]|<your\b[^>]*>|\{\{[^}]+\}\}", re.I)

_RESERVED_HOST = re.compile(r"(?:[@/.]|^)example\.(?:com|org|net|edu)\b|\.(?:test|example|invalid)(?=[/:?]|$)", re.I)
"""Names that RFC 2606 and RFC 6761 reserve for documentation, so that nobody owns them."""

_SLOT = r"(?:key|id|uuid|token|secret|password|username|e?mail|url|code|address|number|name|cursor|value|session)"

_FILLED_SLOT = re.compile(rf"(?:your|my|our|sample|example|dummy|fake)[_\s-]?(?:\w+[_\s-]){{0,2}}{_SLOT}", re.I)

_NAMED_SLOT = re.compile(rf"[a-z]+(?:_[a-z]+)*_{_SLOT}")

_CONSTANT = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:ID|KEY|TOKEN|SECRET|NAME|URL|EMAIL|NUMBER|CODE|ADDRESS|PASSWORD)"
)

_FILLERS = frozenset("your my our sample example placeholder dummy fake".split())

_WEAK_FILLERS = frozenset("the a an some any valid actual real test demo value here".split())
"""They say nothing beside a filler, but may be values by themselves."""


def is_placeholder(leaf: Leaf) -> bool:
    """Whether a string stands for a value instead of being one. Formats are values of an argument that names one."""
    if not isinstance(leaf.value, str) or {"format", "pattern", "template"} & leaf.about:
        return False
    text = leaf.text
    if any(form.fullmatch(text) for form in _TEMPLATES) or _INSIDE_TEXT.search(text) or _RESERVED_HOST.search(text):
        return True
    if _FILLED_SLOT.fullmatch(text):
        return True
    shares_name = not leaf.about.isdisjoint(split_name(text)) and text not in leaf.description
    return (shares_name and bool(_CONSTANT.fullmatch(text) or _NAMED_SLOT.fullmatch(text))) or _repeats_name(leaf)


def _repeats_name(leaf: Leaf) -> bool:
    """Whether a value only repeats the name of its argument, with or without a filler: `my_api_key`, `user_id`."""
    words = {word for word in split_name(leaf.text) if not word.isdigit()}
    if not words or len(leaf.text) > 60:
        return False
    if words & _FILLERS:
        return words <= _FILLERS | _WEAK_FILLERS | set(leaf.about)
    return words == set(split_name(leaf.name)) and not leaf.allowed and len(words) > 1
