"""What the templates of models in use refuse, fold, cut and lose; each broken template has one fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_chat_tokenizer import (
    CHATML,
    CHATML_TOKENS,
    LLAMA,
    LLAMA_TOKENS,
    MISTRAL,
    QWEN,
    make_chat_tokenizer,
)
from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_messages import chat_messages, folded
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.curation.checks.chat_template.render_records import RenderedRecords, render_records
from winnow.curation.checks.gates.chat_template import measure_chat_template, template_notes
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.prompt import prompt_of

TOOLS = (Tool("get_weather", "", {"type": "object", "properties": {"location": {"type": "string"}}}),)
OSLO, ROME = (Call(f"call_{n}", "get_weather", {"location": city}) for n, city in ((1, "Oslo"), (2, "Rome")))
COMPOUND = Dialogue(
    (
        Turn(Role.USER, "How is the weather in Norway's and Italy's capitals?"),
        Turn(Role.ASSISTANT, "Looking up both.", (OSLO, ROME)),
        Turn(Role.TOOL, '{"sky": "clear"}', call_id="call_1"),
        Turn(Role.TOOL, '{"sky": "rain"}', call_id="call_2"),
        Turn(Role.ASSISTANT, "Clear in the north, rain in the south."),
        Turn(Role.USER, "Thanks!"),
        Turn(Role.ASSISTANT, "You are welcome."),
    ),
    TOOLS,
)
PLAIN = Dialogue((Turn(Role.USER, "Hello."), Turn(Role.ASSISTANT, "Hello to you.")))
SYSTEM = "You help with the weather."


def rendered(
    folder: Path,
    template: str,
    *dialogues: Dialogue,
    call_format: str = "fenced_json",
    tools_in_prompt: str = "false",
    **options: Any,
) -> RenderedRecords:
    options.setdefault("special", CHATML_TOKENS)
    chat = open_chat_tokenizer(str(make_chat_tokenizer(folder / "model", template, **options)))
    task = parse_task(f"name: t\nkind: tools\ncall_format: {call_format}\ntools_in_prompt: {tools_in_prompt}\n")
    task = task.with_document_texts({"system_prompt": SYSTEM})
    given = dialogues or (COMPOUND, PLAIN)
    by_id = {f"r{number}": (one, prompt_of(one, task, "train")) for number, one in enumerate(given)}
    return render_records(by_id, chat, call_format=call_format)


def faults(found: RenderedRecords) -> dict[str, int]:
    report = found.report(found.by_record)
    return {name.value: count for name, count in report.facts.faults.items() if count}


@pytest.mark.parametrize(
    ("template", "special", "refused"),
    [
        (CHATML, CHATML_TOKENS, {}),
        (QWEN, CHATML_TOKENS, {}),
        (LLAMA, LLAMA_TOKENS, {}),
        (
            MISTRAL,
            ("<s>", "</s>"),
            dict.fromkeys(("system", "tool"), "Conversation roles must alternate user/assistant/user/assistant/..."),
        ),
    ],
    ids=["SmolLM2", "Qwen 2.5", "Llama 3.2", "Mistral v0.2"],
)
def test_calls_as_text_are_trained_whole_with_every_template(
    tmp_path: Path, template: str, special: tuple[str, ...], refused: dict[str, str]
) -> None:
    found = rendered(tmp_path, template, special=special)
    facts = found.report(found.by_record).facts
    assert faults(found) == {}
    assert (facts.dialogues, facts.answers, facts.faulty_answers) == (2, 4, 0)
    assert found.refused == refused
    assert {one.role: one.dialogues for one in facts.folded} == ({"system": 2, "tool": 1} if refused else {})


def test_folded_roles_become_turns_of_the_user() -> None:
    messages = chat_messages(COMPOUND, SYSTEM, CALL_FORMATS["fenced_json"])
    contents = [(one.role, one.content) for one in folded(messages, {"system", "tool"})]
    assert [role for role, _ in contents] == ["user", "assistant"] * 3
    assert contents[0][1] == f"{SYSTEM}\n\n{COMPOUND.turns[0].content}"
    assert contents[2][1] == 'Result of get_weather: {"sky": "clear"}\nResult of get_weather: {"sky": "rain"}'
    assert folded(messages, ()) == messages


def test_a_role_whose_text_is_left_out_is_folded(tmp_path: Path) -> None:
    silent = CHATML.replace(
        "{{ '<|im_start|>' + message", "{{ '' if message.role == 'tool' else '<|im_start|>' + message"
    )
    found = rendered(tmp_path, silent)
    assert found.refused == {"tool": "the template leaves its text out"}
    assert faults(found) == {}


def test_native_calls_need_a_template_that_writes_them(tmp_path: Path) -> None:
    assert faults(rendered(tmp_path / "qwen", QWEN, call_format="openai_tool_calls")) == {}
    dropped = rendered(tmp_path / "smol", CHATML, call_format="openai_tool_calls")
    assert faults(dropped) == {"call_dropped": 1}
    assert dropped.by_record["r0"].problems[0].detail == "the call of get_weather is not in the answer"
    mistral = rendered(tmp_path / "mistral", MISTRAL, special=("<s>", "</s>"), call_format="openai_tool_calls")
    assert faults(mistral) == {"call_dropped": 1}


def test_a_template_that_takes_one_call_refuses_two_and_loses_the_prose(tmp_path: Path) -> None:
    one = Dialogue((COMPOUND.turns[0], Turn(Role.ASSISTANT, "Looking it up.", (OSLO,)), *COMPOUND.turns[2:3]), TOOLS)
    found = rendered(tmp_path, LLAMA, COMPOUND, one, special=LLAMA_TOKENS, call_format="openai_tool_calls")
    assert found.refused == {}
    assert faults(found) == {"refused": 1, "text_dropped": 1}
    assert [one.turn for one in found.by_record["r0"].problems] == [1]


def test_the_ids_of_calls_are_those_that_mistral_takes(tmp_path: Path) -> None:
    strict = QWEN.replace(
        "{%- elif message.role == 'tool' %}",
        "{%- elif message.role == 'tool' %}{%- if message.tool_call_id | length != 9 %}"
        "{{- raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{%- endif %}",
    )
    found = rendered(tmp_path, strict)
    assert found.refused == {}
    assert faults(found) == {}


def test_an_argument_that_is_not_written_is_named(tmp_path: Path) -> None:
    half = QWEN.replace("(call.function.arguments | tojson)", "'{}'")
    (problem, *_) = rendered(tmp_path, half, call_format="openai_tool_calls").by_record["r0"].problems
    assert (problem.name, problem.turn, problem.call_id, problem.argument) == ("call_dropped", 1, "call_1", "location")


def test_an_answer_without_a_stop_token_is_found(tmp_path: Path) -> None:
    endless = CHATML.replace("message['content'] + '<|im_end|>'", "message['content']")
    assert faults(rendered(tmp_path, endless)) == {"stop_not_trained": 4}


def test_a_special_token_that_the_template_writes_ends_an_answer_unless_it_pads_or_begins(tmp_path: Path) -> None:
    special = ("<s>", "</s>", *CHATML_TOKENS)
    assert faults(rendered(tmp_path / "end", CHATML, special=special)) == {}
    begins = CHATML.replace("<|im_end|>", "<s>")
    assert faults(rendered(tmp_path / "begin", begins, special=special)) == {"stop_not_trained": 4}


def test_the_tokens_at_which_the_model_stops_end_an_answer(tmp_path: Path) -> None:
    folder = make_chat_tokenizer(tmp_path / "model", MISTRAL)
    (folder / "generation_config.json").write_text('{"eos_token_id": [1, 7]}')
    assert open_chat_tokenizer(str(folder)).stop_ids == {1, 7}


def test_an_end_of_turn_that_is_plain_text_is_no_stop_token(tmp_path: Path) -> None:
    assert faults(rendered(tmp_path, CHATML.replace("<|im_end|>", "###"))) == {"stop_not_trained": 4}


def test_a_prompt_that_is_written_differently_with_its_answer_is_found(tmp_path: Path) -> None:
    last = CHATML.replace("message['content'] +", "message['content'] + ('!' if loop.last else '') +")
    found = faults(rendered(tmp_path, last))
    assert found["prefix_changed"] == 4


def test_a_template_that_shortens_earlier_answers_changes_the_prefix(tmp_path: Path) -> None:
    short = CHATML.replace(
        "message['content'] +", "('' if message.role == 'assistant' and not loop.last else message['content']) +"
    )
    found = rendered(tmp_path, short)
    assert faults(found) == {"prefix_changed": 2}
    assert str(found.by_record["r0"].problems[0]).startswith("turn 5: the turns before it changed: 'Looking up both.'")


def test_a_prompt_whose_last_token_joins_the_answer_is_found(tmp_path: Path) -> None:
    wide = CHATML.replace(
        "+ message['content']", "+ ('\n' if message.role == 'assistant' else '') + message['content']"
    )
    assert faults(rendered(tmp_path / "apart", wide, PLAIN)) == {}
    assert faults(rendered(tmp_path / "joined", wide, PLAIN, pairs=("ĊĊ",))) == {"prefix_changed": 1}


def test_a_turn_of_the_user_that_is_shortened_is_found(tmp_path: Path) -> None:
    cut = CHATML.replace(
        "message['content'] +", "(message['content'][:40] if message.role == 'user' else message['content']) +"
    )
    found = rendered(tmp_path, cut)
    assert faults(found) == {"text_dropped": 1}
    assert found.by_record["r0"].problems[0].detail.startswith('what the user says is not in the prompt: "How is the')


def test_a_dialogue_that_the_template_refuses_is_one_fault(tmp_path: Path) -> None:
    polite = (
        CHATML
        + "{% for m in messages %}{% if 'Thanks' in m.content %}{{ raise_exception('no') }}{% endif %}{% endfor %}"
    )
    found = rendered(tmp_path, polite)
    assert faults(found) == {"refused": 1}
    assert str(found.by_record["r0"].problems[0]) == "turn 7: the template refuses the dialogue: no"


def test_a_window_cuts_answers_or_leaves_nothing_to_train(tmp_path: Path) -> None:
    whole = rendered(tmp_path, CHATML)
    longest = whole.report(["r1"]).facts.longest_row
    assert faults(rendered(tmp_path / "fits", CHATML, PLAIN, window=longest - 1)) == {}  # only a line break is cut
    cut = rendered(tmp_path / "cut", CHATML, PLAIN, window=longest - 4)
    assert faults(cut) == {"answer_cut": 1, "stop_not_trained": 1}
    none = rendered(tmp_path / "none", CHATML, PLAIN, window=20)
    assert faults(none) == {"nothing_trained": 1, "answer_cut": 1, "stop_not_trained": 1}


def test_turns_that_are_not_trained_are_no_rows(tmp_path: Path) -> None:
    context = Dialogue((PLAIN.turns[0], Turn(Role.ASSISTANT, "Oops.", train=False), *COMPOUND.turns[5:]))
    assert rendered(tmp_path, CHATML, context).by_record["r0"].answers == 1


def test_the_hash_depends_on_the_selected_dialogues_and_not_on_the_day(tmp_path: Path) -> None:
    found = rendered(tmp_path, LLAMA, special=LLAMA_TOKENS)
    assert "the template writes the date of today; here it is 2024-07-26" in template_notes(found)
    text = found.chat.render([{"role": "user", "content": "Hello."}], prompt=True)
    assert "Today Date: 26 Jul 2024\n" in text
    hashes = {found.report(ids).facts.rendered_sha256 for ids in (["r0", "r1"], ["r0"], ["r1"])}
    assert len(hashes) == 3
    assert found.report(["r1", "r0"]) == found.report(["r0", "r1"])


def test_the_gate_names_a_record_a_turn_and_the_fix(tmp_path: Path) -> None:
    cut = rendered(tmp_path / "cut", CHATML, PLAIN, window=20)
    gate = measure_chat_template(cut.report(["r0"]))
    assert (gate.verdict, gate.measured) == ("fail", 1)
    assert gate.evidence[0].startswith(
        "1 nothing_trained, such as record r0, turn 2: no token of the answer is trained"
    )
    assert "base_model.window" in gate.fix
    assert "winnow show r0" in gate.fix
    good = rendered(tmp_path / "good", CHATML, PLAIN)
    assert isinstance(good.chat.window, NotMeasured)
    assert measure_chat_template(good.report(["r0"])).verdict == "pass"


@pytest.mark.parametrize("case", ["no folder", "empty folder", "no template"])
def test_what_is_no_chat_model_is_refused_in_words(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "model"
    if case == "empty folder":
        folder.mkdir()
    if case == "no template":
        make_chat_tokenizer(folder, None)
    with pytest.raises(
        WinnowError, match="no chat template" if case == "no template" else "no tokenizer can be loaded"
    ):
        open_chat_tokenizer(str(folder))


def test_prompts_document_the_offered_tools_and_those_of_instructions_none(tmp_path: Path) -> None:
    plain = rendered(tmp_path / "plain", CHATML)
    documented = rendered(tmp_path / "documented", CHATML, tools_in_prompt="true")
    assert faults(documented) == {}
    added = len("\n\nget_weather(location?: string)")  # the tokenizer has one token for each byte
    assert documented.by_record["r0"].longest_row == plain.by_record["r0"].longest_row + added
    assert documented.by_record["r0"].sha256 != plain.by_record["r0"].sha256
    assert documented.by_record["r1"] == plain.by_record["r1"]
    cut = rendered(tmp_path / "cut", CHATML, window=plain.by_record["r0"].longest_row, tools_in_prompt="true")
    assert "answer_cut" in faults(cut)
