"""Functions that log each of their calls, and otherwise do what they did: plain, asynchronous and streaming ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from winnow.interaction_log.current_interaction import as_current
from winnow.interaction_log.logged_call import CallSettings, LoggedCall
from winnow.interaction_log.logged_streams import OpenedStream, logged_async_stream, logged_stream

Function = Callable[..., Any]


def logged_function(function: Function, settings: CallSettings) -> Function:
    """The function with a line in the log per call; it stays of its kind, so that frameworks treat it alike."""
    wrap = next((wrap for is_of_kind, wrap in WRAPPERS if is_of_kind(function)), _plain)
    return wraps(function)(wrap(function, settings))


def _plain(function: Function, settings: CallSettings) -> Function:
    def logged(*args: Any, **kwargs: Any) -> Any:
        with LoggedCall(settings, args, kwargs) as call:
            with as_current(call):
                value = function(*args, **kwargs)
            return _returned(value, call)

    return logged


def _asynchronous(function: Function, settings: CallSettings) -> Function:
    async def logged(*args: Any, **kwargs: Any) -> Any:
        return await _awaited(function(*args, **kwargs), LoggedCall(settings, args, kwargs))

    return logged


def _generator(function: Function, settings: CallSettings) -> Function:
    def logged(*args: Any, **kwargs: Any) -> Any:
        return (yield from logged_stream(function(*args, **kwargs), LoggedCall(settings, args, kwargs)))

    return logged


def _asynchronous_generator(function: Function, settings: CallSettings) -> Function:
    def opened(*args: Any, **kwargs: Any) -> OpenedStream:
        return OpenedStream(function(*args, **kwargs), LoggedCall(settings, args, kwargs))

    return logged_async_stream(opened)


WRAPPERS: tuple[tuple[Callable[[Function], bool], Callable[[Function, CallSettings], Function]], ...] = (
    (inspect.iscoroutinefunction, _asynchronous),
    (inspect.isgeneratorfunction, _generator),
    (inspect.isasyncgenfunction, _asynchronous_generator),
)
"""How each kind of function is wrapped; all others are plain."""


def _returned(value: Any, call: LoggedCall) -> Any:
    """The value. A generator or a coroutine continues the call, which is logged when it ends."""
    go_on = next((go_on for cls, go_on in _CONTINUED if isinstance(value, cls)), None)
    if go_on is None:
        call.returned(value)
        return value
    call.continues()
    return go_on(value, call)


async def _awaited(value: Any, call: LoggedCall) -> Any:
    async with call:
        with as_current(call):
            result = await value
        return _returned(result, call)


_CONTINUED: tuple[tuple[type, Callable[[Any, LoggedCall], Any]], ...] = (
    (GeneratorType, logged_stream),
    (AsyncGeneratorType, lambda value, call: logged_async_stream(lambda: OpenedStream(value, call))()),
    (CoroutineType, _awaited),
)
"""Python's own classes only: others may offer more than the protocol, which a caller could miss."""
