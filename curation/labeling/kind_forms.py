"""How annotators see an example of each kind. A kind without an entry in KIND_FORMS shows its content columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.curation.labeling.dialogue_html import dialogue_html, request_html
from winnow.curation.labeling.editable_answer import DIALOGUE_ANSWER, EditableAnswer
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS, dialogue_of


@dataclass(frozen=True)
class FormWords:
    """Titles of questions and options in the words of a kind."""

    label: str
    verdict: str
    right_label: str
    """The label question next to a verdict."""
    wrong: str
    """The verdict that something is wrong."""


QUERY_WORDS = FormWords(
    "Label", "The proposed label is", "The right label, required if this one is wrong", "wrong label"
)

DIALOGUE_WORDS = FormWords(
    "Behavior", "The answer is", "The right behavior, if it is another one than the proposed", "wrong"
)


@dataclass(frozen=True)
class KindForm:
    """The field that shows an example."""

    title: str
    show: Callable[[str, Task], str]
    """The content as annotators read it."""
    show_blind: Callable[[str, Task], str]
    """The same without the answer that they are to give themselves."""
    as_text: Callable[[str], str]
    """The content as plain text, for lines that quote it."""
    is_markdown: bool = False
    """Whether Argilla renders what is shown as Markdown, with the HTML in it."""
    answer: EditableAnswer | None = None
    """How people correct its answer; None where the label is the whole answer."""
    words: FormWords = QUERY_WORDS
    """The titles of the questions."""


def _plain_form(title: str, as_text: Callable[[str], str]) -> KindForm:
    """A form that shows plain text, which has no answer in it."""
    return KindForm(title, lambda content, _: as_text(content), lambda content, _: as_text(content), as_text)


KIND_FORMS: dict[str, KindForm] = {
    INTENTS.name: _plain_form("Query", str),
    TOOLS.name: KindForm(
        "Dialogue",
        lambda content, task: dialogue_html(dialogue_of(content), task.system_prompt_text),
        lambda content, _: request_html(dialogue_of(content)),
        TOOLS.readable,
        is_markdown=True,
        answer=DIALOGUE_ANSWER,
        words=DIALOGUE_WORDS,
    ),
}


def kind_form(kind: Kind) -> KindForm:
    """The form of a kind."""
    return KIND_FORMS.get(kind.name) or _plain_form("Example", lambda content: _titled_columns(kind, content))


def _titled_columns(kind: Kind, content: str) -> str:
    """One paragraph per content column, each after its title."""
    values = kind.column_values(content)
    return "\n\n".join(f"{part.title}: {values[name]}" for name, part in kind.content_columns.items())
