"""Zip archives: the one data file in them, or why they are none."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.foreign_formats import PHRASES, SAVE_TABLE, Foreign, refused

ZIP = b"PK\x03\x04"
"""The first bytes of an archive; those of an empty one differ."""

WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
"""Files of a workbook of Excel, one of which each has."""

SPREADSHEET_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
"""What the file `mimetype` of a workbook of LibreOffice states."""

LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that an operating system adds to an archive."""

LEX = ("/Intent.json", "BotLocale.json")
"""Names of files in a bot of Amazon Lex."""

FOREIGN: tuple[tuple[Callable[[Sequence[str]], bool], Foreign], ...] = (
    (lambda names: "word/document.xml" in names, Foreign("a document of Word", SAVE_TABLE)),
    (lambda names: "ppt/presentation.xml" in names, Foreign("slides of PowerPoint", SAVE_TABLE)),
    (lambda names: "agent.json" in names and _has_folder(names, "intents"), Foreign("an agent of Dialogflow", PHRASES)),
    (lambda names: any(one.endswith(LEX) for one in names), Foreign("a bot of Amazon Lex", PHRASES)),
)
"""Archives of other tools: how they are told by the names in them, and what they are."""


class Unpacked(NamedTuple):
    """The one data file of an archive."""

    name: str
    content: bytes


def unzip(data: bytes, *, name: str, limit: int) -> Unpacked | None:
    """The data file of a zip archive; None for other data, and for a workbook, which is one itself.

    Raises WinnowError for a damaged archive, one of a known other tool, and one with several data files or none.
    """
    if not data.startswith(ZIP):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/")]
            if _is_workbook(archive, names):
                return None
            _refuse_other_tools(name, names)
            only = _only_file(name, [one for one in names if not _is_of_system(one)])
            with archive.open(only) as packed:
                content = packed.read(limit + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error, ValueError) as error:
        found = f"a damaged archive or workbook ({error})"
        raise WinnowError(Problem(name, found, "an intact file without a password", "copy or save it again")) from None
    if len(content) > limit:
        found = f"{len(data):,} bytes that unpack to more than {limit:,}"
        raise WinnowError(Problem(name, found, "packed text", "unpack it yourself if this is intended"))
    return Unpacked(only, content)


def _refuse_other_tools(name: str, names: Sequence[str]) -> None:
    for is_one, foreign in FOREIGN:
        if is_one(names):
            raise refused(name, foreign)


def _has_folder(names: Sequence[str], folder: str) -> bool:
    return any(one.startswith(f"{folder}/") for one in names)


def _is_workbook(archive: zipfile.ZipFile, names: Sequence[str]) -> bool:
    if any(one in names for one in WORKBOOK_PARTS):
        return True
    if "mimetype" not in names:
        return False
    with archive.open("mimetype") as packed:
        return packed.read(len(SPREADSHEET_TYPE)) == SPREADSHEET_TYPE


def _is_of_system(name: str) -> bool:
    return any(part in name for part in LEFT_BY_SYSTEMS)


def _only_file(name: str, files: Sequence[str]) -> str:
    if len(files) == 1:
        return files[0]
    listed = ", ".join(files[:10]) + (f" and {len(files) - 10} more" if len(files) > 10 else "")
    found = f"an archive of {counted(len(files), 'file')}: {listed}" if files else "an archive without a file"
    raise WinnowError(
        Problem(name, found, "an archive with one data file", "unpack it, and name the files or the folder")
    )
