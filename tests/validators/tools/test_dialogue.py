from __future__ import annotations

import pytest

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn, from_json, messages_json, tools_json
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

WEATHER = Tool("get_weather", "Weather of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})
MAIL = Tool("send_email", "Send a mail.", {"type": "object", "properties": {}})
CALL = Call("call_1", "get_weather", {"city": "Paris"}, {"city": ["paris"]}, (Call("call_1", "get_weather", {}),))
DIALOGUE = Dialogue(
    (
        Turn(Role.USER, "weather in Paris?"),
        Turn(Role.ASSISTANT, calls=(CALL,), reasoning="They want the weather.", train=False),
        Turn(Role.TOOL, "18 °C", call_id="call_1"),
        Turn(Role.ASSISTANT, "It is 18 °C."),
    ),
    (WEATHER, MAIL),
)


def test_a_dialogue_comes_back_from_its_json() -> None:
    assert from_json(messages_json(DIALOGUE), tools_json(DIALOGUE)) == DIALOGUE


def test_the_order_of_tools_and_of_arguments_changes_nothing() -> None:
    turned = Dialogue(DIALOGUE.turns, (MAIL, WEATHER))
    assert tools_json(turned) == tools_json(DIALOGUE)
    one, other = (Turn(Role.ASSISTANT, calls=(Call("call_1", "f", a),)) for a in ({"x": 1, "y": 2}, {"y": 2, "x": 1}))
    assert messages_json(Dialogue((one,))) == messages_json(Dialogue((other,)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": 2, "a": 3}', r"key 'a' occurs twice"),
        ('{"a": NaN}', r"NaN is not a number"),
        ('{"a": -Infinity}', r"-Infinity is not"),
        ('{"a": 1e999}', r"1e999 is too large"),
        ("9" * 5000, r"too large"),
        ('{"a": 1} {"b": 2}', r"Extra data at line 1, column 10"),
        ("{'a': 1}", r"not JSON"),
        ('{"a": 1,}', r"not JSON"),
        ('"\\ud83d"', r"half of a character"),
        ("[" * 100_000, r"nested too deeply"),
    ],
)
def test_json_is_read_without_tolerance(text: str, message: str) -> None:
    with pytest.raises(JsonError, match=message):
        read_json(text)


def test_json_is_written_in_one_form() -> None:
    assert write_json({"b": 1.5, "a": ["ü", None]}) == '{"a": ["ü", null], "b": 1.5}'
    with pytest.raises(ValueError, match=r"not JSON compliant"):
        write_json(float("nan"))
