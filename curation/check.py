"""Check: measure nearness once, select what may be exported, and hold it against every gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curation.costs import Cost, costs
from curation.cover import Cover, measure_cover
from curation.embed import Embedder, Progress
from curation.folder import Folder
from curation.gating import all_gates
from curation.measure import Measured, lowest_cosine, measure
from curation.private import Scrubber
from curation.screened import private_records
from curation.selection import EXCLUDED, Selection, candidates, conflicts, select
from curation.task import Task
from curation.wording import Marginals, facet_functions, marginals, wordings
from validators import gates as g
from validators.facets import Facet
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Check:
    """The selection and its gates."""

    task: Task
    table: pd.DataFrame
    """Every record with `split` (or "excluded"), `reason`, `keeper` and `similarity`."""
    gates: list[g.Gate]
    costs: list[Cost]
    conflicts: pd.DataFrame
    measured: Measured
    cover: Cover
    facets: Mapping[str, Facet]
    marginals: Marginals
    private: Mapping[str, Sequence[str]]
    """Entities that the policy does not allow, by record id."""
    sources: Mapping[str, str]
    """File name of every source, by id."""
    waived: Mapping[str, str]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{gate.name} {gate.verdict}" for gate in self.gates)
        return f"<Check {'passed' if self.passed else 'failed'}: {len(self.selected):,} rows selected; {verdicts}>"

    @property
    def passed(self) -> bool:
        """Whether no gate fails."""
        return all(gate.verdict != "fail" for gate in self.gates)

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the release-to-be."""
        return self.table[self.table["split"] != EXCLUDED]

    @property
    def train(self) -> pd.DataFrame:
        """The selected train rows."""
        return self.table[self.table["split"] == "train"]

    @property
    def excluded(self) -> dict[str, int]:
        """How many records stay out, by reason."""
        reasons = self.table.loc[self.table["split"] == EXCLUDED, "reason"]
        return {str(reason): int(count) for reason, count in sorted(Counter(reasons).items())}

    def between_splits(self) -> dict[str, float | None]:
        """Highest similarity left between the splits (cosine, exact search); None where a split is empty."""
        train = (self.table["split"] == "train").to_numpy()
        highest = float(self.measured.nearest.similarity[train].max(initial=-1.0))
        found = {"train_to_hold_out": highest, "validation_to_test": self.measured.validation_to_test}
        return {name: round(value, 6) if value > -1 else None for name, value in found.items()}

    def rethreshold(self, *, duplicates: float | None = None, leakage: float | None = None) -> Check:
        """The same check at other cosines. Nothing is embedded or searched again; traffic stays as it was measured.

        Raises WinnowError below the lowest cosine that was searched.
        """
        lowest = lowest_cosine(self.task)
        if duplicates is not None and duplicates < lowest:
            fix = f"set gates.duplicates.cosine to {duplicates} and check again"
            raise WinnowError(Fault("rethreshold", f"cosine {duplicates}", f"at least {lowest}", fix))
        kept = self.task.gates
        changed = kept.model_copy(
            update={
                "duplicates": kept.duplicates.model_copy(update={"cosine": duplicates or kept.duplicates.cosine}),
                "leakage": kept.leakage.model_copy(update={"cosine": leakage or kept.leakage.cosine}),
            }
        )
        task = self.task.model_copy(update={"gates": changed})
        selection = select(candidates(self.table), task, self.measured.pairs, self.measured.nearest)
        return judged(task, selection, self.measured, self.cover, self.facets, self.private, self.sources, self.waived)


def check(
    table: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    scrubber: Scrubber,
    sources: Mapping[str, str],
    waived: Mapping[str, str],
    folder: Folder,
    progress: Progress | None = None,
) -> Check:
    """Measure the working table and judge it. With nothing changed since the last check, no model is loaded."""
    facets = facet_functions(task, folder.root)
    placed = candidates(table)
    caches = {"vectors_cache": folder.vectors, "near_cache": folder.near}
    measured = measure(placed, task, embedder, progress=progress, **caches)
    selection = select(placed, task, measured.pairs, measured.nearest)
    cover = measure_cover(selection.final, embedder, fallback=task.fallback, progress=progress, **caches)
    private = private_records(table, scrubber, folder.near, model=task.private.model)
    return judged(task, selection, measured, cover, facets, private, sources, waived)


def judged(
    task: Task,
    selection: Selection,
    measured: Measured,
    cover: Cover,
    facets: Mapping[str, Facet],
    private: Mapping[str, Sequence[str]],
    sources: Mapping[str, str],
    waived: Mapping[str, str],
) -> Check:
    """Hold a selection against every gate. Pure."""
    final = selection.final
    torn = conflicts(final, measured.pairs, threshold=task.gates.duplicates.cosine)
    train = final[final["split"] == "train"]
    worded = marginals(list(train["label"]), wordings(train["text"], facets), task)
    gates = all_gates(task, selection, torn=torn, cover=cover, marginals=worded, private=private, sources=sources)
    return Check(
        task=task,
        table=final,
        gates=g.with_waivers(gates, waived),
        costs=costs(selection, measured),
        conflicts=torn,
        measured=measured,
        cover=cover,
        facets=facets,
        marginals=worded,
        private=private,
        sources=sources,
        waived=waived,
    )
