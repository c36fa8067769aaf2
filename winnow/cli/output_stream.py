"""The streams that the command line writes to: every character can be written, and a closed pipe ends the command."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn, TextIO

CLOSED_PIPE = 141
"""The exit code when the reader of the output ended first, as with `winnow runs | head`: 128 + SIGPIPE, as a shell
reports it for other programs. 1 would say that a gate failed."""


def output_stream(stream: TextIO) -> TextIO:
    """A stream that writes to the same file. What is no file, such as a test's buffer, is returned unchanged."""
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, _OutputStream):
        return stream
    line_buffering, encoding = stream.line_buffering, stream.encoding
    return _OutputStream(
        stream.detach(),
        encoding=encoding,
        errors="backslashreplace",  # a terminal that lacks a character still gets the line
        line_buffering=line_buffering,
    )


class _OutputStream(io.TextIOWrapper):
    """Ends the command quietly when nobody reads its output any more."""

    def write(self, text: str, /) -> int:
        """Write a text; returns its length."""
        try:
            return super().write(text)
        except BrokenPipeError:
            self._end_command()

    def flush(self) -> None:
        """Write what is buffered."""
        try:
            super().flush()
        except BrokenPipeError:
            self._end_command()

    def _end_command(self) -> NoReturn:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # what is buffered is written at exit
        os.close(nowhere)
        sys.exit(CLOSED_PIPE)
