"""Drop the further rows of the header that survey tools write below the names of the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow, value_text
from winnow.validators.text import Drop

KINDS_OF_ANSWERS = frozenset(
    """
    response|open-ended response|other (please specify)|antwort|offene antwort|réponse|réponse libre|réponse ouverte
    respuesta|respuesta abierta|risposta|risposta aperta|resposta|resposta aberta|antwoord|odpowiedź|cevap|ответ
    回答|自由記述
    """.replace("\n", "|").split("|")
)
"""What SurveyMonkey writes below a question."""

IMPORT_ID = "ImportId"
"""The key that Qualtrics writes in the third row of a header; the second one repeats the questions."""

DETAIL = "a further row of the header, not an answer"


def without_header_rows(numbered: Sequence[NumberedRow]) -> list[NumberedRow]:
    """The rows of a table, where the rows that still belong to its header are dropped."""
    count = _header_rows([fields for _, fields in numbered[:2]])
    return [(number, _dropped(fields)) for number, fields in numbered[:count]] + [*numbered[count:]]


def _header_rows(rows: Sequence[Fields | Drop]) -> int:
    """How many of the first rows belong to the header."""
    cells = [_cells(fields) for fields in rows]
    if len(cells) == 2 and cells[1] and all(IMPORT_ID in cell for cell in cells[1]):
        return 2
    words = {word.strip() for word in KINDS_OF_ANSWERS}
    return int(bool(cells and cells[0]) and all(cell.casefold() in words for cell in cells[0]))


def _cells(fields: Fields | Drop) -> list[str]:
    if isinstance(fields, Drop):
        return []
    return [text for value in fields.values() if (text := value_text(value).strip())]


def _dropped(fields: Fields | Drop) -> Drop:
    if isinstance(fields, Drop):
        return fields
    out = io.StringIO()
    csv.writer(out).writerows([[*fields], [value_text(value) for value in fields.values()]])
    return Drop(DropReason.MALFORMED_ROW, DETAIL, out.getvalue().rstrip("\r\n"))
