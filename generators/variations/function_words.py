"""Variation kind `function_words`: articles, auxiliaries and "I" left out, as people do in a hurry."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.generators.variations.tokens import TextChange, TokenizedQuery

ARTICLES = frozenset(("a", "an", "the"))

POSSESSIVES = frozenset(("my", "our"))

FIXED = frozenset(
    "lot few bit little couple while other same only first last next most best way rest day week month year hour "
    "minute second time".split()
)
"""These words keep the article before them: "a lot", "the other"."""

FORMS_OF_BE = frozenset(("am", "is", "are"))

NO_SUBJECT = frozenset("what where who when why how which that there this here it these those and but or".split())
"""After these, a form of "be" stays: "what is", "there is"."""

KEPT_SUBJECT = frozenset(("do", "don't", "dont"))
"""Without "I", "I don't …" would be a command."""

MIN_WORDS = 3
"""The fewest words that must remain of a request."""


def function_words(query: TokenizedQuery) -> Iterator[TextChange]:
    """Articles left out, all or one; "my" left out; "is" before "not"; the subject at the beginning."""
    if query.is_command_line or query.code:
        return
    articles = [i for i in range(len(query.words)) if _droppable(query, i, ARTICLES)]
    owners = [i for i in range(len(query.words)) if _droppable(query, i, POSSESSIVES)]
    drops = [[i] for i in articles + owners]
    if len(articles + owners) > 1:
        drops.append(sorted(articles + owners))
    drops += [[i] for i in _links(query)] + _subject(query)
    for indices in drops:
        if len(query.words) - len(indices) >= MIN_WORDS:
            yield TextChange(query.drop(indices), f"without {', '.join(query.folded[i] for i in indices)}")


def _droppable(query: TokenizedQuery, i: int, kind: frozenset[str]) -> bool:
    """Whether a word belongs to what follows it, so that it can be dropped."""
    last = len(query.words) - 1
    return (
        query.folded[i] in kind
        and query.words[i].free
        and i < last
        and query.joined(i, i + 1)
        and query.words[i + 1].natural
        and query.folded[i + 1] not in FIXED
    )


def _links(query: TokenizedQuery) -> Iterator[int]:
    """Forms of "be" between a subject and its predicate ("card not working"), and "do" in "how do i"."""
    for i in range(1, len(query.words) - 1):
        before, word, after = query.folded[i - 1 : i + 2]
        linked = (
            word in FORMS_OF_BE and before not in NO_SUBJECT and (after in ("not", "still") or after.endswith("ing"))
        )
        if (
            query.words[i].free
            and query.joined(i - 1, i + 1)
            and (linked or (before, word, after) == ("how", "do", "i"))
        ):
            yield i


def _subject(query: TokenizedQuery) -> list[list[int]]:
    """The "I" at the beginning, and an "am" that would remain alone: "still waiting for my card"."""
    first, second = (*query.folded[:2], "", "")[:2]
    if first in ("i'm", "im", "i've", "ive"):
        return [[0]]
    if first != "i" or second in KEPT_SUBJECT:
        return []
    return [[0, 1]] if second == "am" else [[0]]
