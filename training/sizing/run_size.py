"""The size of what a run ships: its own files, without the model that it builds on."""

from __future__ import annotations

from winnow.core.result import NotMeasured
from winnow.training.peft_files import ADAPTER_FOLDER
from winnow.training.runs import Run


def shipped_bytes(run: Run) -> int | NotMeasured:
    """Bytes of the adapter, or of the classifier, that a package of the run ships."""
    files = {*run.path.glob("*.safetensors"), *(run.path / ADAPTER_FOLDER).rglob("*")}
    sizes = [path.stat().st_size for path in files if path.is_file()]
    return sum(sizes) if sizes else NotMeasured(f"a run of method {run.facts.method} has no weights of its own")
