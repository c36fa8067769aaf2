"""What an export wrote: files, rows, what was lost, and how LLaMA-Factory reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from winnow.cli.render.terminal import print_line
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.operations.export import ExportResult


def print_export(result: ExportResult) -> None:
    """Print warnings, files with their rows, what was lost, and the entries of `dataset_info.json`."""
    for warning in result.exported.warnings:
        print_line(f"warning: {warning}")
    for name, rows in result.rows.items():
        print_line(f"{result.folder / name}: {counted(rows, 'row')}" if rows else f"{result.folder / name}")
    for line in result.exported.loss_lines():
        print_line(f"lost: {line}")
    if result.exported.dataset_info:
        print_line(f"{result.folder / 'dataset_info.json'}: for LLaMA-Factory")
        print_line(json.dumps(result.exported.dataset_info, ensure_ascii=False, indent=2))


def export_json(result: ExportResult) -> dict[str, Any]:
    """The same as JSON."""
    exported = result.exported
    return {
        "path": str(result.folder),
        "files": result.rows,
        "lost": {str(loss): count for loss, count in exported.losses.items()},
        "warnings": list(exported.warnings),
        "dataset_info": dict(exported.dataset_info),
    }
