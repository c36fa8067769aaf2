"""Valid answers, broken in one way each: every one is refused, with the line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from winnow.validators.tools.call_formats import CALL_FORMATS, FormatError, FormatFault, FormatProblem

TASK = '{"tool": "create_task", "params": {"title": "Call the bank", "tags": ["money", "phone"], "priority": 2}}'
EVENT = '{"tool": "create_event", "params": {"title": "Dentist", "note": "```json\\n{}\\n```", "all_day": false}}'
FENCED = f"Adding both.\n\n```json\n{TASK}\n```\n\n```json\n{EVENT}\n```"
HERMES = (
    "Adding both.\n"
    f"<tool_call>\n{TASK.replace('tool', 'name').replace('params', 'arguments')}\n</tool_call>\n"
    f"<tool_call>\n{EVENT.replace('tool', 'name').replace('params', 'arguments')}\n</tool_call>"
)
VALID = {
    "fenced_json": [
        FENCED,
        f"```json\n{TASK}\n```",
        '```json\n{"tool": "list_tasks", "params": {}}\n```',
        f"Here is the script.\n\n```python\nprint({{1: 2}})\n```\n\nI save it.\n\n```json\n{TASK}\n```",
        "You have three tasks.\n\n- one\n- two",
        "Use this:\n\n```python\nprint('hi')\n```",
        f"Nothing:\n\n```\n```\n\n~~~\n```\n~~~\n\n```json\n{TASK}\n```",
        "Use this:\n\n````markdown\n```text\nhi\n```\n````\n\nIt works.",
        "The tool `create_task` takes ```any``` title, and {braces}.",
        'The API returns `{"name": "Ann", "age": 3}`.',
        'Declare it so:\n\n```\n{"name": "f", "description": "d", "parameters": {"type": "object"}}\n```',
        "",
    ],
    "hermes_tags": [
        HERMES,
        '<tool_call>\n{"name": "list_tasks", "arguments": {}}\n</tool_call>',
        "You have three tasks.\n\n```python\nprint(3 < 4)\n```",
    ],
}

Change = Callable[[str], str]


def put(old: str, new: str) -> Change:
    """Replace the first occurrence."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


BROKEN_FENCES: list[tuple[str, FormatFault, int, Change]] = [
    ("no opening fence", FormatFault.CALL_IN_PROSE, 3, put("```json\n", "")),
    ("no closing fence", FormatFault.UNCLOSED_BLOCK, 3, put("\n```\n", "\n")),
    ("no last fence", FormatFault.UNCLOSED_BLOCK, 7, lambda text: text.removesuffix("\n```")),
    ("a fence cut off", FormatFault.UNCLOSED_BLOCK, 7, lambda text: text.removesuffix("`")),
    ("no fences at all", FormatFault.CALL_IN_PROSE, 3, lambda text: text.replace("```json\n", "").replace("\n```", "")),
    ("upper case", FormatFault.OPENING_LINE, 3, put("```json", "```JSON")),
    ("a space in the fence", FormatFault.OPENING_LINE, 3, put("```json", "``` json")),
    ("a space after the fence", FormatFault.OPENING_LINE, 3, put("```json", "```json ")),
    ("an indented fence", FormatFault.OPENING_LINE, 3, put("```json", "  ```json")),
    ("a tab before the fence", FormatFault.OPENING_LINE, 3, put("```json", "\t```json")),
    ("an invisible character", FormatFault.OPENING_LINE, 3, put("```json", "\u200b```json")),
    ("four backticks", FormatFault.OPENING_LINE, 3, put("```json", "````json")),
    ("tildes", FormatFault.OPENING_LINE, 3, put("```json", "~~~json")),
    ("a fence in a list", FormatFault.OPENING_LINE, 3, put("```json", "- ```json")),
    ("a fence after prose", FormatFault.OPENING_LINE, 1, put(".\n\n```json", ".```json")),
    ("JSON in the opening line", FormatFault.OPENING_LINE, 3, put("```json\n", "```json ")),
    ("attributes in the fence", FormatFault.OPENING_LINE, 3, put("```json", "```json title=call")),
    ("no language", FormatFault.CALL_IN_PROSE, 4, put("```json", "```")),
    ("another language", FormatFault.CALL_IN_PROSE, 4, put("```json", "```python")),
    ("json5", FormatFault.CALL_IN_PROSE, 4, put("```json", "```json5")),
    ("a nested fence", FormatFault.UNCLOSED_BLOCK, 3, put("```json\n", "```json\n```json\n")),
    ("a fence around a fence", FormatFault.CALL_IN_PROSE, 5, lambda text: f"````\n{text}\n````"),
    ("two backticks", FormatFault.CALL_IN_PROSE, 4, put("```json", "``json")),
    (
        "apostrophes",
        FormatFault.CALL_IN_PROSE,
        4,
        lambda text: text.replace("```\n", "'''\n").replace("```json", "'''"),
    ),
    ("a longer closing fence", FormatFault.CLOSING_LINE, 5, put("\n```\n", "\n````\n")),
    ("a space after the closing fence", FormatFault.CLOSING_LINE, 5, put("\n```\n", "\n``` \n")),
    ("closing fence after JSON", FormatFault.CLOSING_LINE, 4, put("\n```\n", "```\n")),
    ("text behind the closing fence", FormatFault.CLOSING_LINE, 5, put("\n```\n", "\n``` done\n")),
    ("no blank line before a block", FormatFault.OTHER_FORM, 2, put("\n\n```json", "\n```json")),
    ("no blank line between blocks", FormatFault.OTHER_FORM, 6, put("```\n\n```json", "```\n```json")),
    ("two blank lines", FormatFault.OTHER_FORM, 3, put("\n\n```json", "\n\n\n```json")),
    ("a blank line in a block", FormatFault.OTHER_FORM, 4, put("```json\n", "```json\n\n")),
    ("a line break at the start", FormatFault.OTHER_FORM, 1, lambda text: "\n" + text),
    ("a space after the prose", FormatFault.OTHER_FORM, 1, put("both.", "both. ")),
    ("a line break at the end", FormatFault.OTHER_FORM, 9, lambda text: text + "\n"),
    ("Hermes tags in the prose", FormatFault.CALL_IN_PROSE, 1, put("both.", "both. <tool_call>")),
]
BROKEN_JSON: list[tuple[str, FormatFault, Change]] = [
    ("single quotes", FormatFault.NOT_JSON, lambda text: text.replace('"', "'")),
    ("smart quotes", FormatFault.NOT_JSON, lambda text: text.replace('"', "“")),
    ("no quotes", FormatFault.NOT_JSON, put('"title"', "title")),
    ("a trailing comma", FormatFault.NOT_JSON, put("}}", "},}")),
    ("a trailing comma in a list", FormatFault.NOT_JSON, put('"phone"]', '"phone",]')),
    ("no comma", FormatFault.NOT_JSON, put('", ', '" ')),
    ("no colon", FormatFault.NOT_JSON, put('title": ', 'title" ')),
    ("a brace too few", FormatFault.NOT_JSON, put("}}", "}")),
    ("a brace too many", FormatFault.NOT_JSON, put("}}", "}}}")),
    ("a comment", FormatFault.NOT_JSON, put("2}", "2 /* high */}")),
    ("a line comment", FormatFault.NOT_JSON, put("}}", "}} // done")),
    ("Python's True", FormatFault.NOT_JSON, put(" 2}", " True}")),
    ("Python's None", FormatFault.NOT_JSON, put(" 2}", " None}")),
    ("undefined", FormatFault.NOT_JSON, put(" 2}", " undefined}")),
    ("NaN", FormatFault.NOT_JSON, put(" 2}", " NaN}")),
    ("an infinity", FormatFault.NOT_JSON, put(" 2}", " -Infinity}")),
    ("a number too large", FormatFault.NOT_JSON, put(" 2}", " 1e999}")),
    ("a hexadecimal number", FormatFault.NOT_JSON, put(" 2}", " 0x2}")),
    ("a leading zero", FormatFault.NOT_JSON, put(" 2}", " 02}")),
    ("a leading plus", FormatFault.NOT_JSON, put(" 2}", " +2}")),
    ("half of a surrogate pair", FormatFault.NOT_JSON, put("Call", "\\ud83d")),
    ("a raw line break", FormatFault.NOT_JSON, put("Call the", "Call\nthe")),
    ("a raw tab", FormatFault.NOT_JSON, put("Call the", "Call\tthe")),
    ("an unknown escape", FormatFault.NOT_JSON, put("Call the", "Call\\x20the")),
    ("a byte order mark", FormatFault.NOT_JSON, put("{", "\ufeff{")),
    ("a no-break space", FormatFault.NOT_JSON, put(": ", ":\u00a0")),
    ("a key twice", FormatFault.NOT_JSON, put('"title"', '"priority": 1, "title"')),
    ("nothing", FormatFault.NOT_JSON, lambda text: ""),
    ("cut off", FormatFault.NOT_JSON, lambda text: text[: len(text) // 2]),
    ("an ellipsis", FormatFault.NOT_JSON, put('"phone"', '"phone", ...')),
    ("two objects", FormatFault.NOT_JSON, lambda text: f"{text}\n{text}"),
    ("two objects with a comma", FormatFault.NOT_JSON, lambda text: f"{text}, {text}"),
    ("prose before the object", FormatFault.NOT_JSON, lambda text: f"Call: {text}"),
    ("prose after the object", FormatFault.NOT_JSON, lambda text: f"{text} done"),
    ("a list", FormatFault.NOT_AN_OBJECT, lambda text: f"[{text}]"),
    ("a string", FormatFault.NOT_AN_OBJECT, lambda text: '"create_task"'),
    ("null", FormatFault.NOT_AN_OBJECT, lambda text: "null"),
    ("an empty object", FormatFault.MISSING_KEY, lambda text: "{}"),
    ("no name", FormatFault.MISSING_KEY, put('"NAME": "create_task", ', "")),
    ("no arguments", FormatFault.MISSING_KEY, lambda text: '{"NAME": "create_task"}'),
    ("a key more", FormatFault.UNKNOWN_KEY, put("}}", '}, "id": "1"}')),
    ("an argument beside the arguments", FormatFault.UNKNOWN_KEY, put(', "priority": 2}', '}, "priority": 2')),
    ("a key in upper case", FormatFault.UNKNOWN_KEY, put('"NAME"', '"Name_"')),
    ("a key with a space", FormatFault.UNKNOWN_KEY, put('"NAME"', '"NAME "')),
    ("a key of another format", FormatFault.UNKNOWN_KEY, put('"ARGUMENTS"', '"parameters"')),
    ("an empty name", FormatFault.INVALID_NAME, put('"create_task"', '""')),
    ("a blank name", FormatFault.INVALID_NAME, put('"create_task"', '" "')),
    ("no name but null", FormatFault.INVALID_NAME, put('"create_task"', "null")),
    ("a list of names", FormatFault.INVALID_NAME, put('"create_task"', '["create_task"]')),
    ("arguments as a string", FormatFault.INVALID_ARGUMENTS, lambda text: '{"NAME": "f", "ARGUMENTS": "{}"}'),
    ("arguments as a list", FormatFault.INVALID_ARGUMENTS, lambda text: '{"NAME": "f", "ARGUMENTS": []}'),
    ("arguments as null", FormatFault.INVALID_ARGUMENTS, lambda text: '{"NAME": "f", "ARGUMENTS": null}'),
    ("arguments first", FormatFault.OTHER_FORM, lambda text: '{"ARGUMENTS": {}, "NAME": "f"}'),
    ("no spaces", FormatFault.OTHER_FORM, lambda text: text.replace(": ", ":")),
    ("a space more", FormatFault.OTHER_FORM, put(": ", " : ")),
    ("a tab between parts", FormatFault.OTHER_FORM, put(", ", ",\t")),
    ("a space after the object", FormatFault.OTHER_FORM, lambda text: text + " "),
    ("a space before the object", FormatFault.OTHER_FORM, lambda text: " " + text),
    ("several lines", FormatFault.OTHER_FORM, put("{", "{\n")),
    ("an escaped letter", FormatFault.OTHER_FORM, put("Call", "C\\u0061ll")),
    ("an escaped slash", FormatFault.OTHER_FORM, put("Call", "C\\/ll")),
    ("an exponent", FormatFault.OTHER_FORM, put(" 2}", " 2e0}")),
    ("a zero too many", FormatFault.OTHER_FORM, put(" 2}", " 2.50}")),
]
KEYS = {"fenced_json": ("tool", "params"), "hermes_tags": ("name", "arguments")}


def with_keys(text: str, format_name: str) -> str:
    name, arguments = KEYS[format_name]
    return text.replace("NAME", name).replace("ARGUMENTS", arguments)


def problems_of(text: str, format_name: str) -> tuple[FormatProblem, ...]:
    with pytest.raises(FormatError) as caught:
        CALL_FORMATS[format_name].parse(text, ())
    return caught.value.problems


@pytest.mark.parametrize(("format_name", "text"), [(name, text) for name, texts in VALID.items() for text in texts])
def test_valid_answers_are_accepted(format_name: str, text: str) -> None:
    form = CALL_FORMATS[format_name]
    assert form.render(form.parse(text, ()), ()) == text


@pytest.mark.parametrize(("name", "fault", "line", "change"), BROKEN_FENCES, ids=[one[0] for one in BROKEN_FENCES])
def test_a_broken_fence_is_refused_with_its_line(name: str, fault: FormatFault, line: int, change: Change) -> None:
    problems = problems_of(change(FENCED), "fenced_json")
    assert (problems[0].name, problems[0].place.split(",")[0]) == (fault, f"line {line}"), problems


@pytest.mark.parametrize("format_name", KEYS)
@pytest.mark.parametrize(("name", "fault", "change"), BROKEN_JSON, ids=[one[0] for one in BROKEN_JSON])
def test_broken_json_is_refused_with_its_line(format_name: str, name: str, fault: FormatFault, change: Change) -> None:
    valid = {"fenced_json": FENCED, "hermes_tags": HERMES}[format_name]
    call = TASK.replace("tool", "NAME").replace("params", "ARGUMENTS")
    original, broken = (with_keys(text, format_name) for text in (call, change(call)))
    problems = problems_of(valid.replace(original, broken), format_name)
    first = valid[: valid.index(original)].count("\n") + 1
    assert fault in [problem.name for problem in problems]
    assert int(problems[0].place.split(",")[0].removeprefix("line ")) in range(first, first + 2)


@pytest.mark.parametrize("format_name", VALID)
def test_an_answer_that_is_cut_off_anywhere_is_refused(format_name: str) -> None:
    """What remains is an answer only if it ends with the prose or with a whole block."""
    valid = VALID[format_name][0]
    gap = "\n\n" if format_name == "fenced_json" else "\n"
    block_end = valid.index("\n```\n" if format_name == "fenced_json" else "\n</tool_call>\n")
    whole = block_end + len("\n```" if format_name == "fenced_json" else "\n</tool_call>")
    for end in range(len("Adding both.") + len(gap) + 1, len(valid)):
        if end != whole:
            assert problems_of(valid[:end], format_name), valid[:end]
    assert CALL_FORMATS[format_name].parse(valid[:whole], ()).calls


def test_every_problem_is_reported_at_once() -> None:
    text = FENCED.replace("```json", "```JSON", 1).replace('"tool": "create_event"', '"tool": "", "id": 1') + "\nDone."
    found = [(problem.name, problem.place) for problem in problems_of(text, "fenced_json")]
    assert found == [
        (FormatFault.OPENING_LINE, "line 3, column 1"),
        (FormatFault.INVALID_NAME, "line 8, column 2"),
        (FormatFault.UNKNOWN_KEY, "line 8, column 14"),
        (FormatFault.TEXT_AFTER_BLOCK, "line 10, column 1"),
    ]


def test_a_message_shows_what_was_found_and_expected() -> None:
    text = FENCED.replace('"priority": 2', '"priority": high')
    assert str(problems_of(text, "fenced_json")[0]) == (
        f"line 4, column {TASK.rindex('2') + 1}: not JSON: Expecting value: 'high}}}}'; "
        "expected: one JSON object with the keys 'tool' and 'params'"
    )
    assert str(problems_of(FENCED.replace("\n\n```", "\n```", 1), "fenced_json")[0]) == (
        "line 2, column 1: not the form of this format: '```json'; expected: a line break"
    )


@pytest.mark.parametrize(("format_name", "valid"), [("fenced_json", FENCED), ("hermes_tags", HERMES)])
def test_no_change_of_one_character_turns_a_call_into_prose(format_name: str, valid: str) -> None:
    """A changed argument is another valid answer; with fewer calls, a call would be trained as text."""
    changed = {
        valid[:start] + new + valid[start + length :]
        for start in range(len(valid))
        for new in ("", "`", "'", " ", "\n", "{", "}", "<", "/", "\u200b")
        for length in (0, 1)
    }
    parse = CALL_FORMATS[format_name].parse
    accepted = []
    for text in changed:
        with suppress(FormatError):
            accepted.append(parse(text, ()))
    assert 0 < len(accepted) < len(changed) / 2
    assert {len(answer.calls) for answer in accepted} == {2}
