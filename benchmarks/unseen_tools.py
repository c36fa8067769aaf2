"""Known and unseen tools: a base model against an adapter on 1,000 xLAM rows that are split by tool.

Run by `python -m benchmarks.unseen_tools MODEL [FOLDER] [KEY=VALUE ...]`, not by `make bench`: it takes about an hour
on two cores. MODEL is the folder of SmolLM2-135M-Instruct. FOLDER keeps the workspace; if there is one, the benchmark
continues with it. Settings are those of `train --method adapter`. One tool of twelve that the answers call is drawn at
random; only test calls these tools. Rows whose labels are not to be trusted stay in the data, as they were published:
the gates that name them are waived.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import winnow
from benchmarks.assistant_adapter import SETTINGS, table_of, timed
from benchmarks.texts import PUBLIC
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.settings_file import read_settings
from winnow.workspace import Workspace

ROWS = PUBLIC / "xlam_60k_raw" / "xlam_1000.jsonl"

HELD_OUT = 1 / 12
"""Share of the called tools that only test calls."""

WAIVED = ("leakage", "minimum_per_label", "label_balance", "grounding", "composition")

SYSTEM_PROMPT = """You call tools. Write one fenced JSON block for each call and nothing else:

```json
{"tool": "get_weather", "params": {"location": "Tacoma"}}
```
"""


def main(model: str, folder: Path, changes: list[str]) -> None:
    """Freeze, train, measure, and print a table."""
    workspace = winnow.open(folder) if (folder / "winnow.yaml").is_file() else _workspace(folder)
    if not workspace.releases():
        timed("freeze", lambda: workspace.freeze("first"))
    print(workspace.release("first").counts)
    settings = read_settings(AdapterSettings, changes=[*SETTINGS, "epochs=1", f"model={model}", *changes])
    base = workspace.train("first", method="prompt", settings={"backend": "local", "model": model}).run
    adapter = timed("train", lambda: workspace.train("first", method="adapter", settings=settings).run)
    measured = {
        name: timed(f"test, {name}", lambda run=run: workspace.evaluate(run.path, split="test").evaluation.measures)
        for name, run in (("base", base), ("adapter", adapter))
    }
    for line in table_of(measured):
        print(line)


def _workspace(folder: Path) -> Workspace:
    """The rows, with tools that are held out."""
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    called = sorted({call["name"] for row in rows for call in json.loads(row["answers"])})
    held_out = sorted(random.Random(0).sample(called, round(HELD_OUT * len(called))))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "system_prompt.txt").write_text(SYSTEM_PROMPT, encoding="utf-8")
    (folder / "winnow.yaml").write_text(
        "name: xlam\nkind: tools\nlanguage: en\nsystem_prompt: system_prompt.txt\ncall_format: fenced_json\n"
        f"splits: {{hold_out_tools: {json.dumps(held_out)}}}\n",
        encoding="utf-8",
    )
    workspace = winnow.open(folder)
    workspace.add(ROWS, license="cc-by-4.0", origin="public")
    until = (datetime.now(UTC) + timedelta(days=1)).date()
    for gate in WAIVED:
        workspace.waive(gate, by="benchmark", reason="published rows, as they are", until=until)
    return workspace


if __name__ == "__main__":
    arguments = [one for one in sys.argv[2:] if "=" not in one]
    chosen = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp()) / "workspace"
    main(sys.argv[1], chosen, [one for one in sys.argv[2:] if "=" in one])
