"""What the tokenizer of an embedder cannot see in a text: unknown words, spelled words, lost accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from winnow.core.example import fold_key, repeat_key

UNKNOWN_TOKENS = ("[UNK]", "<unk>", "<|unk|>")
"""How tokenizers call the token of a word that is not in their vocabulary."""

READABLE_ASCII = "".join(map(chr, range(33, 127)))

UNREAD_SHARE_MAX = 0.5
"""A text of which more letters than this are unknown or spelled is unreadable as a whole."""


class TextSight(NamedTuple):
    """What an embedder does not see of a text."""

    unseen: str = ""
    """The part of the text, folded, that it does not see; two texts with different ones cannot be compared by cosine.
    Empty where it sees everything."""
    unreadable: bool = False
    """It sees next to nothing: `unseen` stands for the whole text."""


class _WordSight(NamedTuple):
    """What a tokenizer does not see of one word."""

    unread: int
    """Letters that are unknown, or that are a token each."""
    unseen: str
    """The unknown part and the words that lose an accent, folded."""
    has_unknown: bool
    """Whether any part of it is unknown, be it a symbol."""


@dataclass(frozen=True)
class TextReader:
    """Reads texts with a tokenizer alone; no model runs."""

    tokenizer: Any
    """Of the `tokenizers` library."""
    optional_accents: str = ""
    """Letters that are often typed without their accent in the language; any other accent makes another letter."""

    def sights(self, texts: Sequence[str]) -> list[TextSight]:
        """What is not seen of each text."""
        to_read = [text for text in texts if not (self._reads_ascii and text.isascii())]
        if not to_read:
            return [SEEN] * len(texts)
        words = {word for text in to_read for word in text.split() if not (self._reads_ascii and word.isascii())}
        known = self._word_sights(words)
        found = {text: _text_sight(text, known) for text in to_read}
        return [found.get(text, SEEN) for text in texts]

    def _word_sights(self, words: Iterable[str]) -> dict[str, _WordSight]:
        ordered = sorted(words)
        lost = self._lost_accents({character for word in ordered for character in word if not character.isascii()})
        encodings = self.tokenizer.encode_batch(ordered, add_special_tokens=False)
        return {word: self._word_sight(word, encoding, lost) for word, encoding in zip(ordered, encodings, strict=True)}

    def _word_sight(self, word: str, encoding: Any, lost: frozenset[str]) -> _WordSight:
        spans = zip(encoding.offsets, encoding.ids, strict=True)
        unknown = [word[start:end] for (start, end), token in spans if token == self._unknown]
        spelled = {start for start, end in encoding.offsets if end - start == 1 and _is_word_letter(word[start])}
        unread = sum(character.isalnum() for part in unknown for character in part) + len(spelled)
        parts = [word] if any(character in lost for character in word) else unknown
        seen_as = [_key(part) for part in parts if any(map(str.isalnum, part))]
        return _WordSight(min(unread, sum(map(str.isalnum, word))), " ".join(seen_as), bool(unknown))

    def _lost_accents(self, characters: Iterable[str]) -> frozenset[str]:
        """The letters that the tokenizer reads as the letter without its accent, although the language needs it."""
        accented = sorted(c for c in characters if _without_accent(c) != c and c.lower() not in self.optional_accents)
        read, bare = (
            [one.ids for one in self.tokenizer.encode_batch(forms, add_special_tokens=False)]
            for forms in (accented, [_without_accent(c) for c in accented])
        )
        return frozenset(c for c, one, other in zip(accented, read, bare, strict=True) if one == other)

    @cached_property
    def _unknown(self) -> int | None:
        named = getattr(self.tokenizer.model, "unk_token", None)
        ids = (self.tokenizer.token_to_id(name) for name in (*([named] if named else []), *UNKNOWN_TOKENS))
        return next((one for one in ids if one is not None), None)

    @cached_property
    def _reads_ascii(self) -> bool:
        ids = self.tokenizer.encode(" ".join(READABLE_ASCII), add_special_tokens=False).ids
        return self._unknown not in ids


SEEN = TextSight()
"""Everything is seen."""


def open_text_reader(folder: Path, optional_accents: str) -> TextReader | None:
    """The reader with the tokenizer of a model's folder; None where it has no tokenizer of the `tokenizers` library."""
    from tokenizers import Tokenizer

    file = min(folder.rglob("tokenizer.json"), key=lambda path: len(path.parts), default=None)
    if file is None:
        return None
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return TextReader(tokenizer, optional_accents)


def _text_sight(text: str, known: dict[str, _WordSight]) -> TextSight:
    own = [known[word] for word in text.split() if word in known]
    letters, unread = sum(map(str.isalnum, text)), sum(one.unread for one in own)
    if unread > UNREAD_SHARE_MAX * letters or (not letters and any(one.has_unknown for one in own)):
        return TextSight(_key(text), unreadable=True)
    return TextSight(" ".join(one.unseen for one in own if one.unseen))


def _is_word_letter(character: str) -> bool:
    """Whether a letter says little alone: neither Latin, of which names are spelled, nor Han, where it is a word."""
    is_han = "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"
    return character.isalpha() and not is_han and not _without_accent(character).isascii()


def _key(text: str) -> str:
    """A text as it is compared with others: folded, without punctuation."""
    return repeat_key(fold_key(text))


def _without_accent(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn")
