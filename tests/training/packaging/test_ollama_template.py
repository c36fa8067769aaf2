"""Chat templates in Ollama's syntax write what the model's own template writes."""

from __future__ import annotations

import re
from pathlib import Path

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
from winnow.core.errors import WinnowError
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.packaging.ollama_template import TemplateTexts, ollama_texts, template_form

SYSTEM, USER, ANSWER = ({"role": role, "content": f"a {role}"} for role in ("system", "user", "assistant"))
TOOL = {"role": "tool", "content": '{"id": "t1"}'}


def texts(folder: Path, template: str, special: tuple[str, ...] = ("<s>", "</s>")) -> TemplateTexts:
    make_chat_tokenizer(folder, template, special=special)
    return ollama_texts(open_chat_tokenizer(str(folder)))


def go_rendered(template: str, messages: list[dict[str, str]]) -> str:
    """What Go makes of the few constructs that templates are written in."""
    first = re.match(r'\{\{ if ne \(index \.Messages 0\)\.Role "system" \}\}(.*?)\{\{ end \}\}', template, re.S)
    body = template[first.end() if first else 0 :]
    loop = re.fullmatch(r"\{\{ range \.Messages \}\}\{\{ (.*)\{\{ end \}\}\{\{ end \}\}(.*)", body, re.S)
    assert loop
    cases = {}
    for case in loop[1].split("{{ else "):
        role, text = re.fullmatch(r'if eq \.Role "(\w+)" \}\}(.*)', case, re.S).groups()  # type: ignore[union-attr]
        cases[role] = text
    start = first[1] if first and messages[0]["role"] != "system" else ""
    turns = (re.sub(r"\{\{ (json )?\.Content \}\}", lambda _, m=m: m["content"], cases[m["role"]]) for m in messages)
    return start + "".join(turns) + loop[2]


@pytest.mark.parametrize(
    ("template", "special", "form", "roles"),
    [
        (CHATML, CHATML_TOKENS, "chatml", {"system", "user", "assistant", "tool"}),
        (MISTRAL, ("<s>", "</s>"), "mistral", {"user", "assistant"}),
        (LLAMA, LLAMA_TOKENS, "llama3", {"system", "user", "assistant", "tool"}),
    ],
)
def test_a_known_template_is_written_alike(
    tmp_path: Path, template: str, special: tuple[str, ...], form: str, roles: set[str]
) -> None:
    found = texts(tmp_path, template, special)
    assert (found.form, set(found.turns)) == (form, roles)
    assert found.bos == ("" if form == "chatml" else special[0])
    chat = open_chat_tokenizer(str(tmp_path))
    dialogues = [[USER], [USER, ANSWER, USER]]
    if "system" in roles:
        dialogues.append([SYSTEM, USER, ANSWER, USER])
    for dialogue in dialogues:
        expected = chat.render(dialogue, prompt=True)
        assert found.render(dialogue) == expected
        assert found.bos + go_rendered(found.go_template(), dialogue) == expected
    assert template_form(chat) == form


def test_results_that_a_template_writes_as_json_are_written_as_json(tmp_path: Path) -> None:
    found = texts(tmp_path, LLAMA, LLAMA_TOKENS)
    chat = open_chat_tokenizer(str(tmp_path))
    assert found.turns["tool"].as_json
    assert "{{ json .Content }}" in found.go_template()
    assert found.render([USER, ANSWER, TOOL]) == chat.render([USER, ANSWER, TOOL], prompt=True)


@pytest.mark.parametrize(
    "template",
    [
        QWEN,  # one turn of the user for several results
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}",  # of no known form
        "<|im_start|>{% for m in messages %}{{ m.content }}{{ loop.length }}{% endfor %}",
        "<|im_start|>{{ messages | length }}",
        "{{ raise_exception('no') }}",
    ],
)
def test_other_templates_are_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(WinnowError, match=r"cannot be written in Go's syntax; expected: .*chatml, llama3, mistral"):
        texts(tmp_path, template, CHATML_TOKENS)
    assert template_form(open_chat_tokenizer(str(tmp_path))) == ""


def test_braces_of_a_template_are_no_expression(tmp_path: Path) -> None:
    found = texts(tmp_path, CHATML.replace("'\n'", "'{{\n'"), CHATML_TOKENS)
    assert '{{"{{"}}' in found.go_template()
