"""Private data of dialogues: one surrogate in turns, arguments and results, and everything else holds as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import winnow
from tests.support.planted_private_data import Planted, planted_values
from winnow.config.load import parse_task
from winnow.curation.ingest.screen import KeptRow, ScreenContext, screen
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.curation.pii.json_places import places
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.curation.pii.spellings import private_value
from winnow.validators.kinds.tools import dialogue_of
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.private_places import private_places
from winnow.validators.tools.schemas.check_arguments import argument_problems
from winnow.validators.tools.structure import structure_problems
from winnow.workspace import Workspace

TASK = parse_task("name: t\nkind: tools\n")

CONTEXT = ScreenContext(Scrubber(DEFAULT_POLICY, b"a test's own key"))

FORMS: dict[str, dict[str, Any]] = {
    "EMAIL_ADDRESS": {"type": "string", "format": "email"},
    "PHONE_NUMBER": {"type": "string", "pattern": r"^\+?[\d() -]{7,20}$"},
    "CREDIT_CARD": {"type": "string", "pattern": r"^\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}$"},
    "IBAN_CODE": {"type": "string", "pattern": "^(DE|de)[0-9]{20}$"},
    "SECRET": {"type": "string", "pattern": "^ghp_[A-Za-z0-9]{36}$"},
    "IP_ADDRESS": {"type": "string", "pattern": r"^\d+\.\d+\.\d+\.\d+(/24)?$"},
}
"""A schema that every spelling of a value fits; a random surrogate would not."""


def tool(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"name": "save", "description": "Save.", "parameters": {"type": "object", "properties": properties}}


def row(question: str, arguments: dict[str, Any], result: str, answer: str, *tools: dict[str, Any]) -> dict[str, Any]:
    function = {"name": "save", "arguments": json.dumps(arguments)}
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "tool_calls": [{"id": "x", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "x", "content": result},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": messages, "tools": list(tools)}


def planted_row(values: list[Planted]) -> dict[str, Any]:
    """A dialogue in which the user says every value, a call has it in every spelling, and a result repeats it."""
    properties: dict[str, dict[str, Any]] = {}
    arguments: dict[str, Any] = {}
    for i, value in enumerate(values):
        for j, spelling in enumerate(value.spellings()):
            name = f"value_{i}_{j}"
            properties[name] = {"type": "integer"} if isinstance(spelling, int) else FORMS[value.entity]
            arguments[name] = spelling
        properties[f"more_{i}"] = {"type": "array", "items": {"type": "object"}}
        arguments[f"more_{i}"] = [{"inner": [value.other]}, {"id": f"id_{value.plain}"}]
    question = "Please " + ", and ".join(f"{value.before}{value.said}" for value in values) + "."
    result = json.dumps(
        {f"v{i}": value.plain if value.number is None else value.number for i, value in enumerate(values)}
    )
    return row(question, arguments, result, f"Done: {values[0].other}.", tool(**properties))


def kept(fields: dict[str, Any], context: ScreenContext = CONTEXT) -> KeptRow:
    found = screen([SourceRow(1, fields)], TASK, context)
    assert [one.drop.detail for one in found.dropped] == []
    return found.kept[0]


def unscrubbed(fields: dict[str, Any]) -> str:
    return kept(fields, ScreenContext(Scrubber(dict.fromkeys(DEFAULT_POLICY, "allow"), b""))).content  # type: ignore[arg-type]


def levels(content: str) -> dict[str, int]:
    """The place of each value's level among all levels, the best first."""
    order = [*GroundingLevel]
    return {one.argument: order.index(one.level) for one in ground(dialogue_of(content))}


def problems(content: str) -> list[str]:
    dialogue = dialogue_of(content)
    return [*map(str, structure_problems(dialogue)), *map(str, argument_problems(dialogue))]


def several() -> st.SearchStrategy[list[Planted]]:
    return st.lists(planted_values(), min_size=1, max_size=4, unique_by=lambda one: one.folded)


@given(several())
@settings(max_examples=150, deadline=None)
def test_no_spelling_is_left_and_everything_holds_as_before(values: list[Planted]) -> None:
    fields = planted_row(values)
    before, after = unscrubbed(fields), kept(fields).content
    texts = [place.text for place in places(private_places(dialogue_of(after)))]
    assert [(value, text) for value in values for text in texts if value.is_in(text)] == []
    assert problems(after) == problems(before) == []
    was, now = levels(before), levels(after)
    assert now.keys() == was.keys()
    assert [name for name in was if now[name] > was[name]] == []
    assert kept(json.loads(after)).content == after  # what was replaced once is replaced no more


@given(several())
@settings(max_examples=100, deadline=None)
def test_equal_values_have_equal_surrogates_and_different_ones_different(values: list[Planted]) -> None:
    fields = planted_row(values)
    _, call, *_ = dialogue_of(kept(fields).content).turns
    arguments = call.calls[0].arguments
    surrogates = [
        {private_value(value.entity, str(arguments[f"value_{i}_{j}"])).folded for j, _ in enumerate(value.spellings())}
        for i, value in enumerate(values)
    ]
    assert [len(each) for each in surrogates] == [1] * len(values)
    assert len(set.union(*surrogates)) == len(values)


def test_numbers_keep_their_type_and_separators_stay() -> None:
    argument = {"type": "string"}
    fields = row(
        "call 905-674-3793",
        {"phone": "(905) 674-3793", "digits": 9056743793},
        '{"phone": 9056743793}',
        "I called 905.674.3793.",
        tool(phone=argument, digits={"type": "integer", "minimum": 10**9}),
    )
    user, call, result, answer = dialogue_of(kept(fields).content).turns
    arguments = call.calls[0].arguments
    number = str(json.loads(result.content)["phone"])
    assert arguments["digits"] == int(number)
    assert user.content == f"call {number[:3]}-{number[3:6]}-{number[6:]}"
    assert arguments["phone"] == f"({number[:3]}) {number[3:6]}-{number[6:]}"
    assert answer.content == f"I called {number[:3]}.{number[3:6]}.{number[6:]}."


def test_a_surrogate_fits_the_schema_or_the_row_is_dropped_with_the_argument_named() -> None:
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    fits = tool(key={"type": "string", "minLength": 40, "pattern": "^ghp_"})
    content = kept(row(f"use {secret}", {"key": secret}, "ok", "Done.", fits)).content
    assert dialogue_of(content).turns[0].content == f"use {dialogue_of(content).turns[1].calls[0].arguments['key']}"
    narrow = tool(mail={"type": "string", "pattern": "@firm[.]com$"})
    found = screen(
        [SourceRow(1, row("to ann@firm.com", {"mail": "ann@firm.com"}, "ok", "Done.", narrow))], TASK, CONTEXT
    )
    (dropped,) = found.dropped
    assert dropped.drop.reason == "surrogate_unfit"
    assert "argument 'mail'" in dropped.drop.detail
    assert "ann@firm.com" not in dropped.drop.detail


def test_a_value_that_would_lose_its_ground_drops_the_row() -> None:
    """The user names the owner of a page, and the call has the address: the surrogate belongs to nobody."""
    page = tool(url={"type": "string"})
    fields = row("open the homepage of NASA", {"url": "https://www.nasa.gov"}, "ok", "Done.", page)
    (dropped,) = screen([SourceRow(1, fields)], TASK, CONTEXT).dropped
    assert dropped.drop.reason == "surrogate_unfit"
    assert "argument 'url': grounding" in dropped.drop.detail


@pytest.mark.parametrize("listing", ["enum", "default", "const", "prompt"])
def test_what_a_schema_or_the_system_prompt_names_is_not_private(listing: str) -> None:
    value = "help@firm.com"
    schemas = {"enum": {"enum": [value, "me"]}, "default": {"default": value}, "const": {"const": value}}
    offered = tool(to={"type": "string", **schemas.get(listing, {})})
    fields = row(f"write to {value}", {"to": value}, "ok", f"I wrote to {value}.", offered)
    prompt = f"Our address is {value}." if listing == "prompt" else ""
    found = screen([SourceRow(1, fields)], TASK.with_document_texts({"system_prompt": prompt}), CONTEXT)
    assert found.kept[0].content.count(value) >= 3
    assert found.kept[0].rewrites == ()


def test_accepted_values_and_calls_are_scrubbed_too() -> None:
    text = {"type": "string"}
    call = {
        "id": "call_1",
        "name": "save",
        "arguments": {"to": "ann@firm.com"},
        "accepted": {"to": ["Ann@firm.com"]},
        "accepted_calls": [{"id": "call_1", "name": "save", "arguments": {"cc": "ann@firm.com"}}],
    }
    messages = [
        {"role": "user", "content": "write to ann@firm.com"},
        {"role": "assistant", "content": "", "calls": [call], "reasoning": "so ann@firm.com it is"},
        {"role": "tool", "call_id": "call_1", "content": "ok"},
        {"role": "assistant", "content": "Done."},
    ]
    content = kept({"messages": messages, "tools": [tool(to=text, cc=text)]}).content
    assert "ann@firm.com" not in content.casefold()


def test_a_system_prompt_with_private_data_is_not_kept() -> None:
    fields = row("hello there", {"note": "hello"}, "ok", "Done.", tool(note={"type": "string"}))
    assert "system_prompt" in kept(fields).source_form
    fields["messages"].insert(0, {"role": "system", "content": "The customer is ann@firm.com."})
    assert kept(fields).source_form == ""


def workspace(folder: Path) -> Workspace:
    folder.mkdir()
    (folder / "winnow.yaml").write_text("name: t\nkind: tools\nlicenses: {allow: [unknown]}\n")
    return winnow.open(folder)


def files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes().decode("utf-8", "replace")


@given(st.lists(several(), min_size=8, max_size=8))
@settings(max_examples=2, deadline=None)
def test_nothing_that_was_planted_is_in_the_workspace(rows: list[list[Planted]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "in.jsonl"
        given_rows = [planted_row(values) for values in rows]
        given_rows += [{**planted_row(values), "label": "a name that no dialogue shows"} for values in rows[:3]]
        source.write_text("".join(json.dumps({**one, "note": "x"}) + "\n" for one in given_rows))
        ws = workspace(Path(temporary) / "ws")
        result = ws.add(source, columns=Columns(group="none"))
        assert (result.given, result.dropped) == (11, 3)
        assert result.added + result.known == 8
        every = [value for values in rows for value in values]
        left = [(path.name, v.plain) for path, text in files(Path(temporary) / "ws") for v in every if _is_in(v, text)]
        assert left == []
        assert ws.add(source, columns=Columns(group="none")).added == 0
        assert {gate.name: gate for gate in ws.check().gates}["private_data"].measured == 0


def _is_in(value: Planted, text: str) -> bool:
    """Whether a file has a value in one of its spellings."""
    folded = text.casefold()
    return any(str(one).casefold() in folded for one in (value.said, *value.spellings()))


def test_the_gate_finds_numbers_that_were_added_under_an_older_policy(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    config = tmp_path / "ws" / "winnow.yaml"
    strict = config.read_text()
    config.write_text(strict + "private: {policy: {CREDIT_CARD: allow}}\n")
    fields = row("charge it", {"card": 4111111111111111}, "ok", "Done.", tool(card={"type": "integer"}))
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(fields))
    ws.add(source)
    config.write_text(strict)
    gate = {gate.name: gate for gate in winnow.open(tmp_path / "ws").check().gates}["private_data"]
    assert gate.measured == 1


def test_a_dropped_row_shows_neither_texts_nor_numbers(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    integer = {"type": "integer"}
    fields = row("card 4111 1111 1111 1111", {"crd": 4111111111111111}, "ok", "Done.", tool(card=integer))
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({**fields, "note": {"last": [4111111111111111]}}))
    result = ws.add(source)
    assert result.reasons == {"invalid_call": 1}
    line = json.loads(Path(str(result.dropped_file)).read_text())
    assert "4111" not in json.dumps(line)
    number = line["row"]["note"]["last"][0]
    assert isinstance(number, int)
    assert str(number) in line["row"]["messages"][0]["content"].replace(" ", "")
