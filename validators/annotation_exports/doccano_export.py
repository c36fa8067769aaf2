"""doccano: the labels of a text as a list, in a column `label`, `labels` or `cats`; the export names no annotator.

Format: `backend/data_export/pipeline/factories.py` and `formatters.py` of https://github.com/doccano/doccano, read on
2026-11-30. In its CSV the labels are one text with `#` between them.
"""

from __future__ import annotations

from winnow.validators.annotation_exports.annotation_export import AnnotationExport
from winnow.validators.annotator_answers import AnnotatedRow
from winnow.validators.row_layout import Fields

COLUMNS = ("cats", "labels")
"""Columns of the labels that are not called `label`; next to `cats`, a column `label` holds spans."""


def recognizes(fields: Fields) -> bool:
    """Whether a row has its labels in a list that is not called `label`."""
    return "text" in fields and _column(fields) is not None


def read(fields: Fields) -> AnnotatedRow:
    """The row with the list as its label."""
    column = _column(fields)
    own = {name: value for name, value in fields.items() if name != column}
    return AnnotatedRow({**own, "label": fields[column] if column else None}, ("label",))


def _column(fields: Fields) -> str | None:
    return next((name for name in COLUMNS if isinstance(fields.get(name), list)), None)


DOCCANO = AnnotationExport("doccano", "doccano", recognizes, read)
