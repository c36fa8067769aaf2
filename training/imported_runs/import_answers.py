"""Create a run from a file of another system's answers in dialogues."""

from __future__ import annotations

from pathlib import Path

from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem
from winnow.core.model_vocabulary import MissingPrediction
from winnow.core.vocabulary import SPLITS
from winnow.curation.releases.release import Release
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.imported_runs.answer_file import AnswerFile, read_answers
from winnow.training.imported_runs.imported_answers import ANSWERS_FILE, write_imported_answers
from winnow.training.imported_runs.match_answers import MatchedAnswers, match_answers
from winnow.training.imported_runs.refused_rows import refuse_problems
from winnow.training.run_facts import IMPORTED, ImportedFileFacts, ImportedRunFacts, RunIdentity
from winnow.training.runs import CreatedRun, create_run


def import_answers(release: Release, file: Path, folder: Path, *, name: str, split: str, missing: str) -> CreatedRun:
    """The run of a file of answers; also returns whether it is new. The same file and name give the same run.

    Raises WinnowError with every row that cannot be used, and when answers of `split` are missing unless `missing` is
    "wrong". Rows that belong to no answer of the release are counted; they are refused if none belongs to one.
    """
    given = read_answers(file)
    task = release.task()
    requests = {one: requests_of_rows(release.rows(one), task, one) for one in SPLITS if release.counts[one]}
    asked = [request for listed in requests.values() for request in listed]
    matched = match_answers(given.rows, asked, task, file=given.name)
    problems = [*given.problems, *matched.problems]
    if not matched.by_key:
        expected = "ids of its records with the number of a turn, or the messages before an answer"
        problems += matched.unmatched
        problems.append(
            Problem(given.name, f"no row belongs to an answer of release {release.name}", expected, "check the release")
        )
    elif missing == MissingPrediction.REFUSE:
        problems += _missing_answers(release, requests, matched, file, name, split)
    refuse_problems(problems, given.name)

    def fill_folder(part: Path, identity: RunIdentity) -> ImportedRunFacts:
        write_imported_answers([matched.by_key[key] for key in sorted(matched.by_key)], part / ANSWERS_FILE)
        return _facts(identity, release, given, matched, requests, name)

    settings = {"name": name, "predictions_sha256": given.sha256, "missing": missing}
    return create_run(folder, release, method=name, settings=settings, seed=0, fill_folder=fill_folder)


def _missing_answers(
    release: Release,
    requests: dict[str, list[AnswerRequest]],
    matched: MatchedAnswers,
    file: Path,
    name: str,
    split: str,
) -> list[Problem]:
    """The answers of a split that the file lacks; one that answers another split is told so."""
    gaps = {one: [r.key for r in listed if r.key not in matched.by_key] for one, listed in requests.items()}
    missing, total = gaps.get(split, []), len(requests.get(split, []))
    if not missing:
        return []
    found = f"no answer to {len(missing):,} of {counted(total, 'request')} of {split}, such as {', '.join(missing[:5])}"
    fix = "add the missing answers, or import with missing=wrong to count them as errors"
    other = next((one for one, listed in gaps.items() if requests[one] and not listed), None)
    if len(missing) == total and other:
        repeat = command("evaluate", str(release.path), predictions=str(file), name=name, split=other)
        found, fix = f"answers to all requests of {other}, but to none of {split}", f"run `{repeat}`"
    unmatched = matched.unmatched[:5]
    return [Problem(file.name, found, f"an answer to each of {split}", fix), *unmatched]


def _facts(
    identity: RunIdentity,
    release: Release,
    given: AnswerFile,
    matched: MatchedAnswers,
    requests: dict[str, list[AnswerRequest]],
    name: str,
) -> ImportedRunFacts:
    answered = {
        split: len({request.record for request in requests.get(split, []) if request.key in matched.by_key})
        for split in SPLITS
    }
    return ImportedRunFacts(
        **dict(identity),
        method=IMPORTED,
        trained_at=utc_now(),
        name=name,
        file=ImportedFileFacts(name=given.name, sha256=given.sha256, rows=len(given.rows)),
        predicted_rows=answered,
        repeated=matched.repeated,
        unmatched=len(matched.unmatched),
        classes=release.labels,
        confidence=False,
        probabilities=False,
        routes=release.task().routes,
        seconds=0.0,
    )
