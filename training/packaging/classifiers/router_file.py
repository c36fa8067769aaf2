"""`router.json`: everything that the answers of a package depend on besides its weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.training.run_facts import ReleaseReference

ROUTER_FILE = "router.json"


class PackedRelease(Record):
    """The release that the run was trained on."""

    name: str
    """Name of the release."""
    sha256: str
    """SHA-256 of its manifest, in hexadecimal."""

    @classmethod
    def of(cls, reference: ReleaseReference) -> PackedRelease:
        """The release that a run states, without its path on this machine."""
        return cls(name=reference.name, sha256=reference.sha256)


class FittedOn(Record):
    """The rows that temperature and threshold were fitted on."""

    split: str
    """Name of the split."""
    rows: int
    """Its rows."""


class PackageCheck(Record):
    """The package, loaded from its folder, compared with the run on rows of the release."""

    split: str
    """The split of the rows: validation, or train where the release has no validation rows."""
    rows: int
    """Rows that were compared."""
    labels_different: int
    """Rows with another label than the run computes in 32 bits; a package with one is not written."""
    decisions_different: int
    """Rows with another answer after the threshold than the run gives in 32 bits: their confidence is next to it."""
    max_difference: float
    """Largest difference of a calibrated probability from the run in 32 bits."""
    computed_here: str
    """How Winnow computes the run on the machine that wrote the package."""
    here_labels_different: int
    """Rows with another most likely label than Winnow predicts there."""
    here_decisions_different: int
    """Rows with another answer after the threshold than Winnow gives there."""
    here_max_difference: float
    """Largest difference of a calibrated probability from what Winnow computes there."""


class Int8Check(Record):
    """The graph with weights in int8, compared with the one in 32 bits."""

    file: str
    """Name of the file."""
    rows: int
    """Rows that were compared, those of the check of the package."""
    decisions_changed: int
    """Rows with another answer after the threshold, alone or in a batch."""
    max_difference: float
    """Largest difference of a calibrated probability, alone or in a batch."""


class RouterFile(Record):
    """How a package answers."""

    run: str
    """Id of the run."""
    method: str
    """Method of the run."""
    release: PackedRelease
    """The release that it was trained on."""
    labels: list[str]
    """Labels in the order of the class ids of the release, which is the order of the probabilities."""
    classes: list[str]
    """The labels that have train rows, in the order of the outputs of the head; the others are never predicted."""
    routes: dict[str, str | None]
    """Route of every label; null for a label without one."""
    pooling: str
    """How the states of the tokens become one vector."""
    max_length: int
    """Tokens of a text that are read, those that begin and end it included."""
    pad_id: int
    """Token id that fills up shorter texts of a batch."""
    temperature: float
    """Logits are divided by it; 1 where none could be fitted."""
    smallest_probability: float
    """Smaller probabilities count as this before the temperature is applied."""
    threshold: float
    """Calibrated probability of the most likely label from which it is the answer; 0: it always is."""
    fallback: str | None
    """The answer below the threshold; null: none."""
    fitted_on: FittedOn
    """What temperature and threshold were fitted on."""
    rule: str
    """The rule in words."""
    model: Annotated[str | None, ABSENT_IF_NONE] = None
    """For onnx: the file that `route.py` loads."""
    opset: Annotated[int | None, ABSENT_IF_NONE] = None
    """For onnx: version of the operators."""
    check: Annotated[PackageCheck | None, ABSENT_IF_NONE] = None
    """How the package compares with the run."""
    int8: Annotated[Int8Check | None, ABSENT_IF_NONE] = None
    """How the graph in int8 compares with the one in 32 bits; absent without one."""

    def write(self, folder: Path) -> None:
        """Write it into the folder of a package."""
        stated = json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False)
        (folder / ROUTER_FILE).write_text(stated + "\n", encoding="utf-8")


def read_router_file(folder: Path) -> RouterFile:
    """The `router.json` of a package."""
    return RouterFile.model_validate_json((folder / ROUTER_FILE).read_bytes())
