"""Winnow: turn raw user queries into a labeled dataset that a team can trust.

    import winnow

    ws = winnow.open(".")
    ws.add("queries.csv")
    ws.check()
    release = ws.freeze("first")

Every command of the command line is a method of `Workspace` with the same name; tables are pandas in and out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.call_arguments import check_call
from winnow.core.errors import WinnowError
from winnow.core.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from winnow.config.source_options import SourceOptions
    from winnow.curation.file_findings.dialogue_findings import DialogueFindings
    from winnow.curation.file_findings.file_findings import FileFindings
    from winnow.curation.io.readers.columns import Columns
    from winnow.interaction_log import log_interaction
    from winnow.workspace import Workspace

__all__ = ["WinnowError", "__version__", "describe_dialogues", "describe_file", "init", "log_interaction", "open"]


@check_call(dict)
def open(path: str | Path = ".") -> Workspace:  # noqa: A001  (users call it as winnow.open)
    """The workspace at a folder or above it. Raises WinnowError if there is none."""
    from winnow.workspace import Workspace

    return Workspace.find(Path(path))


def _argument_types() -> dict[str, Any]:
    """The types of parameters that are imported when they are first needed."""
    from collections.abc import Sequence

    from winnow.curation.file_findings.dialogue_findings import DialogueFindings
    from winnow.curation.file_findings.file_findings import FileFindings
    from winnow.curation.io.readers.columns import Columns

    types = (Columns, DialogueFindings, FileFindings, Sequence)
    return {one.__name__: one for one in types}


@check_call(_argument_types)
def init(  # noqa: PLR0913
    path: str | Path,
    *,
    template: str = "intents",
    from_file: str | Path | None = None,
    columns: Columns | None = None,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    where: str | None = None,
    time_format: str | None = None,
    license: str = "unknown",
    no_label: Sequence[str] = (),
    discover: bool = False,
) -> Workspace:
    """Create a workspace with a commented `winnow.yaml`: with the labels or tools of a data file, and how it is read.

    `columns`, `license` and the others say what is known about the file; `describe_file` shows what is recognized.
    For a file of queries without labels, `discover` also writes `taxonomy.yaml` with suggested labels.
    """
    from winnow.operations.describe_file import DESCRIBE
    from winnow.operations.discover import check_discovery, discover_in_file
    from winnow.operations.init import check_new_workspace
    from winnow.workspace import Workspace

    check_new_workspace(Path(path), template=template)
    if discover:
        check_discovery(Path(path), Path(from_file) if from_file else None, template=template)
    given: dict[str, Any] = {"columns": columns, "format": format, "encoding": encoding, "table": table}
    given |= {"where": where, "time_format": time_format, "license": license, "no_label": no_label}
    found = DESCRIBE[template](Path(from_file), _stated(**given)) if from_file else None
    if discover and from_file and found:
        discover_in_file(Path(path), Path(from_file), found)
    return Workspace.init(Path(path), template=template, found=found)


@check_call(_argument_types)
def describe_file(  # noqa: PLR0913
    file: str | Path,
    *,
    columns: Columns | None = None,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    where: str | None = None,
    time_format: str | None = None,
    license: str = "unknown",
    no_label: Sequence[str] = (),
) -> FileFindings:
    """What a file of queries holds and how it would be read; nothing is written."""
    from winnow.operations.describe_file import describe_file as operation

    given: dict[str, Any] = {"columns": columns, "format": format, "encoding": encoding, "table": table}
    given |= {"where": where, "time_format": time_format, "license": license, "no_label": no_label}
    return operation(Path(file), _stated(**given))


@check_call(_argument_types)
def describe_dialogues(
    file: str | Path,
    *,
    columns: Columns | None = None,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    where: str | None = None,
    time_format: str | None = None,
    license: str = "unknown",
) -> DialogueFindings:
    """What a file of dialogues holds, with the tools that they declare; nothing is written."""
    from winnow.operations.describe_file import describe_dialogue_file

    given: dict[str, Any] = {"columns": columns, "format": format, "encoding": encoding, "table": table}
    given |= {"where": where, "time_format": time_format, "license": license}
    return describe_dialogue_file(Path(file), _stated(**given))


def _stated(*, columns: Columns | None, no_label: Sequence[str] = (), **reading: Any) -> SourceOptions:
    """What is said about a file, as a section of `sources`."""
    from winnow.operations.describe_file import stated_options

    return stated_options(columns, no_label=tuple(no_label), **reading)


def __getattr__(name: str) -> Any:
    """`log_interaction`, imported when it is first used."""
    if name != "log_interaction":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from winnow.interaction_log import log_interaction

    return log_interaction
