"""Whether answers that call tools are written alike: the share of them that follow the most frequent form."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from winnow.core.result import Measured, NotMeasured
from winnow.validators.stats.intervals import measured_proportion
from winnow.validators.tools.dialogue import Dialogue, Turn
from winnow.validators.tools.strict_json import JsonError, read_json


class ProseLength(StrEnum):
    """How much is said before the calls of an answer."""

    NO_PROSE = "none"
    ONE_SENTENCE = "one_sentence"
    SEVERAL_SENTENCES = "several_sentences"


class ProseEnding(StrEnum):
    """With what the prose before the calls ends; closing quotes, brackets and emphasis are not looked at."""

    NO_PROSE = "none"
    PERIOD = "period"
    COLON = "colon"
    QUESTION_MARK = "question_mark"
    EXCLAMATION_MARK = "exclamation_mark"
    OTHER = "other"


class JsonLayout(StrEnum):
    """How the source lays out the arguments of the calls."""

    ONE_LINE = "one_line"
    """On one line with spaces, as `json.dumps` writes them; also what has no layout, such as `{}`."""
    COMPACT = "compact"
    """On one line without spaces."""
    INDENTED = "indented"
    """One value a line, each level indented by the same spaces or tabs."""
    OTHER = "other"
    """In another way, or differently in one answer."""


_ENDINGS = {
    **dict.fromkeys(".。．", ProseEnding.PERIOD),
    **dict.fromkeys(":：", ProseEnding.COLON),
    **dict.fromkeys("?？", ProseEnding.QUESTION_MARK),
    **dict.fromkeys("!！", ProseEnding.EXCLAMATION_MARK),
}
_CLOSING = "\"'”’»›)]}）】」』*_`"
_ABBREVIATION = re.compile(
    r"\b(?:(?:[a-z]\.)+|(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|no|approx|etc|inc|ltd|co|dept|ext|fig|sec|min|max)\.)", re.I
)
"""Periods that end no sentence: initials, `e.g.`, `p.m.`, titles and the like."""
_SENTENCE_END = re.compile(r"(?:[.!?…][\"'”’»)\]]*\s+(?=[^\sa-z])|[。！？]|\n)+")
"""Where a sentence ends within a text. After a lower-case letter follows none: `e.g. milk`, `Yahoo! mail`."""
_INDENT = re.compile(r"[\[{]\n([ \t]+)")


@dataclass(frozen=True, order=True)
class AnswerForm:
    """The form of one answer that calls tools."""

    length: ProseLength
    ending: ProseEnding
    layout: JsonLayout = JsonLayout.ONE_LINE

    def __str__(self) -> str:
        ending = "" if self.length == ProseLength.NO_PROSE else f", ending: {self.ending}"
        return f"prose: {self.length}{ending}, arguments: {self.layout}".replace("_", " ")


@dataclass(frozen=True)
class Style:
    """How alike the answers of a dataset are written."""

    form: AnswerForm
    """The most frequent one; of equally frequent ones, the first in the alphabet."""
    share: Measured
    """Share of the answers that have this form, 0 to 1."""
    counts: Mapping[AnswerForm, int]
    """Number of answers by form, the most frequent first."""


def measure_style(forms: Iterable[AnswerForm]) -> Style | NotMeasured:
    """The most frequent form of answers, and the share that follows it."""
    counted = sorted(Counter(forms).items(), key=lambda one: (-one[1], one[0]))
    if not counted:
        return NotMeasured("no answer calls a tool")
    form, most = counted[0]
    return Style(form, measured_proportion(most, sum(count for _, count in counted)), dict(counted))


def answer_forms(dialogue: Dialogue, raw_calls: Sequence[str] = ()) -> dict[int, AnswerForm]:
    """The form of each answer with calls that a model learns, by the index of its turn.

    Answers without calls have no form: their prose is the answer itself, and differs with the question. `raw_calls` is
    the text of the arguments of every call as the source has it, in order; without it, the layout is that of Winnow.
    """
    forms = {}
    first = 0
    for place, turn in enumerate(dialogue.turns):
        raw = raw_calls[first : first + len(turn.calls)]
        first += len(turn.calls)
        if turn.calls and turn.train:
            forms[place] = _form(turn, raw)
    return forms


def _form(turn: Turn, raw_calls: Sequence[str]) -> AnswerForm:
    layouts = {json_layout(raw) for raw in raw_calls} or {JsonLayout.ONE_LINE}
    layout = layouts.pop() if len(layouts) == 1 else JsonLayout.OTHER
    prose = turn.content.strip()
    if not prose:
        return AnswerForm(ProseLength.NO_PROSE, ProseEnding.NO_PROSE, layout)
    length = ProseLength.ONE_SENTENCE if count_sentences(prose) == 1 else ProseLength.SEVERAL_SENTENCES
    last = prose.rstrip(_CLOSING)[-1:]
    return AnswerForm(length, _ENDINGS.get(last, ProseEnding.OTHER), layout)


def count_sentences(prose: str) -> int:
    """The number of sentences of a text, at least 1. A line is a sentence of its own, as in a list."""
    plain = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), prose.strip())
    return max(1, sum(1 for part in _SENTENCE_END.split(plain) if part.strip()))


def json_layout(raw: str) -> JsonLayout:
    """How a JSON text is laid out."""
    try:
        value = read_json(raw)
    except JsonError:
        return JsonLayout.OTHER
    text = raw.strip()
    if _is_written(text, value, separators=(", ", ": ")):
        return JsonLayout.ONE_LINE
    if _is_written(text, value, separators=(",", ":")):
        return JsonLayout.COMPACT
    indent = _INDENT.match(text)
    return JsonLayout.INDENTED if indent and _is_written(text, value, indent=indent[1]) else JsonLayout.OTHER


def _is_written(
    text: str, value: object, *, separators: tuple[str, str] | None = None, indent: str | None = None
) -> bool:
    """Whether a text is how Python writes a value, with letters that are not ASCII escaped or not."""
    written = (
        json.dumps(value, ensure_ascii=escaped, separators=separators, indent=indent) for escaped in (False, True)
    )
    return text in written
