"""How suspected records are ranked, and what each says."""

from __future__ import annotations

from winnow.core.label_error_evidence import EvidenceKind, LabelEvidence
from winnow.core.vocabulary import DecidedBy, Origin, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.label_errors import JudgedLabel
from winnow.curation.annotations.suspected_labels import SuspectedLabel, counts_by_kind, ranked, suspected_label

RESULT, QUESTION, GROUNDING, MODEL = EvidenceKind


def piece(kind: EvidenceKind, strong: bool = False, proposed: str = "") -> LabelEvidence:
    return LabelEvidence(kind=kind, strong=strong, why=f"because of {kind}", proposed=proposed)


def suspected(identity: str, *evidence: LabelEvidence, score: float | None = None) -> SuspectedLabel:
    row = WorkingRow(
        identity, "content", "text", "text", "group", Split.TRAIN, Origin.HUMAN, 1, State.LABELED, "given",
        DecidedBy.FILE, (), (), (),
    )  # fmt: skip
    judged = None if score is None else JudgedLabel(0, score, "given", "other", 0.12341, 0.5)
    return suspected_label(row, evidence, judged, "readable")


def test_strong_kinds_rank_first_then_kinds_then_the_score_then_the_id() -> None:
    records = [
        suspected("f", piece(MODEL), score=1.0),
        suspected("e", piece(MODEL), score=1.0),
        suspected("d", piece(MODEL), score=2.0),
        suspected("g", piece(GROUNDING)),
        suspected("c", piece(GROUNDING), piece(MODEL), score=0.5),
        suspected("b", piece(GROUNDING, strong=True)),
        suspected("a2", piece(GROUNDING, strong=True), piece(GROUNDING), piece(MODEL)),
        suspected("a1", piece(RESULT, strong=True), piece(QUESTION, strong=True)),
    ]
    order = ["a1", "a2", "b", "c", "d", "e", "f", "g"]
    assert [one.id for one in ranked(records)] == order
    assert [one.id for one in ranked(reversed(records))] == order


def test_strong_evidence_is_first_and_the_first_proposal_counts() -> None:
    found = suspected(
        "a", piece(MODEL, proposed="other"), piece(QUESTION), piece(GROUNDING, strong=True), score=0.12341
    )
    assert [one.kind for one in found.evidence] == [GROUNDING, QUESTION, MODEL]
    assert found.kinds == (QUESTION, GROUNDING, MODEL)
    assert found.strong_kinds == (GROUNDING,)
    assert (found.proposed, found.score) == ("other", 0.1234)
    assert (found.given_probability, found.proposed_probability) == (0.1234, 0.5)
    assert counts_by_kind([found]) == {"same_question": 1, "grounding": 1, "out_of_fold": 1}
