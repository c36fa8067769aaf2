"""How annotators see an example of each kind. A kind without an entry in KIND_FORMS shows its content columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind


@dataclass(frozen=True)
class KindForm:
    """The field that shows an example."""

    title: str
    show: Callable[[str], str]
    """The content as annotators read it."""


KIND_FORMS: dict[str, KindForm] = {INTENTS.name: KindForm("Query", str)}


def kind_form(kind: Kind) -> KindForm:
    """The form of a kind."""
    return KIND_FORMS.get(kind.name) or KindForm("Example", lambda content: _titled_columns(kind, content))


def _titled_columns(kind: Kind, content: str) -> str:
    """One paragraph per content column, each after its title."""
    values = kind.column_values(content)
    return "\n\n".join(f"{part.title}: {values[name]}" for name, part in kind.content_columns.items())
