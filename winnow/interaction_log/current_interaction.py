"""The interaction that runs, and the last one that was logged, per thread and per asynchronous task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winnow.interaction_log.logged_call import LoggedCall

_current: ContextVar[CurrentInteraction | None] = ContextVar("winnow_current_interaction", default=None)
_last: ContextVar[str | None] = ContextVar("winnow_last_interaction", default=None)


class CurrentInteraction:
    """The interaction of a decorated function, as the function sees it."""

    def __init__(self, call: LoggedCall) -> None:
        self.id = call.id
        self._call = call

    def add(  # noqa: PLR0913  (the fields of a line)
        self,
        *,
        task: object = None,
        output: object = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        session: str | None = None,
        model: str | None = None,
        result: Mapping[str, Any] | None = None,
        feedback: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """State fields of the line that is written at the end; they win over what the decorator records.

        Of `result`, what is stated wins too, unless the function raises an exception.
        """
        self._call.add({name: value for name, value in locals().items() if name != "self"})


def current_interaction() -> CurrentInteraction | None:
    """The interaction of the decorated function that runs here; None outside of one."""
    return _current.get()


def last_interaction_id() -> str | None:
    """The id of the last call that ended in this thread or task; None if it is not on disk, or there was none."""
    return _last.get()


def set_last_interaction(identity: str | None) -> None:
    """State what `last_interaction_id` returns."""
    _last.set(identity)


@contextmanager
def as_current(call: LoggedCall) -> Iterator[None]:
    """Make a call the current interaction."""
    token = _current.set(CurrentInteraction(call))
    try:
        yield
    finally:
        _current.reset(token)
