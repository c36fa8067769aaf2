"""Answers as text: prose, then one block for each call. What the fenced and the tagged format have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from winnow.core.counted import counted
from winnow.validators.tools.call_formats.answer import Answer, FormatError, FormatFault, FormatProblem, same_answer
from winnow.validators.tools.call_formats.call_json import CallKeys, in_schema_order, read_call
from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.call_formats.text_places import excerpt_at, first_difference, place_at
from winnow.validators.tools.dialogue import Call, Tool
from winnow.validators.tools.strict_json import write_json

BYTE_ORDER_MARK = "\ufeff"

_FENCE = re.compile(r"\s*(`{3,}|~{3,})([^`]*)")
"""A line that opens a code fence (CommonMark 0.31, section 4.5), indented by any number of spaces as in a list."""


@dataclass(frozen=True)
class BlockSyntax:
    """How a format writes the block of a call: an opening line, one line of JSON, a closing line."""

    opening: str
    closing: str
    gap: str
    """Between the prose and the first block, and between two blocks."""
    keys: CallKeys
    like_opening: re.Pattern[str]
    """Found in every line that is, or was meant as, an opening line."""
    like_closing: re.Pattern[str]
    """Found in every line that is, or was meant as, a closing line, and in no line of the JSON of a call."""
    reserved: tuple[str, ...] = ()
    """What no JSON of a call may contain."""


@dataclass
class _Reader:
    """A text that is read line by line, with the problems found so far."""

    text: str
    syntax: BlockSyntax
    found: list[tuple[int, FormatProblem]] = field(default_factory=list)
    """Each problem with the number of characters before it."""

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")
        self.offsets = [0, *accumulate(len(line) + 1 for line in self.lines)]

    def report(self, name: FormatFault, offset: int, found: str, expected: str) -> None:
        self.found.append((offset, FormatProblem(name, place_at(self.text, offset), found, expected)))

    def report_line(self, name: FormatFault, line: int, found: str, expected: str) -> None:
        self.report(name, self.offsets[line], f"{found} {excerpt_at(self.text, self.offsets[line])}", expected)


def parse_blocks(text: str, syntax: BlockSyntax, tools: Sequence[Tool] = ()) -> Answer:
    """The answer that a text holds. Raises FormatError with everything that breaks the format.

    What can be read but is not what `render_blocks` writes is refused too, with the first difference.
    """
    reader = _Reader(text, syntax)
    if text.startswith(BYTE_ORDER_MARK):
        reader.report(FormatFault.BYTE_ORDER_MARK, 0, "a byte order mark (U+FEFF)", "text without it")
    opening = _first_block(reader)
    prose = text[: reader.offsets[opening]]
    _check_prose(reader, prose, tools)
    calls = [call for number, body in enumerate(_bodies(reader, opening), 1) for call in _calls(reader, body, number)]
    if reader.found:
        raise FormatError([problem for _, problem in sorted(reader.found, key=lambda one: one[0])])
    answer = Answer(prose.strip() if calls else prose, tuple(calls))
    _check_form(text, _written(answer, syntax, tools))
    return answer


def render_blocks(answer: Answer, syntax: BlockSyntax, tools: Sequence[Tool] = ()) -> str:
    """The one text that holds an answer. Raises FormatError for an answer that is not read back from its text."""
    text = _written(answer, syntax, tools)
    found = parse_blocks(text, syntax, tools)
    if not same_answer(found, answer):
        name, place = FormatFault.NOT_PRESERVED, place_at(text, first_difference(found.content, answer.content))
        what = f"the text is read with {counted(len(found.calls), 'call')}, and the answer has {len(answer.calls)}"
        raise FormatError([FormatProblem(name, place, what, "prose without a block, and arguments that JSON can hold")])
    return text


def _first_block(reader: _Reader) -> int:
    """The line that opens the first block; the number of lines if there is none. Other code fences are skipped."""
    line, lines = 0, reader.lines
    while line < len(lines) and not reader.syntax.like_opening.search(lines[line]):
        if line == len(lines) - 1 and lines[line] and reader.syntax.opening.startswith(lines[line]):
            reader.report_line(FormatFault.UNCLOSED_BLOCK, line, "the text ends with", "a whole block, or none")
        fence = _FENCE.fullmatch(lines[line])
        line = (_end_of_fence(lines, line, fence[1]) if fence else line) + 1
    return line


def _end_of_fence(lines: Sequence[str], opening: int, fence: str) -> int:
    """The line that closes a code fence of the prose; the last line if none does."""
    last = len(lines) - 1
    return next((line for line in range(opening + 1, last) if _closes(lines[line].strip(), fence)), last)


def _closes(line: str, fence: str) -> bool:
    """Whether a line is a fence of the same kind, at least as long."""
    return line.startswith(fence) and not line.strip(fence)


def _check_prose(reader: _Reader, prose: str, tools: Sequence[Tool]) -> None:
    offset = min(calls_in_prose(prose, tools), default=None)
    if offset is not None:
        expected = f"each call in a block of its own that begins with the line {reader.syntax.opening!r}"
        reader.report(FormatFault.CALL_IN_PROSE, offset, f"a call in the prose: {excerpt_at(prose, offset)}", expected)


def _bodies(reader: _Reader, opening: int) -> Iterator[range]:
    """The lines between the opening and the closing line of each block."""
    lines, syntax = reader.lines, reader.syntax
    while opening < len(lines):
        exact = _check_line(reader, FormatFault.OPENING_LINE, opening, syntax.opening)
        closing = _next_line(lines, syntax.like_closing, opening + 1)
        if closing < len(lines) and not syntax.like_opening.search(lines[closing]):
            _check_line(reader, FormatFault.CLOSING_LINE, closing, syntax.closing)
            if exact or closing > opening + 1:  # else the opening line holds the JSON too
                yield range(opening + 1, closing)
            opening = _next_block(reader, closing + 1)
            continue
        if exact:  # else the opening line may hold the whole block
            found = "no line closes the block that begins with"
            reader.report_line(FormatFault.UNCLOSED_BLOCK, opening, found, f"the line {syntax.closing!r}")
        opening = closing


def _check_line(reader: _Reader, name: FormatFault, line: int, wanted: str) -> bool:
    """Whether a line is exactly the opening or closing line of a block; reported if not."""
    exact = reader.lines[line] == wanted
    if not exact:
        reader.report_line(name, line, "the line", f"the line {wanted!r}, alone and exactly so")
    return exact


def _next_line(lines: Sequence[str], pattern: re.Pattern[str], start: int) -> int:
    return next((line for line in range(start, len(lines)) if pattern.search(lines[line])), len(lines))


def _next_block(reader: _Reader, start: int) -> int:
    """The line that opens the next block; the number of lines if there is none. No other text may come before it."""
    opening = _next_line(reader.lines, reader.syntax.like_opening, start)
    text = next((line for line in range(start, opening) if reader.lines[line].strip()), None)
    if text is not None:
        reader.report_line(FormatFault.TEXT_AFTER_BLOCK, text, "text after a block:", "another block, or the end")
    return opening


def _calls(reader: _Reader, body: range, number: int) -> Iterator[Call]:
    """The call in the lines of a block; nothing if they hold none, and then the reader has the problems."""
    start = reader.offsets[body.start]
    text = "\n".join(reader.lines[body.start : body.stop])
    found = read_call(text, reader.syntax.keys, f"call_{number}")
    for tag in reader.syntax.reserved:
        if tag in text:
            expected = "arguments without the tags of the format, at which parsers of answers end a call"
            reader.report(FormatFault.RESERVED_TEXT, start + text.index(tag), f"{tag!r} in an argument", expected)
    if isinstance(found, Call):
        yield found
        return
    for fault in found:
        place = start + fault.offset
        reader.report(fault.name, place, f"{fault.found}: {excerpt_at(reader.text, place)}", fault.expected)


def _check_form(text: str, wanted: str) -> None:
    if text != wanted:
        offset = first_difference(text, wanted)
        found, expected = f"not the form of this format: {excerpt_at(text, offset)}", excerpt_at(wanted, offset)
        raise FormatError([FormatProblem(FormatFault.OTHER_FORM, place_at(text, offset), found, expected)])


def _written(answer: Answer, syntax: BlockSyntax, tools: Sequence[Tool]) -> str:
    blocks = (_block(number, call, syntax, tools) for number, call in enumerate(answer.calls, 1))
    return syntax.gap.join((*([answer.content] if answer.content else []), *blocks))


def _block(number: int, call: Call, syntax: BlockSyntax, tools: Sequence[Tool]) -> str:
    fields = {syntax.keys.name: call.name, syntax.keys.arguments: in_schema_order(call, tools)}
    try:
        line = write_json(fields, sort_keys=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError(
            [FormatProblem(FormatFault.NOT_JSON, f"call {number}", str(error), "arguments that JSON can hold")]
        ) from None
    return f"{syntax.opening}\n{line}\n{syntax.closing}"
