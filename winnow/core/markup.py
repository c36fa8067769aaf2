"""HTML entities and tags in a text: how they look to a person who reads the page."""

from __future__ import annotations

import html
import re
from functools import cache
from html.entities import html5

MAX_ESCAPES = 3
"""How often a text may have been escaped, one time over the other, as in `&amp;lt;b&amp;gt;`."""

ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z\d]{1,31});", re.I)

TAG = re.compile(r"<(?P<close>/)?(?P<name>[a-z][\w:-]*)(?:\s[^<>]*|/)?>|<!--.*?-->", re.I | re.S)
"""A tag with its attributes, or a comment."""

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub"
    " sup time tt u var wbr".split()
)
"""Elements inside a line of text (HTML Living Standard, "phrasing content", and older ones)."""

BLOCK = frozenset(
    "address article aside blockquote body br center dd div dl dt footer h1 h2 h3 h4 h5 h6 head header hr html img li"
    " main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
"""Elements that begin a line or a cell."""


def without_markup(text: str) -> str:
    """The text with the characters that entities stand for, and without the tags that mark up a part of it.

    A tag is markup if it and its end tag enclose something, or if it is one of HTML that touches a word. In "what does
    <br> do" the text is about the tag, which stays.
    """
    for _ in range(MAX_ESCAPES):
        if (shown := ENTITY.sub(_character, text) if "&" in text else text) == text:
            break
        text = shown
    return _without_tags(text) if "<" in text else text


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; an unknown one stays."""
    name = entity[0][1:]
    return html.unescape(entity[0]) if name[0] == "#" else _characters().get(name, entity[0])


@cache
def _characters() -> dict[str, str]:
    """The character of each name of an entity, also of names in lower case that HTML writes with capitals."""
    return {name.casefold(): character for name, character in html5.items()} | html5


def _without_tags(text: str) -> str:
    tags = list(TAG.finditer(text))
    parts, last = [], 0
    for i in sorted(_marking(text, tags)):
        inline = tags[i]["name"] is not None and tags[i]["name"].casefold() in INLINE
        parts += [text[last : tags[i].start()], "" if inline else " "]
        last = tags[i].end()
    return "".join([*parts, text[last:]])


def _marking(text: str, tags: list[re.Match[str]]) -> set[int]:
    """Positions of the tags that mark up a part of the text."""
    found = _paired(text, tags) | {i for i, tag in enumerate(tags) if _touches_a_word(text, tag)}
    for i in range(1, len(tags)):
        if i - 1 in found and _is_known(tags[i]) and tags[i - 1].end() == tags[i].start():
            found.add(i)
    for i in range(len(tags) - 1, 0, -1):
        if i in found and _is_known(tags[i - 1]) and tags[i - 1].end() == tags[i].start():
            found.add(i - 1)
    return found


def _paired(text: str, tags: list[re.Match[str]]) -> set[int]:
    """Positions of start tags and end tags that enclose something, and of comments."""
    open_tags: dict[str, list[int]] = {}
    paired = set()
    for i, tag in enumerate(tags):
        if tag["name"] is None:
            paired.add(i)
        elif not tag["close"]:
            open_tags.setdefault(tag["name"].casefold(), []).append(i)
        elif before := open_tags.get(tag["name"].casefold()):
            start = before.pop()
            if TAG.sub("", text[tags[start].end() : tag.start()]).strip():
                paired |= {start, i}
    return paired


def _touches_a_word(text: str, tag: re.Match[str]) -> bool:
    """Whether there is no space between a tag of HTML and a word or the end of a sentence."""
    before, after = text[max(0, tag.start() - 1) : tag.start()], text[tag.end() : tag.end() + 1]
    return _is_known(tag) and (before.isalnum() or before in {".", "?", "!"} or after.isalnum())


def _is_known(tag: re.Match[str]) -> bool:
    return tag["name"] is not None and tag["name"].casefold() in INLINE | BLOCK
