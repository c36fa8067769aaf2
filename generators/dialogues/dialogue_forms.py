"""How a dialogue with calls goes: what is written at once, and what only after the results of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.generators.dialogues.id_sources import finds
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.dialogue_composition import changes_by_id

FINDS_IT, MAKES_IT = "finds", "makes"


@dataclass(frozen=True)
class DialogueForm:
    """One way in which a dialogue can go, in the words of the prompts."""

    name: str
    """The value of "form" in a brief."""
    opening: str
    """What is written first."""
    continuation: str = ""
    """What is written after the results; empty where the dialogue ends with its calls."""
    after: str = ""
    """What the opening calls, and so where the id comes from: a tool that `finds` it or one that `makes` it."""

    @property
    def new_request(self) -> bool:
        """Whether what follows the results decides what is asked for, so that the opening alone may repeat a record."""
        return bool(self.after)


SINGLE = DialogueForm("single", "the user says once what they want, and the assistant calls; two turns.")

CLOSED = DialogueForm(
    "closed",
    "as single.",
    "the assistant says in one or two short sentences what came of it; one turn.",
)

CORRECTED = DialogueForm(
    "corrected",
    "the user corrects one value within the same turn (no wait, I mean), and the call has the new one; two turns.",
)

COMPOUND = DialogueForm(
    "compound",
    'one turn of the user needs this tool and the one under "also"; the assistant calls both in one turn; two turns.',
)

ASKED_FIRST = DialogueForm(
    "asked_first",
    "the user leaves out a required value, the assistant asks for it without a call, the user gives it, and the "
    "assistant calls; four turns.",
)

LOOKUP = DialogueForm(
    "lookup",
    "the user wants it done to something that they describe but whose id they do not know. The assistant first calls "
    'the tool that finds it (under "first", if that is given), and only that; two turns.',
    'the assistant takes the id of what the user described from the results and calls the tool under "tool"; one turn.',
    after=FINDS_IT,
)

ORDINAL = DialogueForm(
    "ordinal",
    "the user asks to see what there is, and nothing else yet. The assistant calls the tool that lists it (under "
    '"first", if that is given); two turns.',
    "the assistant lists what was found; the user names an entry by its place (the second one, the last) or by a part "
    'of what was said, and wants what the tool under "tool" does; the assistant calls it with the id of that entry; '
    "three turns.",
    after=FINDS_IT,
)

REVISED = DialogueForm(
    "revised",
    'the user wants something new, which another tool makes (the one under "first", if that is given); the assistant '
    "calls that one; two turns.",
    "the assistant confirms it; the user corrects or takes back what they said before (no, make it, actually); the "
    'assistant calls the tool under "tool" with the id from the result; three turns.',
    after=MAKES_IT,
)

FORMS = {form.name: form for form in (SINGLE, CLOSED, CORRECTED, COMPOUND, ASKED_FIRST, LOOKUP, ORDINAL, REVISED)}

USUAL_FORMS = (SINGLE,) * 3 + (CLOSED,) * 3 + (CORRECTED, COMPOUND, ASKED_FIRST)
"""In these proportions; a third of them needs results."""

FORMS_WITH_ID = (LOOKUP, ORDINAL, REVISED)
"""Of tools that change something by its id: people rarely know ids."""

WITH_ID_SLOTS = 6
"""Dialogues with an id from a result for each `single` and each `closed` one, in which the user knows the id."""


def forms_of(tool: Tool, partners: Sequence[str], sources: Sequence[str] = ()) -> tuple[DialogueForm, ...]:
    """The forms of dialogues that call a tool, in their proportions.

    `partners` can be called together with it. `sources` are the tools that are known to return ids for it; where none
    are, the model finds them.
    """
    if changes_by_id(tool):
        possible = [form for form in FORMS_WITH_ID if not sources or first_tools(form, sources)]
        return (*possible * (WITH_ID_SLOTS // len(possible)), SINGLE, CLOSED)
    impossible = [*([] if partners else [COMPOUND]), *([] if tool.required else [ASKED_FIRST])]
    return tuple(form for form in USUAL_FORMS if form not in impossible)


def first_tools(form: DialogueForm, sources: Sequence[str]) -> list[str]:
    """Those of the tools that are known to return ids which the opening of a form may call."""
    return [name for name in sources if form.after and finds(name) == (form.after == FINDS_IT)]


def named_forms(names: Sequence[str]) -> list[DialogueForm]:
    """The forms with these names, each once, in the order of `FORMS`."""
    return [form for name, form in FORMS.items() if name in names]
