"""Recognize columns of a user, a session or a conversation, by their name or by their values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from winnow.curation.io.readers.numbered_rows import Fields, value_text

GROUP_WORDS = frozenset(
    """
    author buyer caller conv conversation convo customer dialog dialogue participant patient person requester sender
    session sid subscriber uid user username visitor
    benutzer gespräch gespraech kunde kunden nutzer sitzung teilnehmer unterhaltung
    cliente conversación conversacion diálogo dialogo hilo sesión sesion usuario
    fil séance seance usager utilisateur
    conversa conversazione sessione sessão sessao utente utilizador usuário
    gebruiker gesprek klant sessie bruger bruker samtal samtale användare anvandare kund
    klient rozmowa sesja użytkownik uzytkownik
    kullanıcı kullanici müşteri musteri oturum sohbet
    беседа диалог клиент пользователь сеанс сессия чат
    用户 客户 会话 对话 會話 對話 セッション ユーザー 会話 顧客 사용자 고객 세션 대화
    """.split()
)
"""Words for a person or a sequence of messages, in the names of columns."""

AMBIGUOUS_WORDS = frozenset(
    "account case chat client contact device discussion family group guest member thread ticket vorgang".split()
)
"""Words that name a group or a category: the column must also have few rows per value."""

OTHER_WORDS = frozenset(
    """
    age agent answer body category city class comment content count country date day email feedback fold gender hour
    index input intent kind label language length level locale message month page plan position priority query question
    rank rating reason region reply response role row satisfaction score segment sentiment size split state status
    subject tag target text tier time timestamp title topic turn type utterance week year
    """.split()
)
"""Words that make the name of a column one about something else, such as `customer type` or `user query`."""

MIN_VALUES = 10
"""Distinct values of a column that may be a group by its values alone; categories have fewer. Chosen by us."""

MAX_ROWS_PER_VALUE = 50
"""Rows per value, on average, of a column that may be a group; categories have more. Chosen by us."""

MIN_ID_SHARE = 0.95
"""Share of values that must look like ids. Chosen by us."""

MIN_ADJACENT_SHARE = 0.9
"""Share of the repeated values of a column of whole numbers that must follow each other, as the rows of one
conversation do. Chosen by us."""

_ID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"  # UUID, RFC 9562
    r"|[0-9a-f]{8,64}"
    r"|(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{3,64}"
    r"|[^@\s]+@[^@\s]+\.[a-z]{2,}",
    re.IGNORECASE,
)

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|\d{4}-?q[1-4]|(19|20)\d{2}(0[1-9]|1[0-2])\d{2}", re.I)


@dataclass(frozen=True)
class GroupCandidate:
    """A column that may say which rows belong together."""

    column: str
    values: int
    """Number of distinct values."""
    rows: int
    """Number of rows that have a value."""
    by_name: bool
    """The name says so; otherwise the values look like ids that repeat."""


def group_candidates(rows: Sequence[Fields], unused: Sequence[str]) -> list[GroupCandidate]:
    """The columns without another role that look like a user, a session or a conversation, the likeliest first.

    A column whose values are all different groups nothing, and is not named.
    """
    found = [candidate for column in unused if (candidate := _candidate(rows, column))]
    return sorted(found, key=lambda one: not one.by_name)


def _candidate(rows: Sequence[Fields], column: str) -> GroupCandidate | None:
    values = [text for fields in rows if (text := value_text(fields.get(column)).strip())]
    distinct, words = len(set(values)), _words(column)
    if distinct == len(values) or words & OTHER_WORDS:
        return None
    few_rows = len(values) / distinct <= MAX_ROWS_PER_VALUE
    by_name = bool(words & GROUP_WORDS or (few_rows and words & AMBIGUOUS_WORDS)) and not _is_text(values)
    if by_name or (few_rows and distinct >= MIN_VALUES and _are_ids(values)):
        return GroupCandidate(column, distinct, len(values), by_name)
    return None


def name_words(name: str) -> list[str]:
    """The words of a name: `userId`, `User ID` and `user_id` are `user` and `id`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFC", name))
    return re.findall(r"[^\W_]+", spaced.casefold())


def _words(column: str) -> set[str]:
    """The words of a column's name, also without the ending of an id or a plural."""
    words = name_words(column)
    joined = {word.removesuffix(ending) for word in words for ending in ("id", "ids", "no", "nr", "s")}
    return {*words, *joined}


def _is_text(values: Sequence[str]) -> bool:
    """Whether most values have four words or more: a message, not the name of its sender."""
    return sum(len(value.split()) >= 4 for value in values) > len(values) / 2


def _are_ids(values: Sequence[str]) -> bool:
    if _share(_DATE, values) > 1 - MIN_ID_SHARE:
        return False
    if all(value.isascii() and value.isdigit() for value in values):
        return _adjacent_share(values) >= MIN_ADJACENT_SHARE
    return _share(_ID, values) >= MIN_ID_SHARE


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _adjacent_share(values: Sequence[str]) -> float:
    """Share of the rows that repeat a value which follow a row with the same value."""
    repeats = len(values) - len(set(values))
    return sum(one == other for one, other in pairwise(values)) / repeats
