"""What must hold of every file that is added, and strategies that damage files."""

from __future__ import annotations

import shutil

from hypothesis import strategies as st

import winnow
from tests.support.files import read_dropped
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace

MAX_RECORDS = 2000
"""A workspace with more records is emptied, so that the last file costs no more than the first."""


def check_file(workspace: Workspace, data: bytes, suffix: str, form: str) -> None:
    """Add a file twice: it is refused with a problem, or every row is added, known or dropped; then nothing is new."""
    path = workspace.folder.root / f"file{suffix}"
    path.write_bytes(data)
    before = len(workspace.records())
    try:
        result = workspace.add(path, format=form)
    except WinnowError as error:
        assert error.problems  # noqa: PT017  (an error is one of two right outcomes)
        assert len(workspace.records()) == before
        return
    assert result.given == result.added + result.known + result.dropped
    assert sum(result.reasons.values()) == result.dropped
    table = workspace.records()
    assert len(table) == before + result.added
    assert "superseded" not in set(table["state"])
    if result.dropped_file:
        assert len(read_dropped(result.dropped_file)) == result.dropped
    again = workspace.add(path, format=form)
    assert (again.given, again.added, again.dropped) == (result.given, 0, result.dropped)


def empty_if_large(workspace: Workspace) -> None:
    """Delete the state of a workspace with many records."""
    if len(workspace.records()) > MAX_RECORDS:
        root = workspace.folder.root
        shutil.rmtree(workspace.folder.state)
        workspace.__dict__.pop("store")
        assert winnow.open(root)


@st.composite
def damaged(draw: st.DrawFn, files: st.SearchStrategy[bytes]) -> bytes:
    """A file of which some bytes are missing or others."""
    data = draw(files)
    cut = draw(st.integers(0, len(data)))
    return data[:cut] + draw(st.binary(max_size=8)) + data[cut + draw(st.integers(0, 20)) :]
