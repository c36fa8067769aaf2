"""Export a release in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.prompt_template import parse_template, template_fault
from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.core.prompt_template import PromptTemplate
    from winnow.curation.releases.export import Exported
    from winnow.curation.releases.release import Release


class ExportResult(NamedTuple):
    """What was written."""

    folder: Path
    rows: dict[str, int]
    """Rows by file name; 0 for a file that holds none, such as settings."""
    exported: Exported
    """The same with what was lost, and warnings."""


def export(
    context: Context,
    name_or_path: str | Path,
    format: str,  # noqa: A002  (the word of the command line)
    *,
    out: Path | None = None,
    prompt_template: str | None = None,
) -> ExportResult:
    """Write a release in another format, by default to `exports/RELEASE-FORMAT`.

    The prompt template is that of the task unless one is given. Raises WinnowError for one without a place for the
    text, for a release of dialogues, and for a format that holds the queries alone.
    """
    from winnow.curation.releases.export import export as export_release

    release = context.release(name_or_path)
    folder = out or context.exports_folder / f"{release.name}-{format}"
    template = _template(release, prompt_template, format)
    exported = export_release(release, format, folder, template=template)
    return ExportResult(folder, dict(exported.rows), exported)


def _template(release: Release, given: str | None, format: str) -> PromptTemplate:  # noqa: A002
    from winnow.curation.io.writers import WRITERS

    where, expected = Parameter("prompt_template"), "{text} exactly once, such as 'Classify this input: {text}'"
    if given is None:
        return parse_template(release.task().prompt_template)
    if "text" not in release.kind.content_columns:
        found = f"a template for a release of kind {release.kind.name}"
        raise WinnowError(Problem(where, found, "a release of kind intents", "leave it out"))
    if format in WRITERS and WRITERS[format].whole:
        found = f"a template for the format {format}, which holds queries without a prompt"
        raise WinnowError(Problem(where, found, "a format for language models, such as chat", "leave it out"))
    if fault := template_fault(given):
        raise WinnowError(Problem(where, f"{given!r}: {fault}", expected, "write {text} where the text stands"))
    return parse_template(given)
