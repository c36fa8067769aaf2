"""Expressions that turn an argument of the wrong type into one of the right type, for the fix of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple


class Conversion(NamedTuple):
    """One way to convert an argument."""

    expression: str
    """Python, in which the name of the parameter stands for the argument; `pd` is pandas."""
    convert: Callable[[Any], object]
    """Does the same to the argument."""


def argument_fix(name: str, value: object, annotation: str, accepts: Callable[[object], bool]) -> str:
    """The first expression whose result the parameter accepts, such as `list(texts)`; empty when there is none.

    A generator is not consumed to find out: `list` of it is recommended untried.
    """
    if isinstance(value, Iterator):
        return f"list({name})" if "Sequence[" in annotation else ""
    conversions = _conversions(name, value, annotation) if "Sequence[" in annotation else ()
    return next((one.expression for one in conversions if _works(one, value, accepts)), "")


def _works(one: Conversion, value: object, accepts: Callable[[object], bool]) -> bool:
    """Whether the conversion succeeds, leaves something and gives an accepted value; it is foreign code that runs."""
    try:
        converted = one.convert(value)
    except Exception:  # noqa: BLE001  (then it is no fix)
        return False
    return accepts(converted) and not (isinstance(converted, list) and not converted)


def _conversions(name: str, value: Any, annotation: str) -> Iterator[Conversion]:
    if isinstance(value, str | Path):
        yield Conversion(f"[{name}]", lambda one: [one])
    elif "pd.DataFrame" in annotation:
        yield from _to_table(name, value)
    elif hasattr(value, "columns"):
        for column in filter(lambda one: isinstance(one, str), value.columns):
            yield Conversion(f"{name}[{column!r}].tolist()", partial(_column, column))
    elif hasattr(value, "dropna"):
        yield from _from_series(name)
    else:
        yield from _to_list(name, value)


def _to_table(name: str, value: Any) -> Iterator[Conversion]:
    """For a parameter that takes names of files or a table: texts without names of columns become the column `text`."""
    import pandas as pd

    if hasattr(value, "to_frame") and hasattr(value, "iloc"):  # that of an index takes no name first
        yield Conversion(f'{name}.to_frame("text")', lambda one: one.to_frame("text"))
    elif hasattr(value, "dtype"):
        yield Conversion(f'pd.DataFrame({{"text": {name}}})', lambda one: pd.DataFrame({"text": one}))
    elif isinstance(value, Mapping) or (isinstance(value, list) and all(isinstance(one, Mapping) for one in value)):
        yield Conversion(f"pd.DataFrame({name})", pd.DataFrame)
    else:
        yield from _to_list(name, value)


def _column(column: str, table: Any) -> object:
    return table[column].tolist()


def _from_series(name: str) -> Iterator[Conversion]:
    yield Conversion(f"{name}.tolist()", lambda one: one.tolist())
    yield Conversion(f"{name}.astype(str).tolist()", lambda one: one.astype(str).tolist())
    yield Conversion(f"{name}.dropna().tolist()", lambda one: one.dropna().tolist())
    yield Conversion(f"{name}.dropna().astype(str).tolist()", lambda one: one.dropna().astype(str).tolist())


def _to_list(name: str, value: Any) -> Iterator[Conversion]:
    if not hasattr(value, "__iter__") or isinstance(value, bytes | Mapping):
        return
    if not isinstance(value, list | tuple):
        yield Conversion(f"list({name})", list)
    if all(map(_is_text_or_number, value)):
        yield Conversion(f"[str(one) for one in {name}]", lambda many: [str(one) for one in many])
    yield Conversion(
        f"[one for one in {name} if one is not None]", lambda many: [one for one in many if one is not None]
    )


def _is_text_or_number(value: object) -> bool:
    """Whether a value is a text, or a number other than NaN, true and false."""
    if value is True or value is False:
        return False
    return isinstance(value, str) or (isinstance(value, Real) and value == value)
