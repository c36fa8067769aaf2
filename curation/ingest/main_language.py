"""Whether most texts are in another language than the task says: one note, in place of a flag for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.curation.ingest.language import LANGUAGE_MIN_CHARACTERS, language_code

MIN_SHARE = 0.5
"""The share of texts in another language above which it is the language of the texts."""

MIN_TEXTS = 10
"""Fewer texts that are long enough to tell say nothing about the others."""

MIN_SHORT_TEXTS = 50
"""From so many texts, short ones are joined to be long enough, if too few are."""

MAX_SAMPLES = 50
"""Joined texts that are examined."""


class MainLanguage(NamedTuple):
    """A language other than the task's that most texts are in."""

    name: str
    """In English, in lower case."""
    code: str
    """ISO 639-1."""
    texts: int
    checked: int
    """Texts, or samples of joined short texts, that were long enough to tell."""
    unit: str

    def note(self, language: str) -> str:
        """What to change in the task file."""
        found = f"{self.texts:,} of {counted(self.checked, self.unit)} ({self.texts / self.checked:.0%})"
        return (
            f"{found} are in {self.name.title()} and not in the task's language ({language}): set "
            f"`language: {self.code}` in winnow.yaml; they are not flagged one by one"
        )


def main_language(
    texts: Sequence[str],
    detected: Mapping[int, str],
    language: str,
    detect: Callable[[Sequence[str], str], Mapping[int, str]],
) -> MainLanguage | None:
    """The other language of most texts, from what was `detected` by position; None if there is none.

    Where too few texts are long enough, short ones are joined and examined with `detect`.
    """
    long = sum(len(text) >= LANGUAGE_MIN_CHARACTERS for text in texts)
    if long >= MIN_TEXTS:
        return _most_frequent(detected.values(), long, "long text")
    if len(texts) < MIN_SHORT_TEXTS:
        return None
    samples = _joined(texts)
    return _most_frequent(detect(samples, language).values(), len(samples), "sample")


def _most_frequent(detected: Iterable[str], checked: int, unit: str) -> MainLanguage | None:
    names = Counter(found.split(" ")[0] for found in detected)
    (name, count), *_ = names.most_common(1) or [("", 0)]
    if not checked or count <= MIN_SHARE * checked:
        return None
    return MainLanguage(name, language_code(name), count, checked, unit)


def _joined(texts: Sequence[str]) -> list[str]:
    """Neighboring texts joined until each is long enough."""
    samples: list[str] = []
    current = ""
    for text in texts:
        current = f"{current} {text}".strip()
        if len(current) >= 2 * LANGUAGE_MIN_CHARACTERS:
            samples.append(current)
            current = ""
        if len(samples) == MAX_SAMPLES:
            break
    return samples
