"""The documentation names only links, files, benchmarks, commands and options that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from winnow.cli.main import app
from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.package_vocabulary import PackageTarget, TargetRule
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.checks.gates import GATES
from winnow.curation.io.readers import FORMATS
from winnow.curation.io.writers import WRITERS
from winnow.curation.labeling.queues import QUEUES
from winnow.generators.variations.variation_kinds import KINDS
from winnow.training.diagnostics import DIAGNOSTICS
from winnow.training.diagnostics.tools import TOOL_DIAGNOSTICS
from winnow.training.methods import METHODS
from winnow.validators.kinds import KINDS as TASK_KINDS
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialects import DIALECTS, LAYOUTS

ROOT = Path(__file__).resolve().parents[2]
PAGE_PATTERNS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/decisions/*.md",
    "examples/*/README.md",
)
PAGES = sorted(page for pattern in PAGE_PATTERNS for page in ROOT.glob(pattern))
PACKAGES = ("benchmarks", "curation", "docs", "examples", "generators", "reports", "server", "tests", "training")
COMMANDS = typer.main.get_command(app)
OLD_PAGES = ("CHANGELOG.md",)
"""Pages that also name options of earlier versions."""
ROWS = {
    "formats.md": [name for name in FORMATS if name != "auto"],
    "calls.md": list(CALL_FORMATS),
    "check.md": list(GATES),
    "dialogue-formats.md": [*(dialect.name for dialect in DIALECTS), *(layout.name for layout in LAYOUTS)],
    "freeze.md": list(WRITERS),
    "generate.md": list(KINDS),
    "label.md": [*(queue.name for queue in QUEUES), *(strategy.value for strategy in AcquisitionStrategy)],
    "package.md": [*PackageTarget, *TargetRule],
    "task.md": list(TASK_KINDS),
    "train.md": list(METHODS),
    "findings.md": [diagnostic.__name__ for diagnostic in (*DIAGNOSTICS, *TOOL_DIAGNOSTICS)],
    "evaluate-tools.md": [*AnswerLevel, *AnswerErrorType],
}
"""What has a row in a table of a page of docs/."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", text_of(page), re.M)}


def command_lines(text: str) -> Iterator[str]:
    """What the page tells people to type: lines of code blocks and inline code, one command each."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    lines = [
        line.split(" #")[0] for language, block in blocks if language in ("", "bash") for line in block.splitlines()
    ]
    inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    for line in (*lines, *inline):
        for part in re.split(r"&&|;", " ".join(line.split())):
            verb = part.strip().removeprefix("winnow ").split(" ")[0]
            if part.strip().startswith("winnow ") or (verb in COMMANDS.commands and " --" in part):
                yield part.strip().removeprefix("winnow ")


def unknown_words(line: str) -> list[str]:
    """The command and options of a line that the command line does not have."""
    words = line.split(" ")
    names = words[0].split("|")
    missing = [name for name in names if re.fullmatch(r"[a-z]+", name) and name not in COMMANDS.commands]
    command = COMMANDS.commands.get(names[0])
    if hasattr(command, "commands") and len(words) > 1 and re.fullmatch(r"[a-z|]+", words[1]):
        missing += [name for name in words[1].split("|") if name not in command.commands]
        command = command.commands.get(words[1].split("|")[0], command)
    if command is None:
        return missing
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = [word.split("=")[0].strip("[],.") for word in words if word.startswith("--") and len(word) > 2]
    return missing + [option for option in used if option not in {*known, "--help", "--version"}]


def test_every_page_is_read() -> None:
    assert len(PAGES) >= 45


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_and_benchmarks_exist(page: Path) -> None:
    text = text_of(page)
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w/.*-]+)`", text)
    missing = [path for path in named if "NAME" not in path and not list(ROOT.glob(path.rstrip("/")))]
    modules = set(re.findall(r"-m benchmarks\.(\w+)", text))
    assert missing == []
    assert [name for name in sorted(modules) if not (ROOT / "benchmarks" / f"{name}.py").is_file()] == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in OLD_PAGES], ids=lambda page: str(page.relative_to(ROOT))
)
def test_commands_and_options_exist(page: Path) -> None:
    unknown = {line: words for line in command_lines(text_of(page)) if (words := unknown_words(line))}
    assert unknown == {}


def test_every_command_is_in_the_documentation() -> None:
    written = {line.split(" ")[0] for page in PAGES for line in command_lines(text_of(page))}
    named = {name for words in written for name in words.split("|")}
    assert set(COMMANDS.commands) - named == set()


@pytest.mark.parametrize("page", ROWS)
def test_everything_that_can_be_chosen_has_a_row(page: str) -> None:
    first_cells = re.findall(r"^\|([^|]*)\|", text_of(ROOT / "docs" / page), re.M)
    named = {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}
    assert set(ROWS[page]) - named == set()
