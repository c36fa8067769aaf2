"""Consensus without a model: what each annotator's answers are worth, and answers made to fool it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from winnow.core.result import NotMeasured
from winnow.curation.annotations.annotator_model import OF_THEIR_OWN, fit_annotators, fit_with_priors
from winnow.curation.annotations.answer_list import AnswerList
from winnow.curation.annotations.consensus import Consensus, consensus_of_shared_records, find_consensus
from winnow.curation.annotations.response_matrix import ResponseMatrix
from winnow.curation.annotations.weighted_consensus import KnownAnswers

MIXED = (0.95, 0.9, 0.8, 0.7, 0.6, 0.6)


def drawn(
    seed: int, *, skills: tuple[float, ...] = MIXED, classes: int = 3, records: int = 300, answers: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Truth and a matrix of answers, -1 for none: everybody errs to any other class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, records)
    wrong = (truth[:, None] + rng.integers(1, classes, (records, len(skills)))) % classes
    codes = np.where(rng.random(wrong.shape) < skills, truth[:, None], wrong)
    codes[rng.random(codes.shape).argsort(axis=1).argsort(axis=1) >= answers] = -1
    return truth, codes


def table_of(codes: np.ndarray) -> pd.DataFrame:
    rows, people = np.nonzero(codes >= 0)
    cells = [(f"r{i:04}", f"p{j}", f"c{codes[i, j]:03}") for i, j in zip(rows, people, strict=True)]
    return pd.DataFrame(cells, columns=["record", "who", "label"])


def accuracy(found: Consensus, truth: np.ndarray) -> float:
    return float(right(found, truth).mean())


def right(found: Consensus, truth: np.ndarray) -> np.ndarray:
    return np.array([one.label == f"c{truth[int(one.record[1:])]:03}" for one in found.records])


def majority(codes: np.ndarray, truth: np.ndarray) -> float:
    """Expected accuracy of the majority, ties by a fair coin."""
    counts = np.stack([(codes == label).sum(axis=1) for label in range(int(max(codes.max(), truth.max())) + 1)], axis=1)
    most = counts == counts.max(axis=1, keepdims=True)
    return float((most[np.arange(len(truth)), truth] / most.sum(axis=1)).mean())


def settled_share_right(found: Consensus, truth: np.ndarray) -> float:
    settled = np.array([not one.to_adjudicate and float(one.confidence) >= 0.9 for one in found.records])
    assert settled.mean() > 0.15  # else this shows nothing
    return float(right(found, truth)[settled].mean())


def test_people_of_different_skill_are_worth_different_votes() -> None:
    for seed in range(3):
        truth, codes = drawn(seed, records=800)
        found = find_consensus(table_of(codes))
        assert found.method == "weighted"
        assert accuracy(found, truth) > majority(codes, truth) + 0.01
        assert settled_share_right(found, truth) >= 0.93


def test_who_confuses_two_classes_of_their_own_is_learned() -> None:
    """One-number accuracies cannot tell: half of the people call class 0 class 1, the others class 1 class 2."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    codes = np.repeat(truth[:, None], 6, axis=1)
    for person in range(6):
        confused = 0 if person < 3 else 1
        codes[(truth == confused) & (rng.random(600) < 0.75), person] = confused + 1
    codes[rng.random(codes.shape).argsort(axis=1).argsort(axis=1) >= 3] = -1
    found = find_consensus(table_of(codes))
    assert accuracy(found, truth) > majority(codes, truth) + 0.1


@pytest.mark.parametrize(("records", "people", "answers"), [(150, 3, 2), (150, 5, 3), (60, 3, 3)])
def test_few_answers_of_equal_people_are_the_majority(records: int, people: int, answers: int) -> None:
    """Nothing can be learned about anybody, so nobody is believed against two others."""
    for seed in range(4):
        _, codes = drawn(seed, skills=(0.8,) * people, records=records, answers=answers)
        assert all(one.status != "against_majority" for one in find_consensus(table_of(codes)).records)


Changed = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def always_the_same(truth: np.ndarray, _: np.random.Generator) -> np.ndarray:
    return np.ones((len(truth), 1), dtype=int)


def at_random(truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 3, (len(truth), 1))


def two_copy_a_bad_third(truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    copied = np.where(rng.random(len(truth)) < 0.4, (truth + rng.integers(1, 3, len(truth))) % 3, truth)
    return np.repeat(copied[:, None], 2, axis=1)


@pytest.mark.parametrize("change", [always_the_same, at_random, two_copy_a_bad_third])
def test_people_made_to_fool_it_settle_nothing_wrong(change: Changed) -> None:
    truth, codes = drawn(7, skills=(0.9, 0.85, 0.8, 0.75, 0.8), records=400)
    theirs = change(truth, np.random.default_rng(7))
    part = codes[:, : theirs.shape[1]]
    part[:] = np.where(part < 0, -1, theirs)
    found = find_consensus(table_of(codes))
    assert accuracy(found, truth) >= majority(codes, truth) - 0.005
    assert settled_share_right(found, truth) >= 0.9
    assert found.copying == ((("p0", "p1"),) if change is two_copy_a_bad_third else ())


def test_three_of_nine_who_copy_count_as_one_though_any_two_of_them_look_right() -> None:
    truth, codes = drawn(2, skills=(0.6, 0.6, 0.6, 0.9, 0.85, 0.8, 0.75, 0.7, 0.85), classes=2, records=900, answers=4)
    for other in (1, 2):
        copied = (truth + (np.arange(900) * 7919 % 10 < 4)) % 2
        codes[:, other] = np.where(codes[:, other] < 0, -1, copied)
        codes[:, 0] = np.where(codes[:, 0] < 0, -1, copied)
    found = find_consensus(table_of(codes))
    assert found.copying == (("p0", "p1", "p2"),)
    assert accuracy(found, truth) > majority(codes, truth) + 0.02
    assert settled_share_right(found, truth) >= 0.9


def test_random_answers_of_everybody_settle_nothing() -> None:
    codes = np.random.default_rng(1).integers(0, 4, (300, 4))
    found = find_consensus(table_of(codes))
    sure = [one for one in found.records if isinstance(one.confidence, float) and one.confidence >= 0.9]
    assert len(sure) < 15


def test_two_labels_that_are_one_are_not_settled() -> None:
    """Classes 0 and 1 mean the same, and everybody chooses one of them by a coin: nobody can be right about them."""
    rng = np.random.default_rng(2)
    truth, codes = drawn(2, skills=(0.95,) * 4, classes=4, records=300)
    coin = rng.integers(0, 2, codes.shape)
    codes = np.where(codes >= 2, codes, np.where(codes < 0, -1, coin))
    found = find_consensus(table_of(codes))
    doubtful = [one.to_adjudicate for one in found.records if truth[int(one.record[1:])] < 2]
    assert np.mean(doubtful) > 0.5


def test_a_class_with_three_records_is_found() -> None:
    truth, codes = drawn(3, skills=(0.9,) * 5, classes=2, records=300)
    truth[:3] = 2
    codes[:3] = np.where(codes[:3] >= 0, 2, -1)
    found = find_consensus(table_of(codes))
    assert [one.label for one in found.records[:3]] == ["c002"] * 3


def test_three_who_agree_with_each_other_alone_cannot_be_told_from_right() -> None:
    """All three copy one who is right in 60 %: nothing in the answers says so, and docs/label.md does."""
    truth, codes = drawn(4, skills=(0.6,) * 3, records=200, answers=3)
    codes[:, 1:] = codes[:, :1]
    found = find_consensus(table_of(codes))
    assert found.copying == ()
    assert accuracy(found, truth) < 0.7
    gold = known_answers(codes, truth, 60)
    corrected = find_consensus(table_of(codes[60:]), known=gold)
    assert all(float(one.confidence) < 0.9 for one in corrected.records)


def known_answers(codes: np.ndarray, truth: np.ndarray, count: int) -> KnownAnswers:
    """The answers to the first records as answers to gold records."""
    table = table_of(codes[:count])
    rights = [f"c{truth[int(record[1:])]:03}" for record in table["record"]]
    return KnownAnswers(table.assign(right=rights))


def test_gold_records_measure_people_who_share_no_record() -> None:
    truth, codes = drawn(5, skills=(0.95, 0.6), records=400, answers=1)
    alone = find_consensus(table_of(codes[100:]))
    assert all(isinstance(one.confidence, NotMeasured) for one in alone.records)
    found = find_consensus(table_of(codes[100:]), known=known_answers(codes, truth, 100))
    who = dict(table_of(codes[100:])[["record", "who"]].itertuples(index=False, name=None))
    sure = {name: [float(one.confidence) for one in found.records if who[one.record] == name] for name in ("p0", "p1")}
    assert abs(np.mean(sure["p0"]) - 0.95) < 0.05
    assert abs(np.mean(sure["p1"]) - 0.6) < 0.12
    assert {one.record for one in found.records} == {f"r{row:04}" for row in range(300)}


def test_what_goes_to_an_adjudicator_rests_on_gold_records_too() -> None:
    """Three who copy a bad one settle everything, until gold records show what they are worth."""
    truth, codes = drawn(4, skills=(0.6,) * 3, records=200, answers=3)
    codes[:, 1:] = codes[:, :1]
    answers, gold = table_of(codes[60:]), known_answers(codes, truth, 60)
    for known, share in ((None, 0.0), (gold, 1.0)):
        (found,) = consensus_of_shared_records(answers, lambda: None, known)
        assert np.mean([one.to_adjudicate for one in found.records]) == share


def test_an_answer_is_not_judged_by_itself() -> None:
    """Two people who never agree: whoever answers a record alone gains nothing from the model believing them."""
    codes = np.array([[0, 1], [1, 0]] * 20)
    matrix = ResponseMatrix([str(i) for i in range(40)], ["a", "b"], ["x", "y"], codes)
    found = fit_annotators(AnswerList.of(matrix))
    assert np.abs(found.probable - 0.5).max() < 0.05


def test_ten_thousand_answers_take_seconds() -> None:
    """176 people and 150 classes: nothing is as large as records times classes times people."""
    _, codes = drawn(6, skills=tuple(np.linspace(0.6, 0.95, 176)), classes=150, records=1000, answers=10)
    matrix = ResponseMatrix(
        [str(i) for i in range(1000)], [str(i) for i in range(176)], [str(i) for i in range(150)], codes
    )
    begin = time.process_time()
    found = fit_with_priors(AnswerList.of(matrix), OF_THEIR_OWN)
    assert time.process_time() - begin < 20
    assert found.probable.shape == (1000, 150)


@pytest.mark.parametrize("codes", [np.zeros((30, 3), dtype=int), np.arange(40)[:, None] % 3])
def test_what_cannot_be_learned_is_not_measured(codes: np.ndarray) -> None:
    found = find_consensus(table_of(codes))
    assert found.method == "majority"
    assert all(isinstance(one.confidence, NotMeasured) for one in found.records)
