"""What protects two near texts from dedup in the languages that have a data file."""

from __future__ import annotations

import pytest

from winnow.validators.wording.guards import Guards, protecting_guard
from winnow.validators.wording.language_words import LANGUAGE_FILES, LANGUAGES_WITH_WORDS, language_words

PROTECTED = [
    ("en", "convert usd into eur", "convert eur into usd", "direction"),
    ("en", "merge branch into main", "merge main into branch", "direction"),
    ("en", "reply to bob about alice", "reply to alice about bob", "direction"),
    ("en", "to new york from new jersey", "to new jersey from new york", "direction"),
    ("en", "is the laptop heavier than the phone", "is the phone heavier than the laptop", "direction"),
    ("en", "flights to philadelphia on wednesday", "flights to philadelphia on monday", "time"),
    ("en", "do I need an umbrella today", "do I need an umbrella tomorrow", "time"),
    ("en", "a table in March", "a table in May", "time"),
    ("en", "wake me in the morning", "wake me in the evening", "time"),
    ("en", "cheapest flight to boston", "cheap flight to boston", "degree"),
    ("en", "an earlier train", "an early train", "degree"),
    ("en", "the biggest room", "a big room", "degree"),
    ("en", "cancel the first order", "cancel the second order", "ordinal"),
    ("de", "Flug nach Rom von Bonn", "Flug nach Bonn von Rom", "direction"),
    ("de", "das Licht einschalten", "das Licht ausschalten", "direction"),
    ("de", "Termin am Montag", "Termin am Dienstag", "time"),
    ("de", "brauche ich heute einen Schirm", "brauche ich morgen einen Schirm", "time"),
    ("de", "ein billiger Flug", "der billigste Flug", "degree"),
    ("de", "zwei Karten bitte", "drei Karten bitte", "numbers"),
    ("de", "ich will das Abo kündigen", "ich will das Abo nicht kündigen", "negation"),
    ("de", "die erste Rechnung", "die zweite Rechnung", "ordinal"),
    ("fr", "un vol de Paris à Lyon", "un vol de Lyon à Paris", "direction"),
    ("fr", "allume la lampe", "éteins la lampe", "direction"),
    ("fr", "rendez-vous lundi", "rendez-vous jeudi", "time"),
    ("fr", "le vol le plus court", "le vol le moins court", "direction"),
    ("es", "vuelo de madrid a roma", "vuelo de roma a madrid", "direction"),
    ("es", "una mesa para el viernes", "una mesa para el sábado", "time"),
    ("es", "el hotel más barato", "el hotel barato", "degree"),
    ("it", "un treno da Roma a Milano", "un treno da Milano a Roma", "direction"),
    ("it", "domani piove?", "oggi piove?", "time"),
    ("pt", "voo de Lisboa para Roma", "voo de Roma para Lisboa", "direction"),
    ("pt", "ligar a luz", "desligar a luz", "direction"),
    ("nl", "een trein van Utrecht naar Breda", "een trein van Breda naar Utrecht", "direction"),
    ("nl", "de meest gekozen optie", "een gekozen optie", "degree"),
    ("nl", "afspraak op maandag", "afspraak op dinsdag", "time"),
    ("pl", "włącz światło", "wyłącz światło", "direction"),
    ("pl", "spotkanie w środę", "spotkanie w piątek", "time"),
    ("pl", "najtańszy lot", "tańszy lot", "degree"),
    ("tr", "ankaradan istanbula uçuş", "istanbuldan ankaraya uçuş", "direction"),
    ("tr", "IŞIĞI AÇ", "ışığı kapat", "direction"),
    ("tr", "salı günü toplantı", "cuma günü toplantı", "time"),
    ("vi", "bật đèn", "tắt đèn", "direction"),
    ("vi", "đặt bàn hôm nay", "đặt bàn ngày mai", "time"),
    ("zh", "打开卧室的灯", "关闭卧室的灯", "direction"),
    ("zh", "把美元换成欧元", "把欧元换成美元", "direction"),
    ("zh", "从北京到上海的机票", "从上海到北京的机票", "direction"),
    ("zh", "星期三的航班", "星期四的航班", "numbers"),
    ("zh", "今天下雨吗", "明天下雨吗", "time"),
    ("zh", "便宜的机票", "最便宜的机票", "degree"),
    ("ja", "東京から大阪まで", "大阪から東京まで", "direction"),
    ("ja", "電気をつけて", "電気を消して", "direction"),
    ("ja", "月曜の予約", "火曜の予約", "time"),
]


@pytest.mark.parametrize(("language", "one", "other", "guard"), PROTECTED)
def test_a_difference_in_meaning_protects_in_the_language(
    language: str, one: str, other: str, guard: str | None
) -> None:
    guards = Guards({}, language)
    a, b = guards.signature(one), guards.signature(other)
    assert protecting_guard(a, b) == protecting_guard(b, a) == guard


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "please send the file to bob", "send the file to bob please"),
        ("en", "on Monday at noon", "at noon on monday"),
        ("en", "a table on Tuesday", "a table, on tuesday"),
        ("en", "the order number", "number of the order"),
        ("de", "bitte das Licht einschalten", "das Licht bitte einschalten"),
        ("de", "Termin am Samstag", "Termin am Sonnabend"),
        ("tr", "IŞIĞI AÇ", "ışığı aç"),
        ("zh", "请打开卧室的灯", "打开卧室的灯"),
        ("ru", "включи свет", "включи, пожалуйста, свет"),
    ],
)
def test_the_same_request_in_other_words_is_not_protected(language: str, one: str, other: str) -> None:
    guards = Guards({}, language)
    assert protecting_guard(guards.signature(one), guards.signature(other)) is None


@pytest.mark.parametrize(
    ("language", "slots", "text", "masked"),
    [
        ("zh", {"room": ["卧室", "厨房"]}, "打开卧室的灯", "打开room的灯"),
        ("zh", {"currency": ["usd", "eur"]}, "把usd换成eur", "把currency换成currency"),
        ("zh", {}, "打开2号灯", "打开0号灯"),
        ("ja", {"city": ["東京"]}, "東京の天気", "cityの天気"),
        ("ko", {"room": ["침실"]}, "침실의 불을 켜줘", "room의 불을 켜줘"),
        ("th", {"room": ["ห้องนอน"]}, "เปิดไฟห้องนอน", "เปิดไฟroom"),
        ("tr", {"city": ["izmir", "ısparta"]}, "İZMİR ve ISPARTA", "city ve city"),
        ("de", {"city": ["Köln"]}, "Kölner Dom", "Kölner Dom"),
        ("en", {"device": ["phone"]}, "microphone", "microphone"),
    ],
)
def test_slot_values_and_numbers_are_found_where_no_space_separates_words(
    language: str, slots: dict[str, list[str]], text: str, masked: str
) -> None:
    assert Guards(slots, language).masked(text) == masked


def test_every_data_file_is_listed_and_its_expressions_can_be_found() -> None:
    stems = {file.name.removesuffix(".yaml") for file in LANGUAGE_FILES.iterdir() if file.name.endswith(".yaml")}
    assert stems == set(LANGUAGES_WITH_WORDS)
    for language in LANGUAGES_WITH_WORDS:
        words, guards = language_words(language), Guards({}, language)
        assert len(words.times) >= 30
        for group in words.times:
            assert {guards.signature(one).times for one in group} == {(group[0],)}, (language, group)
        for one, other in words.opposites:
            assert protecting_guard(guards.signature(one), guards.signature(other)), (language, one, other)
