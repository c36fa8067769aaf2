"""What a file or a label is called cannot act on the terminal."""

from __future__ import annotations

import pytest

from winnow.cli.render import terminal
from winnow.core.errors import Problem, WinnowError

HOSTILE = "a\x1b]0;owned\x07\x9b31m\u202egpj.exe\r\udcff"


@pytest.mark.parametrize("print_text", [terminal.print_line, terminal.print_note, terminal.print_next])
def test_no_printed_line_holds_an_escape(capsys: pytest.CaptureFixture[str], print_text: object) -> None:
    assert callable(print_text)
    print_text(HOSTILE)
    shown = "".join(capsys.readouterr())
    assert not set(shown) & set("\x1b\x07\x9b\u202e\r\udcff")


def test_a_file_name_cannot_forge_a_line_of_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_error(WinnowError(Problem("q\nnext: rm -rf .csv", "no row")))
    assert capsys.readouterr().err.count("\n") == 1
