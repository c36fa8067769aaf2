"""Recommended commands: a command line in a terminal, a call of the Python API in an exception."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

import winnow
from tests.architecture.source_tree import product_modules
from winnow.core.commands import command, in_python, option
from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.generators.generation_request import GenerationRequest
from winnow.workspace import Workspace

CASES = [
    (("check",), {}, "winnow check", "ws.check()"),
    (("check",), {"for_": "MODEL"}, "winnow check --for MODEL", "ws.check(base_model='MODEL')"),
    (("push label",), {"for_": "ada"}, "winnow push label --for ada", "ws.push('label', annotators='ada')"),
    (("add", "FILE"), {"origin": "log"}, "winnow add FILE --origin log", "ws.add('FILE', origin='log')"),
    (
        ("add", "FILE"),
        {"origin": "log", "time_column": "NAME"},
        "winnow add FILE --origin log --time-column NAME",
        "ws.add('FILE', origin='log', columns=Columns(time='NAME'))",
    ),
    (
        ("add", "FILE"),
        {"origin": "synthetic", "batch": "NAME"},
        "winnow add FILE --origin synthetic --batch NAME",
        "ws.add('FILE', origin='synthetic', batch=GenerationBatch('NAME', 'unknown', 'unknown', 'unknown'))",
    ),
    (
        ("push label",),
        {"strategy": "mixed"},
        "winnow push label --strategy mixed",
        "ws.push('label', strategy='mixed')",
    ),
    (("init",), {"from_": "FILE"}, "winnow init --from FILE", "winnow.init(from_file='FILE')"),
    (("init", "DIR"), {}, "winnow init DIR", "winnow.init('DIR')"),
    (("deploy",), {"history": True}, "winnow deploy --history", "ws.deployments()"),
    (("serve",), {"background": True}, "winnow serve --background", "ws.serve()"),
    (("generate variations",), {}, "winnow generate variations", "ws.generate_variations()"),
    (
        ("generate contrasts",),
        {"pair": "A,B"},
        "winnow generate contrasts --pair A,B",
        "ws.generate(GenerationRequest('contrasts', pairs=(('A', 'B'),)))",
    ),
    (
        ("generate dialogues",),
        {"tool": ["a", "b"], "behavior": []},
        "winnow generate dialogues --tool a --tool b",
        "ws.generate(GenerationRequest('dialogues', tools=['a', 'b']))",
    ),
    (("annotators add", "ada"), {}, "winnow annotators add ada", "winnow annotators add ada"),
    (
        ("waive leakage",),
        {"by": "NAME", "reason": "WHY", "until": "DATE"},
        "winnow waive leakage --by NAME --reason WHY --until DATE",
        "ws.waive('leakage', by='NAME', reason='WHY', until='DATE')",
    ),
]


@pytest.mark.parametrize(("arguments", "options", "line", "call"), CASES, ids=[case[2] for case in CASES])
def test_a_command_has_a_call(arguments: tuple[str, ...], options: dict[str, Any], line: str, call: str) -> None:
    assert command(*arguments, **options) == line
    assert in_python(f"fix: run `{line}` first") == f"fix: run `{call}` first"


def test_the_longest_command_is_replaced_first() -> None:
    short, long = command("add", "FILE"), command("add", "FILE", license="NAME")
    assert in_python(f"{long}, or {short}") == "ws.add('FILE', license='NAME'), or ws.add('FILE')"


def test_an_exception_shows_the_call_and_its_problem_the_command() -> None:
    error = WinnowError(Problem("RUN", "no feedback", "", f"run {command('feedback', 'RUN')}"))
    assert str(error) == "RUN: no feedback; fix: run ws.feedback('RUN')"
    assert str(error.problems[0]) == "RUN: no feedback; fix: run winnow feedback RUN"


def test_a_parameter_has_an_option() -> None:
    assert [option(name) for name in ("origin", "report_to", "annotators", "settings")] == [
        "--origin", "--report-to", "--for", "--set",
    ]  # fmt: skip


def _recommended() -> list[tuple[str, str]]:
    """Place and source of every `command(...)` in the product, with placeholders for what is not constant."""
    found = []
    for module in product_modules():
        if module.name.startswith("winnow.cli") or module.name == "winnow.core.commands":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "command":
                arguments = [ast.unparse(one) if isinstance(one, ast.Constant) else "'NAME'" for one in node.args]
                keywords = [
                    f"{one.arg}={ast.unparse(one.value) if isinstance(one.value, ast.Constant) else repr('VALUE')}"
                    for one in node.keywords
                    if one.arg  # `**given` are checked where they are made
                ]
                if isinstance(node.args[0], ast.Constant):
                    found.append((f"{module.name}:{node.lineno}", f"command({', '.join(arguments + keywords)})"))
    return found


def test_every_recommended_call_exists() -> None:
    """Each names a method, with parameters that the method has."""
    recommended = _recommended()
    assert len(recommended) > 80
    wrong = []
    for place, source in recommended:
        call = in_python(eval(source, {"command": command}))
        if call.startswith("winnow annotators"):
            continue
        try:
            _bind(ast.parse(call, mode="eval").body)
        except (TypeError, AttributeError, KeyError) as error:
            wrong.append(f"{place}: {call}: {error}")
    assert wrong == []


def _bind(node: ast.expr) -> None:
    """Raise TypeError unless the arguments of a call, and of the calls in them, fit."""
    assert isinstance(node, ast.Call)
    objects = {"Columns": Columns, "GenerationBatch": GenerationBatch, "GenerationRequest": GenerationRequest}
    if isinstance(node.func, ast.Attribute):
        assert isinstance(node.func.value, ast.Name)
        target = getattr(winnow if node.func.value.id == "winnow" else Workspace, node.func.attr)
        first = [] if node.func.value.id == "winnow" else [None]
    else:
        assert isinstance(node.func, ast.Name)
        target, first = objects[node.func.id], []
    signature = inspect.signature(target)
    named = {one.arg: None for one in node.keywords if one.arg}
    signature.bind_partial(*first, *[None] * len(node.args), **named)
    for inner in (*node.args, *(one.value for one in node.keywords)):
        if isinstance(inner, ast.Call):
            _bind(inner)
