"""Generators, plain and asynchronous, whose pieces are kept for the log while they pass."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, NamedTuple

from winnow.interaction_log.current_interaction import as_current
from winnow.interaction_log.logged_call import LoggedCall

_END = object()


class OpenedStream(NamedTuple):
    """An asynchronous generator that was not started, and the call that it belongs to."""

    stream: AsyncGenerator[Any, Any]
    call: LoggedCall


def logged_stream(stream: Generator[Any, Any, Any], call: LoggedCall) -> Generator[Any, Any, Any]:
    """The same stream; the call is logged when it ends, or when its reader closes it."""
    with call:
        call.streams()
        return (yield from _KeptPieces(stream, call))


def logged_async_stream(opened: Callable[..., OpenedStream]) -> Callable[..., AsyncGenerator[Any, Any]]:
    """An asynchronous generator function with the stream that `opened` returns for its arguments."""

    async def logged(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        stream, call = opened(*args, **kwargs)
        async with call:
            call.streams()
            piece = await _next_piece(stream.asend(None), call)
            while piece is not _END:
                try:
                    step = stream.asend((yield piece))
                except GeneratorExit:
                    await stream.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001  (thrown in by the reader, for the function to handle)
                    step = stream.athrow(error)
                piece = await _next_piece(step, call)

    return logged


async def _next_piece(step: Awaitable[Any], call: LoggedCall) -> Any:
    with as_current(call):
        try:
            piece = await step
        except StopAsyncIteration:
            return _END
    call.yielded(piece)
    return piece


class _KeptPieces(Generator[Any, Any, Any]):
    """A generator that shows its pieces to a call."""

    def __init__(self, stream: Generator[Any, Any, Any], call: LoggedCall) -> None:
        self._stream = stream
        self._call = call

    def send(self, value: Any) -> Any:
        return self._step(self._stream.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._stream.throw, *error)

    def close(self) -> None:
        self._stream.close()

    def _step(self, step: Callable[..., Any], *values: Any) -> Any:
        with as_current(self._call):
            piece = step(*values)
        self._call.yielded(piece)
        return piece
