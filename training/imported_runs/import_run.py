"""Create a run from a file of another system's predictions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from winnow.core.choices import choice_problem
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import MissingPrediction
from winnow.core.vocabulary import SPLITS
from winnow.curation.releases.release import Release
from winnow.training.imported_runs.imported_predictions import PREDICTIONS_FILE, write_imported
from winnow.training.imported_runs.match_records import MatchedPredictions, match_records
from winnow.training.imported_runs.prediction_file import ImportedPrediction, PredictionFile, read_predictions
from winnow.training.imported_runs.refused_rows import refuse_problems
from winnow.training.run_facts import IMPORTED, ImportedFileFacts, ImportedRunFacts, RunIdentity
from winnow.training.runs import CreatedRun, create_run

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


def import_predictions(
    release: Release,
    file: Path,
    folder: Path,
    *,
    name: str,
    split: str = "validation",
    missing: str = MissingPrediction.REFUSE,
) -> CreatedRun:
    """Create a run from a file of predictions; also returns whether it is new.

    The same file and name give the same run. Predictions are matched to the release by id, else by exact text, else by
    folded text; answers in dialogues by id and turn, or by the messages before them. Raises WinnowError with every row
    that cannot be used, and when rows of `split` have no prediction unless `missing` is "wrong".
    """
    _check_arguments(name, split, missing)
    if release.kind.holds_dialogues:
        from winnow.training.imported_runs.import_answers import import_answers

        return import_answers(release, file, folder, name=name, split=split, missing=missing)
    predictions = read_predictions(file, release.labels, fallback=release.task().fallback)
    matched = match_records(predictions.rows, _release_records(release), file=predictions.name)
    problems = [
        *predictions.problems,
        *matched.problems,
        *_partly_filled_columns(predictions.name, list(matched.by_id.values())),
    ]
    if not matched.by_id:
        expected = "ids or texts of the release's rows"
        problems.append(
            Problem(predictions.name, f"no row matches release {release.name}", expected, "check the release")
        )
    elif missing == MissingPrediction.REFUSE:
        problems += _missing_predictions(release, matched, file, name, split)
    refuse_problems(problems, predictions.name)

    def fill_folder(part: Path, identity: RunIdentity) -> ImportedRunFacts:
        write_imported(matched, part / PREDICTIONS_FILE)
        return _import_facts(identity, release, predictions, matched, name)

    settings = {"name": name, "predictions_sha256": predictions.sha256, "missing": missing}
    # the name of the system takes the place of the method in the run id, so tables show it
    return create_run(folder, release, method=name, settings=settings, seed=0, fill_folder=fill_folder)


def _release_records(release: Release) -> list[tuple[str, str]]:
    """Id and text of every row of a release, and of its must-pass cases."""
    found = [(case.id, case.text) for case in release.must_pass() or ()]
    for split in SPLITS:
        if release.counts[split]:
            rows = release.rows(split)
            found += list(zip(rows["id"], rows["text"], strict=True))
    return list(dict.fromkeys(found))


def _partly_filled_columns(file: str, rows: Sequence[ImportedPrediction]) -> list[Problem]:
    """Columns that some predictions have and others lack."""
    answered = [row for row in rows if row.label is not None]
    counts = {
        "confidence": sum(row.confidence is not None for row in answered),
        "probabilities": sum(row.probabilities is not None for row in answered),
    }
    fix = "complete the column or remove it"
    return [
        Problem(
            file, f"{what} in {count:,} of {counted(len(answered), 'prediction')}", "in all of them or in none", fix
        )
        for what, count in counts.items()
        if 0 < count < len(answered)
    ]


def _missing_predictions(
    release: Release, matched: MatchedPredictions, file: Path, name: str, split: str
) -> list[Problem]:
    """The rows of a split without a prediction; predictions of another split are named as such."""
    ids = {one: list(release.rows(one)["id"]) if release.counts[one] else [] for one in SPLITS}
    answered = {record for record, row in matched.by_id.items() if row.label is not None}
    gaps = [record for record in ids[split] if record not in answered]
    if not gaps:
        return []
    found = f"no prediction for {len(gaps):,} of {len(ids[split]):,} {split} rows, such as {', '.join(gaps[:5])}"
    fix = "add the missing predictions, or import with missing=wrong to count them as errors"
    other = next((one for one in SPLITS if ids[one] and answered.issuperset(ids[one])), None)
    if len(gaps) == len(ids[split]) and other:
        found = f"no prediction for any of the {len(gaps):,} {split} rows, but for all {len(ids[other]):,} {other} rows"
        repeat = command("evaluate", str(release.path), predictions=str(file), name=name, split=other)
        fix = f"evaluate them on {other}: `{repeat}`"
    return [Problem(file.name, found, f"a prediction for each {split} row", fix)]


def _check_arguments(name: str, split: str, missing: str) -> None:
    problems = []
    if not RUN_NAME.fullmatch(name):
        problems.append(
            Problem(Parameter("name"), repr(name), "letters, digits, dots, dashes and underscores", "such as rules-v1")
        )
    for parameter, value, choices in (("split", split, SPLITS), ("missing", missing, MissingPrediction)):
        if problem := choice_problem(parameter, value, choices):
            problems.append(problem)
    if problems:
        raise WinnowError(problems)


def _import_facts(
    identity: RunIdentity, release: Release, predictions: PredictionFile, matched: MatchedPredictions, name: str
) -> ImportedRunFacts:
    record_ids = {split: set(release.rows(split)["id"]) if release.counts[split] else set() for split in SPLITS}
    return ImportedRunFacts(
        **dict(identity),
        method=IMPORTED,
        trained_at=utc_now(),
        name=name,
        file=ImportedFileFacts(name=predictions.name, sha256=predictions.sha256, rows=len(predictions.rows)),
        predicted_rows={split: len(ids & matched.by_id.keys()) for split, ids in record_ids.items()},
        repeated=matched.repeated,
        unmatched=matched.unmatched,
        classes=release.labels,
        confidence=any(row.confidence is not None for row in matched.by_id.values()),
        probabilities=any(row.probabilities is not None for row in matched.by_id.values()),
        routes=release.task().routes,
        seconds=0.0,
    )
