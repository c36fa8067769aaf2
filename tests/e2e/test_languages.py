"""Texts of many languages through add and check: what differs stays apart, what is equal is found."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from winnow.workspace import Workspace

Row = tuple[str, str, str]


def train(label: str, *texts: str) -> list[Row]:
    return [(text, label, "train") for text in texts]


HOLD_OUT = [("where is my parcel", "b", "validation"), ("a wrong invoice", "b", "test")]
"""So that no row of train is drawn for an empty split."""

DIFFERENT = {
    "zh": [
        *train("a", "打开灯", "关闭灯", "星期三去北京的机票", "星期四去北京的机票", "把美元换成欧元", "把欧元换成美元"),
        ("关闭卧室的灯", "b", "test"),
    ],
    "vi": [*train("a", "tôi muốn bán nhà", "tôi muốn bàn nhà", "tôi muốn bạn nhà"), ("tôi muốn bản nhà", "b", "test")],
    "en": [
        *train("a", "🔥", "👍", "convert usd into eur", "convert eur into usd", "merge branch into main"),
        *train("a", "merge main into branch", "reply to bob about alice", "reply to alice about bob"),
        *train("a", "flights to philadelphia on wednesday", "flights to philadelphia on monday"),
        *train("a", "do I need an umbrella today", "do I need an umbrella tomorrow"),
        *train("a", "find the cheapest flight to boston", "find a cheap flight to boston"),
        *train("a", "cancel my first order", "cancel my second order"),
        *train("a", "включи свет на кухне", "выключи свет на кухне"),
        ("🎉", "b", "test"),
    ],
    "de": train("a", "Wie groß ist die Masse?", "Wie groß ist die Maße?", "es ist schon da", "es ist schön da"),
    "es": train("a", "vuelo de madrid a roma", "vuelo de roma a madrid"),
    "pl": train("a", "włącz światło", "wyłącz światło"),
}

EQUAL = {
    "tr": {
        "duplicate": train("a", "IŞIĞI AÇ", "ışığı aç"),
        "leakage": [*train("a", "kapıyı kilitle"), ("KAPIYI KİLİTLE", "a", "test")],
    },
    "zh": {
        "duplicate": train("a", "打开窗户", "打开窗户！"),
        "leakage": [*train("a", "打开卧室的灯", "3号灯"), ("打开厨房的灯", "b", "test"), ("2号灯！", "b", "test")],
    },
    "en": {
        "duplicate": [
            *train("a", "can\u200bcel my plan", "cancel my plan"),
            *train("a", "is there a café nearby", "is there a cafe nearby"),
        ]
    },
}


@pytest.mark.parametrize("language", sorted({*DIFFERENT, *EQUAL}))
def test_only_what_is_equal_in_the_language_is_left_out(
    make_workspace: Callable[..., Workspace], language: str
) -> None:
    workspace = make_workspace("a", "b", more=f"language: {language}\nslots: {{room: [卧室, 厨房]}}\n")
    different, equal = DIFFERENT.get(language, []), EQUAL.get(language, {})
    rows = [*HOLD_OUT, *different, *(row for rows in equal.values() for row in rows)]
    workspace.add(pd.DataFrame(rows, columns=["text", "label", "split"]), license="MIT")
    checked = workspace.check()
    reasons = dict(zip(checked.table["text"], checked.table["reason"], strict=True))
    assert {text: reasons[text] for text, _, _ in different if reasons[text]} == {}
    for reason, repeats in equal.items():
        trained = [text for text, _, split in repeats if split == "train"]
        left_out = [text for text in trained if reasons[text] == reason]
        assert len(left_out) == (len(trained) // 2 if reason == "duplicate" else len(trained)), (reason, reasons)
    assert len(reasons) == len(rows)
