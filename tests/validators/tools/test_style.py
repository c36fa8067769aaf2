from __future__ import annotations

import random

import pytest

from winnow.core.result import Measured, NotMeasured
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.style import (
    AnswerForm,
    JsonLayout,
    ProseEnding,
    ProseLength,
    Style,
    answer_forms,
    count_sentences,
    json_layout,
    measure_style,
)

CALL = Call("call_1", "f", {})
NO_PROSE = AnswerForm(ProseLength.NO_PROSE, ProseEnding.NO_PROSE)
SENTENCE = AnswerForm(ProseLength.ONE_SENTENCE, ProseEnding.PERIOD)


def form_of(prose: str, *raw_calls: str) -> AnswerForm:
    calls = (CALL,) * max(1, len(raw_calls))
    return answer_forms(Dialogue((Turn(Role.ASSISTANT, prose, calls),)), raw_calls)[0]


@pytest.mark.parametrize(
    ("prose", "length", "ending"),
    [
        ("", ProseLength.NO_PROSE, ProseEnding.NO_PROSE),
        (" \n", ProseLength.NO_PROSE, ProseEnding.NO_PROSE),
        ("I'll add it.", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("I'll add it for 3.30 p.m. on Tuesday.", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("I'll write to Dr. Smith of the U.S. Embassy.", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("I'll look up e.g. Rome.", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("Adding “Call the bank.”", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("**Adding it:**", ProseLength.ONE_SENTENCE, ProseEnding.COLON),
        ("Shall I?", ProseLength.ONE_SENTENCE, ProseEnding.QUESTION_MARK),
        ("Sure!", ProseLength.ONE_SENTENCE, ProseEnding.EXCLAMATION_MARK),
        ("Sure! I'll add it.", ProseLength.SEVERAL_SENTENCES, ProseEnding.PERIOD),
        ("Sure, one moment. Here it is:", ProseLength.SEVERAL_SENTENCES, ProseEnding.COLON),
        ("Two things:\n- milk\n- eggs", ProseLength.SEVERAL_SENTENCES, ProseEnding.OTHER),
        ("Adding it", ProseLength.ONE_SENTENCE, ProseEnding.OTHER),
        ("Adding it...", ProseLength.ONE_SENTENCE, ProseEnding.PERIOD),
        ("好的。我来添加。", ProseLength.SEVERAL_SENTENCES, ProseEnding.PERIOD),
        ("Ich trage es ein：", ProseLength.ONE_SENTENCE, ProseEnding.COLON),
    ],
)
def test_the_form_of_prose(prose: str, length: ProseLength, ending: ProseEnding) -> None:
    assert form_of(prose) == AnswerForm(length, ending)


@pytest.mark.parametrize(
    ("raw", "layout"),
    [
        ('{"a": [1, 2], "b": "ü"}', JsonLayout.ONE_LINE),
        ('{"a": "\\u00fc"}\n', JsonLayout.ONE_LINE),
        ("{}", JsonLayout.ONE_LINE),
        ('{"a":[1,2],"b":"ü"}', JsonLayout.COMPACT),
        ('{\n  "a": [\n    1\n  ]\n}', JsonLayout.INDENTED),
        ('{\n    "a": 1\n}', JsonLayout.INDENTED),
        ('{\n\t"a": 1\n}', JsonLayout.INDENTED),
        ('[\n   {\n      "ü": 1\n   }\n]', JsonLayout.INDENTED),
        ('{\n  "a": [\n     1\n  ]\n}', JsonLayout.OTHER),
        ('{\n"a": 1\n}', JsonLayout.OTHER),
        ('{"a" : 1}', JsonLayout.OTHER),
        ("{'a': 1}", JsonLayout.OTHER),
        ('{"a": 1,"b": 2}', JsonLayout.OTHER),
    ],
)
def test_the_layout_of_the_source(raw: str, layout: JsonLayout) -> None:
    assert json_layout(raw) == layout
    assert form_of("", raw, raw).layout == layout


def test_two_layouts_in_one_answer_are_no_form() -> None:
    assert form_of("", '{"a": 1}', '{"a":1}').layout == JsonLayout.OTHER


def test_only_answers_with_calls_that_a_model_learns_have_a_form() -> None:
    dialogue = Dialogue(
        (
            Turn(Role.USER, "Add milk"),
            Turn(Role.ASSISTANT, "I'll add it.", (CALL,), train=False),
            Turn(Role.TOOL, "error", call_id="call_1"),
            Turn(Role.ASSISTANT, "", (CALL, CALL)),
            Turn(Role.ASSISTANT, "I have added it. Anything else?"),
            Turn(Role.ASSISTANT, "Again.", (CALL,)),
        )
    )
    raw = ['{"a": 1}', '{"a":1}', '{"a":2}', '{\n  "a": 1\n}']
    assert {place: form.layout for place, form in answer_forms(dialogue, raw).items()} == {
        3: JsonLayout.COMPACT,
        5: JsonLayout.INDENTED,
    }


def test_the_share_of_the_most_frequent_form() -> None:
    forms = [SENTENCE] * 7 + [NO_PROSE] * 2 + [AnswerForm(ProseLength.ONE_SENTENCE, ProseEnding.COLON)]
    random.Random(0).shuffle(forms)
    style = measure_style(iter(forms))
    assert isinstance(style, Style)
    assert (style.form, style.share.value, style.share.rows) == (SENTENCE, 0.7, 10)
    assert list(style.counts.values()) == [7, 2, 1]


def test_the_order_of_answers_changes_nothing_when_two_forms_are_as_frequent() -> None:
    forms = [SENTENCE, NO_PROSE, SENTENCE, NO_PROSE]
    assert measure_style(forms) == measure_style(reversed(forms))


def test_style_is_not_measured_without_calls() -> None:
    assert measure_style([]) == NotMeasured("no answer calls a tool")
    one = measure_style([NO_PROSE])
    assert isinstance(one, Style)
    assert isinstance(one.share, Measured)


def test_a_form_is_described_in_words() -> None:
    assert str(SENTENCE) == "prose: one sentence, ending: period, arguments: one line"
    assert str(NO_PROSE) == "prose: none, arguments: one line"


@pytest.mark.parametrize("prose", ["", ".", "...", "a", "1. one\n2. two"])
def test_every_text_has_a_sentence(prose: str) -> None:
    assert count_sentences(prose) == (2 if "\n" in prose else 1)
