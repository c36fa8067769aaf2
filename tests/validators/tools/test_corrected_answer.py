"""Which answer a corrected one takes the place of, and what of the dialogue stays."""

from __future__ import annotations

from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.validators.tools.corrected_answer import (
    CorrectedDialogue,
    InvalidAnswer,
    answer_as_text,
    corrected_dialogue,
    place_of_answer,
    plain_text,
    text_format,
    ungrounded_values,
)
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

WEATHER, TRAFFIC = Tool("weather", "", CITY), Tool("traffic", "", CITY)


def task(call_format: str = "fenced_json") -> Task:
    return parse_task(f"name: t\nkind: tools\ncall_format: {call_format}\n")


def written(city: str, tool: str = "weather") -> str:
    return f'```json\n{{"tool": "{tool}", "params": {{"city": "{city}"}}}}\n```'


def dialogue(*more: Turn, learned: bool = True) -> Dialogue:
    turns = (
        Turn(Role.USER, "Weather in Oslo, then traffic in Rome?"),
        Turn(Role.ASSISTANT, calls=(Call("call_1", "weather", {"city": "Oslo"}),), train=learned),
        Turn(Role.TOOL, "fine", call_id="call_1"),
        Turn(Role.ASSISTANT, calls=(Call("call_2", "traffic", {"city": "Bonn"}, {"city": ["bonn"]}),), train=learned),
        Turn(Role.TOOL, "slow", call_id="call_2"),
        Turn(Role.ASSISTANT, "Fine and slow.", train=learned),
    )
    return Dialogue((*turns, *more), (TRAFFIC, WEATHER))


def corrected(text: str, of: Dialogue, *, only_wording: bool = False) -> Dialogue:
    found = corrected_dialogue(of, text, task(), only_wording=only_wording)
    assert isinstance(found, CorrectedDialogue), found
    return found.dialogue


def test_the_last_call_since_the_user_spoke_is_corrected() -> None:
    assert place_of_answer(dialogue()) == 3
    thanked = dialogue(Turn(Role.USER, "Thanks."), Turn(Role.ASSISTANT, "You are welcome."))
    assert place_of_answer(thanked) == 7
    assert place_of_answer(dialogue(Turn(Role.USER, "Thanks."))) == 5
    assert place_of_answer(dialogue(learned=False)) is None
    assert isinstance(corrected_dialogue(dialogue(learned=False), "Hi.", task()), InvalidAnswer)


def test_other_calls_end_the_dialogue_and_have_the_next_ids() -> None:
    found = corrected(written("Rome", "traffic"), dialogue())
    assert found.turns[:3] == dialogue().turns[:3]
    assert found.turns[3:] == (Turn(Role.ASSISTANT, calls=(Call("call_2", "traffic", {"city": "Rome"}),)),)
    asked = corrected("Which Rome?", dialogue())
    assert asked.turns[3:] == (Turn(Role.ASSISTANT, "Which Rome?"),)


def test_equal_calls_keep_what_follows_and_what_else_is_right() -> None:
    found = corrected("Then the traffic.\n\n" + written("Bonn", "traffic"), dialogue())
    assert found.turns[3].content == "Then the traffic."
    assert found.turns[3].calls == dialogue().turns[3].calls
    assert found.turns[4:] == dialogue().turns[4:]


def test_what_the_user_says_later_is_kept() -> None:
    later = dialogue(Turn(Role.USER, "Thanks."))
    assert corrected("All is well.", later).turns[5:] == (
        Turn(Role.ASSISTANT, "All is well."),
        Turn(Role.USER, "Thanks."),
    )


def test_only_wording_corrects_the_last_words() -> None:
    assert corrected("It is fine and slow.", dialogue(), only_wording=True).turns[5].content == "It is fine and slow."
    assert len(corrected("It is fine and slow.", dialogue()).turns) == 4


def test_values_that_nothing_gives_are_found_in_the_corrected_turn_only() -> None:
    placeholder = corrected_dialogue(dialogue(), written("<city>", "traffic"), task())
    assert isinstance(placeholder, CorrectedDialogue)
    assert "traffic, city" in ungrounded_values(placeholder, task())[0]
    right = corrected_dialogue(dialogue(), written("Rome", "traffic"), task())
    assert isinstance(right, CorrectedDialogue)
    assert ungrounded_values(right, task()) == []


def test_people_write_text_also_where_models_do_not() -> None:
    assert answer_as_text(dialogue(), task()) == written("Bonn", "traffic")
    assert answer_as_text(dialogue(), task("hermes_tags")).startswith("<tool_call>")
    assert text_format(task("openai_tool_calls")) is text_format(task())
    assert plain_text("\r\n a\u00a0b\r\nc \n") == "a b\nc"
