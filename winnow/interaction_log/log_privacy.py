"""The privacy policy of a log: that of the workspace it is in, or the default one with a key next to the log."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.errors import Problem, WinnowError
from winnow.interaction_log.exclusive_file import opened_alone

if TYPE_CHECKING:
    from winnow.curation.pii.scrub import Scrubber

KEY_BYTES = 32
"""As long as the digests that are computed with it."""


def key_file_of(log: Path) -> Path:
    """Where the key of a log outside of a workspace is: next to it, one for all days."""
    return log.with_name(f".{log.name}.key")


def scrubber_of(log: Path, workspace: Path | None) -> Scrubber:
    """What replaces private data in a log. Equal values get equal stand-ins in one log, or in one workspace.

    `workspace` is a folder of a workspace; None means the one that the log is in. Raises WinnowError where the policy
    or the key cannot be read: then nothing may be written.
    """
    from winnow.core.layout import find_workspace_folder, is_in_workspace
    from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber

    start = workspace or log.parent
    if workspace is None and not is_in_workspace(start):
        return Scrubber(DEFAULT_POLICY, _key_next_to(log))
    from winnow.operations._context import WorkspaceContext

    context = WorkspaceContext(find_workspace_folder(start))
    return context.scrubber(context.task)


def _key_next_to(log: Path) -> bytes:
    """The key of a log, drawn by the first process that writes to it."""
    path = key_file_of(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened_alone(path) as descriptor:
        if not os.fstat(descriptor).st_size:
            os.write(descriptor, secrets.token_hex(KEY_BYTES).encode())
            os.fsync(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        text = os.read(descriptor, 4 * KEY_BYTES)
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        fix = "restore it, or delete it: equal values of earlier lines then have other stand-ins"
        raise WinnowError(Problem(str(path), "not the key of a log", f"{2 * KEY_BYTES} hexadecimal digits", fix))
    return key
