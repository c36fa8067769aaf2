"""Words that people and programs write where there is no label."""

from __future__ import annotations

import re
import unicodedata

DOUBTFUL_WORDS = frozenset(
    "none unknown unk unbekannt keine keiner keines ohne inconnu inconnue aucun aucune desconocido desconocida "
    "ninguno ninguna".split()
)
"""Words that are also the name of an out-of-scope label."""

MISSING_WORDS = frozenset(
    # English, and what programs write
    "n/a na nan null nil nul tbd tba todo blank empty missing undefined undetermined unspecified "
    "unlabeled unlabelled unassigned untagged notset nolabel notavailable notapplicable novalue nodata "
    # German
    "ka keineangabe keinlabel leer fehlt offen nichtbekannt nichtangegeben nichtzugeordnet "
    "nichtzutreffend nichtverfugbar unklassifiziert "
    # French
    "nd so vide manquant nonrenseigne nonrenseignee nondefini nondisponible sansobjet "
    "adefinir sansetiquette "
    # Spanish
    "sd vacio vacia nulo nula sindatos sinetiqueta noaplica nodisponible "
    "pordefinir sindefinir sinespecificar sincategoria sinclasificar "
    # Portuguese, Italian, Dutch, Polish, Turkish, Russian, Chinese, Japanese, Korean
    "naoinformado semcategoria nonspecificato nvt brak yok belirtilmemis нет неуказано 无 未知 未分类 未設定 なし "
    "未分類 該当なし 없음 uncategorized uncategorised notspecified".replace("/", "").split()
)
"""Without case, accents, spaces and punctuation."""


def is_missing_word(label: str) -> bool:
    """Whether a label stands for "no label": one of the words, or nothing but punctuation."""
    word = _word(label)
    if word in DOUBTFUL_WORDS:
        return label.strip()[:1] in "<("
    return word in MISSING_WORDS if word else bool(label.strip()) and all(map(_is_punctuation, label.strip()))


def may_be_missing(label: str) -> bool:
    """The same, also of a word that may be the name of an out-of-scope label."""
    return is_missing_word(label) or _word(label) in DOUBTFUL_WORDS


def _word(label: str) -> str:
    return re.sub(r"[\W_]+", "", _plain_letters(label))


def _plain_letters(label: str) -> str:
    """Lower-case letters without accents; composed again, because letters of other scripts are composed too."""
    decomposed = unicodedata.normalize("NFKD", label.casefold())
    bare = "".join(one for one in decomposed if not "\u0300" <= one <= "\u036f")
    return unicodedata.normalize("NFKC", bare)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC" or character in "+=<>|~^`$"
