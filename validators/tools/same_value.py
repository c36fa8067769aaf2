"""Whether two JSON values mean the same, as far as the normalizers of grounding can tell: 7pm is 19:00."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.grounding.calendar_dates import dates_of_value, same_date
from winnow.validators.tools.grounding.clock_times import times_of_value
from winnow.validators.tools.grounding.folding import fold, split_name
from winnow.validators.tools.grounding.ground import NORMALIZERS
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.opaque_ids import is_opaque_id
from winnow.validators.tools.grounding.passage import Passage
from winnow.validators.tools.strict_json import JsonValue

_OFFSET = re.compile(r"(?<=\d)(?:Z|[+-]\d{2}:?\d{2})$")


def same_value(name: str, one: JsonValue, other: JsonValue) -> bool:
    """Whether two values of a name mean the same; a text and a longer one that has all its words do, too.

    Lists and objects mean the same if their elements and members do; the order of a list does not matter.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_value(key, one[key], other[key]) for key in one)
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(any(same_value(name, a, b) for b in other) for a in one)  # type: ignore[arg-type,union-attr]
    if isinstance(one, str | int | float) and isinstance(other, str | int | float):
        return _same_leaf(_leaf(name, one), _leaf(name, other))
    return one is None and other is None


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _leaf(name: str, value: str | int | float) -> Leaf:
    return Leaf(path=name, name=name, value=value, about=frozenset(split_name(name)))


def _same_leaf(one: Leaf, other: Leaf) -> bool:
    if fold(one.text) == fold(other.text):
        return True
    if isinstance(one.value, bool) or isinstance(other.value, bool):
        return False
    if is_opaque_id(one) or is_opaque_id(other):
        return False
    if one.number is not None and other.number is not None:
        return math.isclose(one.number, other.number)
    if _is_moment(one) and _is_moment(other):
        return _same_moment(one, other)
    return _gives(other, one) or _gives(one, other)


def _is_moment(leaf: Leaf) -> bool:
    return bool(dates_of_value(leaf) or times_of_value(leaf))


def _same_moment(one: Leaf, other: Leaf) -> bool:
    """Whether the dates agree where both have one, and the times of day where both have one.

    Times with different offsets from UTC are not compared.
    """
    if (
        dates_of_value(one)
        and dates_of_value(other)
        and not (same_date(one, _passage(other)) or same_date(other, _passage(one)))
    ):
        return _offset(one) != _offset(other)
    times = [{mention.minutes[0] for mention in times_of_value(leaf)} for leaf in (one, other)]
    return not all(times) or _offset(one) != _offset(other) or times[0] <= times[1] or times[1] <= times[0]


def _offset(leaf: Leaf) -> str:
    found = _OFFSET.search(leaf.text)
    return found[0] if found and times_of_value(leaf) else ""


def _gives(source: Leaf, wanted: Leaf) -> bool:
    return any(normalizer(wanted, _passage(source)) for _, normalizer in NORMALIZERS)


def _passage(leaf: Leaf) -> Passage:
    return Passage(leaf.text, "", Role.TOOL)
