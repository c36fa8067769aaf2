from __future__ import annotations

import re

from winnow.curation.labeling.dialogue_html import answer_html, dialogue_html, request_html
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

CITY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}

WEATHER = Tool("weather", "The weather of a city.", CITY)


def dialogue(question: str = "Weather in Paris?", city: str = "Paris", result: str = '{"sky": "clear"}') -> Dialogue:
    call = Call("call_1", "weather", {"city": city}, {"city": ["paris"], "days": [""]}, (Call("call_1", "now", {}),))
    turns = (
        Turn(Role.USER, question),
        Turn(Role.ASSISTANT, "I will look.", (call,), reasoning="A tool helps."),
        Turn(Role.TOOL, result, call_id="call_1"),
        Turn(Role.ASSISTANT, "It is clear.", train=False),
    )
    return Dialogue(turns, (WEATHER,))


def test_a_call_is_a_table_and_what_is_long_is_folded() -> None:
    html = dialogue_html(dialogue(), "")
    assert "<tr><td>city</td><td>Paris</td><td>paris</td></tr>" in html
    call = Call("call_1", "weather", {"city": "Rome"})
    plain = Dialogue((Turn(Role.USER, "Go."), Turn(Role.ASSISTANT, calls=(call,))))
    assert "<table><tr><th>Argument</th><th>Value</th></tr><tr><td>city</td>" in dialogue_html(plain, "")
    assert "Also right: days: left out; now({})" in html
    assert "Result of <code>weather</code></summary><pre><code>{<br>  &quot;sky&quot;: &quot;clear&quot;<br>}" in html
    assert "<summary>Assistant thinks</summary><p>A tool helps.</p>" in html
    assert "as text" not in html
    assert "<b>Assistant (context, not learned)</b><br>It is clear." in html
    assert "<summary>1 tool offered</summary><ul><li>weather(city: string, days?: integer): The weather" in html


def test_an_answer_to_copy_is_escaped_and_on_one_line() -> None:
    shown = answer_html('I will look.\n\n```json\n{"tool": "<b>"}\n```')
    assert (
        "<pre><code>I will look.<br><br>```json<br>{&quot;tool&quot;: &quot;&lt;b&gt;&quot;}<br>```</code></pre>"
        in shown
    )
    assert answer_html("") == ""


def test_values_that_nothing_gives_are_pointed_out() -> None:
    assert "Please check" not in dialogue_html(dialogue(), "")
    html = dialogue_html(dialogue(question="How is it there?", city="Lyon"), "")
    assert re.search(r"<b>Please check</b></p><ul><li>weather, city = Lyon \((review|error)\): ", html)


def test_the_request_alone_shows_no_answer() -> None:
    html = request_html(dialogue())
    assert "Weather in Paris?" in html
    assert "1 tool offered" in html
    assert all(word not in html for word in ("Assistant", "clear", "call"))


def test_nothing_from_a_dialogue_becomes_html_or_ends_it() -> None:
    hostile = "<img src=x onerror=alert(1)>\n\n# heading\n\n</details><script>alert(1)</script>"
    html = dialogue_html(dialogue(hostile, hostile, hostile), "")
    assert "<img" not in html
    assert "<script" not in html
    assert "\n" not in html
