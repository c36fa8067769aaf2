"""Labels that are probably two spellings of one: by case, separators, look-alike characters, plural, or one letter."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz.distance import OSA

MIN_WORD = 5
"""Letters of a word in which another letter is taken for a typing error: shorter words are often one letter apart."""

MIN_WORD_OF_RARE_LABEL = 4
"""The same where one of two labels is so rare that a typing error is likely."""

LOOK_ALIKE_LETTERS = str.maketrans("авеёіјкмнорстухѕԁԛԝαβεηικνορτυχɡı", "abeeijkmhopctyxsdqwabenikvoptuxgi")
"""Cyrillic and Greek letters, and others, that look like a Latin one; in lower case."""


def case_key(label: str) -> str:
    """Equal for labels that differ in case or in the Unicode form only."""
    return unicodedata.normalize("NFKC", label).casefold().strip()


def spelling_key(label: str) -> str:
    """Equal for labels that differ in separators, accents, invisible or look-alike characters only."""
    return "".join(_words(label))


def plural_key(label: str) -> str:
    """Equal for labels that differ in the singular and the plural of their words only."""
    return "".join(map(_singular, _words(label)))


def groups_by(labels: Iterable[str], key: Callable[[str], str]) -> list[Sequence[str]]:
    """Labels with the same key, where there are several; labels without a letter or digit have none."""
    found: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        found[key(label)].append(label)
    return [group for own, group in found.items() if own and len(group) > 1]


Rarity = Callable[[str, str], bool]
"""Whether one of two labels is rare next to the other."""


def one_letter_apart(labels: Iterable[str], *, is_rare: Rarity | None = None) -> list[Sequence[str]]:
    """Pairs of labels that differ in one letter of a longer word: one more, one less, another, or two swapped.

    Where one of them `is_rare`, the word may be a little shorter.
    """
    keys = {label: " ".join(_words(label)) for label in labels}
    shortened: dict[str, set[str]] = defaultdict(set)
    for label, key in keys.items():
        for place in range(len(key)):
            shortened[key[:place] + key[place + 1 :]].add(label)
        shortened[key].add(label)
    order = {label: place for place, label in enumerate(keys)}
    near = {
        pair
        for group in shortened.values()
        if len(group) > 1
        for pair in _pairs(sorted(group, key=order.__getitem__))
        if _is_typing_error(keys[pair[0]], keys[pair[1]], _least_letters(pair, is_rare))
    }
    return sorted(near, key=lambda pair: (order[pair[0]], order[pair[1]]))


def _pairs(group: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for place, one in enumerate(group) for other in group[place + 1 :]]


def _least_letters(pair: tuple[str, str], is_rare: Rarity | None) -> int:
    return MIN_WORD_OF_RARE_LABEL if is_rare is not None and is_rare(*pair) else MIN_WORD


def _is_typing_error(one: str, other: str, least: int) -> bool:
    """Whether two labels, as words, have one word of `least` letters or more that differs, by one letter."""
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return False
    left, right = differing[0]
    long = min(len(left), len(right)) >= least and left.isalpha() and right.isalpha()
    return long and OSA.distance(left, right, score_cutoff=1) == 1


def _words(label: str) -> list[str]:
    """The words of a label in lower case: also those of `camelCase`."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", label) if unicodedata.category(c) != "Cf")
    parted = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", shown)
    decomposed = unicodedata.normalize("NFKD", parted.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c) or _is_vowel_sign(c))
    return re.findall(r"[^\W_]+", plain.translate(LOOK_ALIKE_LETTERS))


def _is_vowel_sign(character: str) -> bool:
    """Whether a combining character is part of a letter of its script, and no accent of a Latin one."""
    return not "\u0300" <= character <= "\u036f"


def _singular(word: str) -> str:
    """An English, French or Spanish word without the ending of its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
