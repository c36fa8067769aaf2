"""One call of a decorated function, from its arguments to its line in the log."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from winnow.interaction_log.current_interaction import set_last_interaction
from winnow.interaction_log.interaction_ids import new_interaction_id, utc_instant
from winnow.interaction_log.json_form import json_form, qualified_name

if TYPE_CHECKING:
    from winnow.core.interaction_line import InteractionLine
    from winnow.interaction_log.log_file import LogFile

BOUND_FIRST = ("self", "cls")
"""A first parameter of these names is the object of a method, not a part of the task."""


@dataclass(frozen=True)
class CallSettings:
    """What the decorator was told."""

    log: LogFile
    """Where lines go."""
    signature: inspect.Signature
    """Of the decorated function."""
    constants: Mapping[str, Any]
    """Fields that are the same in every line."""
    task: Callable[..., object] | None = None
    """Makes the task from the arguments; without it they are the task."""
    output: Callable[[Any], object] | None = None
    """Makes the output from what is returned, or from the joined stream."""
    session: Callable[..., str] | None = None
    """Makes the id of the session from the arguments."""


class LoggedCall:
    """A call in progress; as a context manager, plain or asynchronous, it writes its line when the call has ended."""

    def __init__(self, settings: CallSettings, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.id = new_interaction_id()
        self._settings = settings
        self._value: object = None
        self._pieces: list[object] | None = None
        self._continues = False
        self._added: dict[str, Any] = {}
        self._recorded: dict[str, Any] = {
            "kind": "interaction",
            "id": self.id,
            "timestamp": utc_instant(),
            **settings.constants,
        }
        self._select("task", settings.task or self._arguments, *args, **kwargs)
        if settings.session:
            self._select("session", settings.session, *args, **kwargs)
        self._started = time.perf_counter()

    def add(self, fields: Mapping[str, Any]) -> None:
        """State fields of the line from within the function; they win over what is recorded."""
        self._added |= {name: json_form(value) for name, value in fields.items() if value is not None}

    def continues(self) -> None:
        """A stream or a coroutine goes on with the call: it is written at the end of its context, not of this one."""
        self._continues = True

    def streams(self) -> None:
        """The output comes in pieces, possibly none."""
        self._pieces = []

    def returned(self, value: object) -> None:
        """What the function returned."""
        self._value = value

    def yielded(self, piece: object) -> None:
        """One piece of a stream, as it is now: the function may change it later."""
        if self._pieces is not None:
            self._pieces.append(json_form(piece))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._goes_on():
            return
        set_last_interaction(self._write(time.perf_counter() - self._started, error))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._goes_on():
            return
        from asyncio import to_thread

        seconds = time.perf_counter() - self._started
        try:
            written = await to_thread(self._write, seconds, error)
        except RuntimeError:  # the loop is not asyncio's, or shuts down
            written = self._write(seconds, error)
        set_last_interaction(written)

    def _goes_on(self) -> bool:
        """Whether another context is to end the call; asked once."""
        continues, self._continues = self._continues, False
        return continues

    def _write(self, seconds: float, error: BaseException | None) -> str | None:
        return self._settings.log.write(lambda: self._line(seconds, error))

    def _line(self, seconds: float, error: BaseException | None) -> InteractionLine:
        from winnow.interaction_log.new_line import new_line

        value = self._value if self._pieces is None else joined(self._pieces)
        self._select("output", self._settings.output or json_form, value)
        fields = self._recorded | self._added
        result = {"seconds": round(seconds, 6), **_ending(error)}
        stated = self._added.get("result") or {}
        return new_line(fields | {"result": result | stated if error is None else stated | result})

    def _select(self, name: str, selector: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Record what a selector of the app makes; its failure is reported and does not concern the app."""
        try:
            self._recorded[name] = json_form(selector(*args, **kwargs))
        except Exception as error:  # noqa: BLE001
            self._recorded.pop(name, None)
            self._settings.log.report_selector(name, error)

    def _arguments(self, *args: Any, **kwargs: Any) -> object:
        """The argument of a function of one parameter, or all of them by name; None if there is no parameter."""
        bound = self._settings.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        stated = dict(bound.arguments)
        first = next(iter(self._settings.signature.parameters), None)
        if first in BOUND_FIRST:
            stated.pop(first)
        return next(iter(stated.values())) if len(stated) == 1 else stated or None


def joined(pieces: Sequence[object]) -> object:
    """The pieces of a stream: one text if all are texts, else a list."""
    texts = [piece for piece in pieces if isinstance(piece, str)]
    return "".join(texts) if len(texts) == len(pieces) else list(pieces)


def _ending(error: BaseException | None) -> dict[str, Any]:
    """How a call ended. Only exceptions that programs handle are errors: the others stop it from outside."""
    if error is None:
        return {"status": "ok"}
    if not isinstance(error, Exception):
        return {"status": "cancelled"}
    return {"status": "error", "error": {"type": qualified_name(type(error)), "message": _message(error)}}


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  (a class of the app)
        return ""
