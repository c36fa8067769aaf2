"""How many of LLaMA-Factory's 300 glaive dialogues a mapping of three tools keeps.

`python -m benchmarks.mapped_dialogues`.
Needs `llamafactory_toolcall/glaive_toolcall_en_demo.json` in the folder `WINNOW_TEST_DATA`.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import winnow
from winnow.config.tool_mapping import ToolMapping

FILE = "llamafactory_toolcall/glaive_toolcall_en_demo.json"

STRING, STRINGS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}

TOOLS = [
    {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": properties, "required": required},
    }
    for name, description, properties, required in (
        ("find_recipe", "Find recipes.", {"products": STRINGS, "diet": STRINGS, "cuisine": STRING}, ["products"]),
        (
            "exchange",
            "Convert money.",
            {"amount": {"type": "number"}, "source": STRING, "target": STRING},
            ["amount", "source", "target"],
        ),
        ("film_facts", "Facts about a film.", {"film": STRING, "year": {"type": "integer"}}, ["film"]),
    )
]
"""The tools of the task."""

MAPPING = {
    "tools": {
        "search_recipes": {
            "tool": "find_recipe",
            "arguments": {"ingredients": "products", "dietary_restrictions": "diet"},
        },
        "convert_currency": {
            "tool": "exchange",
            "arguments": {"from_currency": "source", "to_currency": "target", "from": "source", "to": "target"},
        },
        "get_movie_details": {"tool": "film_facts", "arguments": {"title": "film", "movie_title": "film"}},
    }
}
"""What the three tools of the file are in the task."""


def main() -> None:
    """Add the file to a new workspace and print the outcome of every row."""
    file = Path(os.environ.get("WINNOW_TEST_DATA", "../shared/data")) / FILE
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "tools.json").write_text(json.dumps(TOOLS), encoding="utf-8")
        (folder / "winnow.yaml").write_text("name: mapped\nkind: tools\ntools: tools.json\n", encoding="utf-8")
        workspace = winnow.open(folder)
        mapping = ToolMapping.model_validate(MAPPING)
        preview = workspace.add(file, tool_mapping=mapping, origin="public", license="Apache-2.0", dry_run=True)
        result = workspace.add(file, tool_mapping=mapping, origin="public", license="Apache-2.0")
        print(f"given {result.given} = added {result.added} + known {result.known} + dropped {result.dropped}")
        print("dropped:", ", ".join(f"{reason} {count}" for reason, count in result.reasons.items()))
        for label, count in workspace.records()["label"].value_counts().items():
            print(f"{count:5} {label or 'unlabeled'}")
        unmapped = preview.unmapped.tools if preview.unmapped else ()
        print(f"tools that map to none: {len(unmapped)}, called: {sum(one.called > 0 for one in unmapped)}")
        if result.dropped_file:
            lines = map(json.loads, Path(result.dropped_file).read_text(encoding="utf-8").splitlines())
            print(*(line["detail"] for line in lines if line["reason"] == "invalid_call"), sep="\n")


if __name__ == "__main__":
    main()
