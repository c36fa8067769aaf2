"""The log of a file: replaces private data, writes lines, and reports what could not be written."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.errors import WinnowError
from winnow.interaction_log.line_queue import LineQueue

if TYPE_CHECKING:
    from winnow.core.interaction_line import InteractionLine
    from winnow.curation.pii.scrub import Scrubber

LOGGER = logging.getLogger("winnow.interaction_log")
"""Tells about lines that could not be written."""


def path_of_day(log: Path, day: date) -> Path:
    """The file of a daily log for one day in UTC."""
    return log.with_name(f"{log.stem}-{day:%Y-%m-%d}{log.suffix}")


class LogFile:
    """One log, written by any number of threads and processes."""

    def __init__(self, path: Path, *, workspace: Path | None, daily: bool) -> None:
        self.path = path
        self._workspace = workspace
        self._daily = daily
        self._queue = LineQueue(self.current_path)
        self._failures = _Failures(path)
        self._reported: set[str] = set()
        self._scrubber: Scrubber | None = None

    def current_path(self) -> Path:
        """The file that lines are written to now: of a daily log, one for each day in UTC."""
        if not self._daily:
            return self.path
        return path_of_day(self.path, datetime.now(UTC).date())

    def write(self, make_line: Callable[[], InteractionLine]) -> str | None:
        """Write a line; its id once it is on disk. None, and a report, if that fails in any way.

        An app must not fail with its log, whether a selector of the app, the policy or the disk is the reason.
        """
        try:
            line = make_line()
            is_on_disk = self._queue.append(self._scrubbed(line))
        except Exception as error:  # noqa: BLE001
            self._failures.count(error)
            return None
        self._failures.end()
        return line.id if is_on_disk else None

    def report_selector(self, field: str, error: Exception) -> None:
        """Report that a field of an interaction could not be made; once for each field."""
        if field not in self._reported:
            self._reported.add(field)
            message = "%s: the field %s of an interaction was left out, because %s was raised while it was made"
            LOGGER.error(message, self.path, field, type(error).__name__)

    def _scrubbed(self, line: InteractionLine) -> bytes:
        from winnow.interaction_log.log_privacy import scrubber_of
        from winnow.interaction_log.scrubbed_line import scrubbed_line

        if self._scrubber is None:  # two threads may open it; a lock would be inherited by a fork
            self._scrubber = scrubber_of(self.path, self._workspace)
        return scrubbed_line(line, self._scrubber)


class _Failures:
    """Reports the first of the lines that a log loses in a row, and how many they were when it works again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_failing = False
        self._numbers = itertools.count()

    def count(self, error: Exception) -> None:
        """One more line is lost."""
        self._is_failing = True
        if next(self._numbers) == 0:
            message = "%s: an interaction could not be logged: %s; further ones are counted, not reported"
            LOGGER.error(message, self._path, _shown(error))

    def end(self) -> None:
        """A line was written."""
        if self._is_failing:
            self._is_failing = False
            numbers, self._numbers = self._numbers, itertools.count()
            LOGGER.warning("%s: interactions are logged again; %d were not", self._path, next(numbers))


def _shown(error: Exception) -> str:
    """The class of an error, and the message of those that cannot quote what was logged."""
    return str(error) if isinstance(error, OSError | WinnowError) else type(error).__name__


@cache
def open_log(path: Path, workspace: Path | None, daily: bool) -> LogFile:
    """The log at an absolute path; nothing is read or written yet."""
    return LogFile(path, workspace=workspace, daily=daily)
