"""Measure the cosines that mean for the task's embedding model what the defaults mean for the bundled one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.config.edit_embedder import thresholds_line, with_thresholds
from winnow.config.embedder_options import EmbedderThresholds
from winnow.core.atomic import atomic_write
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.record import Record
from winnow.core.vocabulary import State
from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from winnow.core.progress import Progress
    from winnow.curation.engine.embedders.embedder import Embedder
    from winnow.curation.engine.equal_percentiles import EditedPair
    from winnow.curation.engine.vectors import Vectors

MIN_TEXTS = 50
"""With fewer, a few texts would decide."""

MAX_TEXTS = 1000
"""Texts whose changes are embedded: ids are hashes, so the first are a random sample."""

MIN_READ_SHARE = 0.5
"""From this share of pairs that the bundled model reads, it is the reference on the task's own texts."""

DEFAULT_COSINES = {"repeats": 0.97, "near": 0.90, "other_label": 0.85}
"""The cosines of the bundled model, by the name of the setting."""


class CalibratedCosine(Record):
    """A cosine of the bundled model, and the one that corresponds to it."""

    setting: str
    """The setting in winnow.yaml, below `embedder.thresholds`."""
    bundled: float
    """The cosine of the bundled model."""
    measured: float
    """The cosine of the task's model that as many pairs reach."""


class EmbedderCalibration(Record):
    """What `winnow calibrate` measured."""

    model: str
    """The task's embedding model."""
    texts: int
    """Texts of the task that were changed."""
    pairs: int
    """Pairs of a text and a change of it that the model reads."""
    reference: str
    """What the bundled model was measured on: `texts of the task`, or `CLINC150` where it does not read these."""
    cosines: tuple[CalibratedCosine, ...]
    """The cosines that were measured."""
    line: str
    """What was written, or would be written, below `embedder` in winnow.yaml."""
    written: bool
    """Whether winnow.yaml was changed."""


def calibrate(
    workspace: WorkspaceContext, *, dry_run: bool = False, progress: Progress | None = None
) -> EmbedderCalibration:
    """Measure the cosines on the task's texts and write them to winnow.yaml; a dry run writes nothing.

    Raises WinnowError for the bundled model, which the defaults are for, and for a task with too few texts.
    """
    from winnow.curation.engine.embedders.embedder import open_embedder
    from winnow.curation.engine.equal_percentiles import corresponding_cosines, edited_pairs

    task = workspace.task
    if task.embedder.model is None:
        found, expected = "the bundled model, which the defaults are for", "another embedding model"
        raise WinnowError(Problem(TASK_FILE, found, expected, "set `embedder: {model: FOLDER_OR_HUB_ID}` first"))
    texts = _texts(workspace)
    embedder, bundled = workspace.embedder(task), open_embedder(language=task.language)
    pairs = _readable(edited_pairs(texts), embedder)
    if len(pairs) < MIN_TEXTS:
        found = f"{counted(len(pairs), 'change')} of texts that the model reads"
        raise WinnowError(Problem(str(workspace.folder.root), found, f"at least {MIN_TEXTS}", "add more records"))
    seen = _readable(pairs, bundled)
    is_read = len(seen) >= MIN_READ_SHARE * len(pairs)
    measured_on = seen if is_read else pairs
    reference = _cosines(measured_on, bundled, workspace, progress) if is_read else None
    wanted = list(DEFAULT_COSINES.values())
    found_cosines = corresponding_cosines(wanted, reference, _cosines(measured_on, embedder, workspace, progress))
    thresholds = EmbedderThresholds(
        weights=embedder.weights_hash[:16], **{name: found_cosines[one] for name, one in DEFAULT_COSINES.items()}
    )
    if not dry_run:
        _write(workspace, thresholds)
    return EmbedderCalibration(
        model=task.embedder.model,
        texts=len(texts),
        pairs=len(measured_on),
        reference="texts of the task" if is_read else "CLINC150",
        cosines=tuple(
            CalibratedCosine(setting=name, bundled=one, measured=found_cosines[one])
            for name, one in DEFAULT_COSINES.items()
        ),
        line=thresholds_line(thresholds),
        written=not dry_run,
    )


def _texts(workspace: WorkspaceContext) -> list[str]:
    """Texts of the records in use, in the order of their ids."""
    from winnow.curation.store.working_view import working_rows

    with workspace.store.reading() as connection:
        rows = working_rows(connection)
    return list(dict.fromkeys(row.text for row in rows if row.state != State.SUPERSEDED))[:MAX_TEXTS]


def _readable(pairs: Sequence[EditedPair], embedder: Embedder) -> list[EditedPair]:
    """The pairs of which a model sees both sides whole."""
    sights = zip(*(embedder.sights(list(side)) for side in zip(*pairs, strict=True)), strict=True)
    return [pair for pair, (one, other) in zip(pairs, sights, strict=True) if not (one.unseen or other.unseen)]


def _cosines(
    pairs: Sequence[EditedPair], embedder: Embedder, workspace: WorkspaceContext, progress: Progress | None
) -> Vectors:
    """The cosine of each pair."""
    from winnow.curation.engine.exact_search import cosines
    from winnow.curation.engine.vector_cache import embed_with_cache

    texts = [text for pair in pairs for text in pair]
    vectors = embed_with_cache(texts, embedder, workspace.folder.vectors, progress=progress)
    return cosines(vectors[::2], vectors[1::2])


def _write(workspace: WorkspaceContext, thresholds: EmbedderThresholds) -> None:
    file = workspace.folder.task_file
    edited = with_thresholds(file.read_text(encoding="utf-8"), thresholds)
    with atomic_write(file) as temporary:
        temporary.write_text(edited, encoding="utf-8")
