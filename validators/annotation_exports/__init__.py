"""Exports of annotation tools: which answers of people they hold, and which of them count."""

from winnow.validators.annotation_exports.annotation_export import AnnotationExport
from winnow.validators.annotation_exports.argilla_export import ARGILLA, ARGILLA_NESTED, ARGILLA_V1
from winnow.validators.annotation_exports.doccano_export import DOCCANO
from winnow.validators.annotation_exports.label_studio_export import LABEL_STUDIO, LABEL_STUDIO_TABLE
from winnow.validators.annotation_exports.prodigy_export import PRODIGY
from winnow.validators.row_layout import Fields

ANNOTATION_EXPORTS = (LABEL_STUDIO, LABEL_STUDIO_TABLE, PRODIGY, ARGILLA, ARGILLA_NESTED, ARGILLA_V1, DOCCANO)
"""Every export; the first one that recognizes a row reads it."""


def export_of(fields: Fields) -> AnnotationExport | None:
    """The export that a row is one of; None for a row of anything else."""
    return next((one for one in ANNOTATION_EXPORTS if one.recognizes(fields)), None)
