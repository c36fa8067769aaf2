"""One label a record out of several answers: never one that nobody gave, sure where it is right, and repeatable."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cleanlab.multiannotator import get_label_quality_multiannotator
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.core.result import NotMeasured
from winnow.curation.annotations.consensus import MIN_OVERLAP, Consensus, find_consensus
from winnow.curation.annotations.consensus_confidence import posterior, temperature_scaled
from winnow.curation.annotations.crowdlab import ClassProbabilities
from winnow.curation.annotations.response_matrix import ResponseMatrix, response_matrix
from winnow.training.evaluation.calibration import calibration_error

CLASSES = 6

COLUMNS = ["record", "who", "label"]


def table(response: np.ndarray) -> pd.DataFrame:
    """One row an answer of a matrix (records, people), -1 for none."""
    rows, annotators = np.nonzero(response >= 0)
    cells = [
        (f"r{row:04}", f"p{who}", f"c{label}")
        for row, who, label in zip(rows, annotators, response[rows, annotators], strict=True)
    ]
    return pd.DataFrame(cells, columns=COLUMNS)


def simulated(
    seed: int, n: int = 600, skills: tuple[float, ...] = (0.95, 0.85, 0.6), model: float = 0.85
) -> tuple[np.ndarray, np.ndarray, ClassProbabilities]:
    """Truth, answers and a model. Each record has one wrong class, which people and model err to alike."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, CLASSES, n)
    wrong = (truth + rng.choice([1, CLASSES - 1], n)) % CLASSES
    response = np.where(rng.random((n, len(skills))) < skills, truth[:, None], wrong[:, None])
    many = rng.integers(1, len(skills) + 1, n)
    response[rng.random(response.shape).argsort(axis=1).argsort(axis=1) >= many[:, None]] = -1
    top = np.where(rng.random(n) < model, truth, wrong)
    values = np.full((n, CLASSES), 0.05)
    values[np.arange(n), top] += 0.7
    return truth, response, probabilities(values)


def probabilities(values: np.ndarray) -> ClassProbabilities:
    records = [f"r{row:04}" for row in range(len(values))]
    return ClassProbabilities(records, [f"c{c}" for c in range(values.shape[1])], values / values.sum(1, keepdims=True))


def right(found: Consensus, truth: np.ndarray) -> np.ndarray:
    return np.array([one.label == f"c{truth[int(one.record[1:])]}" for one in found.records])


def plain_majority(response: np.ndarray, truth: np.ndarray) -> float:
    """Expected accuracy of the majority with ties by a fair coin."""
    counts = np.stack([(response == c).sum(axis=1) for c in range(CLASSES)], axis=1)
    most = counts == counts.max(axis=1, keepdims=True)
    return float((most[np.arange(len(truth)), truth] / most.sum(axis=1)).mean())


SITUATIONS = [
    {},
    {"model": 0.3},
    {"model": 0.5, "skills": (0.6, 0.6, 0.55)},
    {"model": 0.95, "skills": (0.75, 0.7, 0.65)},
    {"model": 0.9, "skills": (0.98, 0.97, 0.96)},
    {"skills": (0.9, 0.9)},
    {"skills": (0.97, 0.6, 0.6, 0.55, 0.5)},
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_never_worse_than_the_majority(situation: dict[str, Any]) -> None:
    weak = situation.get("model", 1) <= 0.5
    for seed in range(3):
        truth, response, model = simulated(seed, **({"n": 2000} | situation))
        plain = plain_majority(response, truth)
        with_model = find_consensus(table(response), probabilities=model)
        for found in (find_consensus(table(response)), with_model):
            assert right(found, truth).mean() >= plain - 0.01  # ties fall by chance where people are equally good
        assert with_model.method == ("weighted" if weak else "crowdlab")
        assert weak or right(with_model, truth).mean() > plain
        assert not weak or "the model agrees with" in with_model.why


def test_confidence_is_the_share_that_is_right() -> None:
    truth, response, model = simulated(0, n=3000)
    for found in (find_consensus(table(response), probabilities=model), find_consensus(table(response))):
        sure = np.array([one.confidence for one in found.records])
        assert calibration_error(sure, right(found, truth)) < 0.08
    marked = np.array([one.to_adjudicate for one in found.records])
    assert right(found, truth)[~marked].mean() > right(found, truth)[marked].mean() + 0.1


def test_the_label_is_cleanlabs_wherever_somebody_gave_that_one() -> None:
    _, response, model = simulated(3)
    theirs = get_label_quality_multiannotator(
        np.where(response < 0, np.nan, response), np.asarray(model.values), verbose=False
    )
    best = theirs["label_quality"]["consensus_label"].to_numpy()
    found = find_consensus(table(response), probabilities=model)
    given_by_some = (response == best[:, None]).any(axis=1)
    assert 0.5 < given_by_some.mean() < 1  # else this would show nothing
    for one, label, there in zip(found.records, best, given_by_some, strict=True):
        assert not there or one.label == f"c{label}"


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_records_and_classes_changes_nothing(seed: int, modelled: bool) -> None:
    _, response, model = simulated(seed, n=60)
    before = find_consensus(table(response), probabilities=model if modelled else None)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(60), rng.permutation(CLASSES)
    moved = ClassProbabilities(
        [model.records[i] for i in rows],
        [model.classes[i] for i in columns],
        np.asarray(model.values)[np.ix_(rows, columns)],
    )
    shuffled = table(response).sample(frac=1, random_state=seed)
    assert find_consensus(shuffled, probabilities=moved if modelled else None) == before
    assert {(one.record, one.label) for one in before.records} <= set(
        table(response)[["record", "label"]].itertuples(index=False, name=None)
    )


def test_other_names_of_people_change_nothing() -> None:
    _, response, model = simulated(1)
    before = find_consensus(table(response), probabilities=model)
    after = find_consensus(table(response[:, ::-1]), probabilities=model)
    for one, other in zip(before.records, after.records, strict=True):
        assert (one.label, one.status) == (other.label, other.status)
        assert one.confidence == pytest.approx(other.confidence)


def brute_posterior(responses: ResponseMatrix, consensus: np.ndarray, prior: np.ndarray) -> np.ndarray:
    n, annotators = responses.codes.shape
    k = prior.shape[1]
    pairs = [(i, j, responses.codes[i, j]) for i in range(n) for j in range(annotators) if responses.codes[i, j] >= 0]
    shared = [pair for pair in pairs if sum(row == pair[0] for row, _, _ in pairs) > 1]
    mean = (sum(consensus[i, c] for i, _, c in shared) + 1) / (len(shared) + 2)
    accuracy = []
    for j in range(annotators):
        own = [consensus[i, c] for i, who, c in shared if who == j]
        accuracy.append((sum(own) + 5 * mean) / (len(own) + 5))
    wrong = np.zeros((k, k))
    for true, other in itertools.permutations(range(k), 2):
        near = sum(consensus[i, true] * prior[i, other] for i in range(n))
        every = sum(consensus[i, true] * prior[i, c] for i in range(n) for c in range(k) if c != true)
        wrong[true, other] = (near + 1e-12) / (every + (k - 1) * 1e-12)
        wrong[true, other] += sum(consensus[i, true] for i, _, c in pairs if c == other)
    wrong /= wrong.sum(axis=1, keepdims=True)
    found = prior.copy()
    for i, j, c in pairs:
        for true in range(k):
            found[i, true] *= accuracy[j] if c == true else (1 - accuracy[j]) * wrong[true, c]
    return found / found.sum(axis=1, keepdims=True)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_posterior_is_bayes_rule_written_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    response = rng.integers(-1, 3, (7, 3))
    response[:, 0] = np.maximum(response[:, 0], 0)
    prior, believed = rng.dirichlet(np.ones(3), 7), rng.dirichlet(np.ones(3), 7)
    responses = ResponseMatrix([str(i) for i in range(7)], ["x", "y", "z"], ["a", "b", "c"], response)
    assert posterior(responses, believed, prior) == pytest.approx(brute_posterior(responses, believed, prior), abs=1e-6)


def test_tempering_finds_the_exponent_that_probabilities_lost() -> None:
    rng = np.random.default_rng(0)
    honest = rng.dirichlet(np.full(5, 0.3), 4000)
    labels = np.array([rng.choice(5, p=row) for row in honest])
    flat = honest**0.5 / (honest**0.5).sum(axis=1, keepdims=True)
    assert temperature_scaled(flat, labels) == pytest.approx(honest, abs=0.05)
    some = np.where(np.arange(4000) % 3, -1, labels)  # labels that the model lacks are left out
    assert temperature_scaled(flat, some)[::3] == pytest.approx(temperature_scaled(flat[::3], labels[::3]))


def test_what_people_left_open_is_marked() -> None:
    agreed = np.tile(np.arange(60)[:, None] % CLASSES, (1, 3))
    agreed[0] = [0, 1, -1]
    agreed[1] = [1, 1, -1]
    found = {one.record: one for one in find_consensus(table(agreed)).records}
    assert found["r0000"].status == "tie"
    assert (found["r0001"].status, found["r0001"].label, found["r0001"].share) == ("settled", "c1", 1.0)
    assert isinstance(found["r0001"].confidence, float)


def test_a_better_person_and_the_model_may_stand_against_two() -> None:
    _, response, model = simulated(5, skills=(0.98, 0.55, 0.55), n=1500)
    standings = [one.status for one in find_consensus(table(response), probabilities=model).records]
    assert "against_majority" in standings


def test_a_single_answer_is_doubted_by_a_model_alone() -> None:
    _, response, model = simulated(2, skills=(0.8, 0.8, 0.7))
    for found, doubted in (
        (find_consensus(table(response)), False),
        (find_consensus(table(response), probabilities=model), True),
    ):
        single = [one for one in found.records if one.responses == 1]
        assert any(isinstance(one.confidence, float) and one.confidence < 0.9 for one in single)
        assert any(one.to_adjudicate for one in single) == doubted


def test_labels_that_the_model_lacks_are_taken_as_rare_not_as_impossible() -> None:
    _, response, model = simulated(4)
    response = np.vstack([response, np.full((30, 3), CLASSES)])  # a class that the model never saw
    values = np.vstack([np.asarray(model.values), np.full((30, CLASSES), 1 / CLASSES)])
    found = find_consensus(table(response), probabilities=probabilities(values))
    assert found.method == "crowdlab"
    assert all(one.label == f"c{CLASSES}" and not one.to_adjudicate for one in found.records[-30:])


def test_classes_that_nobody_answered_are_no_trouble() -> None:
    _, response, model = simulated(4)
    values = np.hstack([np.asarray(model.values), np.full((len(response), 4), 0.01)])
    assert find_consensus(table(response), probabilities=probabilities(values)).method == "crowdlab"


def test_equal_probabilities_draw_no_lots() -> None:
    response = np.tile([[0, 1, 2], [1, 2, 0], [2, 0, 1]], (20, 1))
    flat = probabilities(np.ones((60, CLASSES)))
    once = find_consensus(table(response), probabilities=flat)
    for seed in range(3):
        np.random.seed(seed)  # cleanlab would draw lots from this one
        assert find_consensus(table(response), probabilities=flat) == once


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (np.arange(40)[:, None] % CLASSES, "0 records have two or more responses"),
        (np.arange(10)[:, None].repeat(2, axis=1) % CLASSES, "10 records have two or more responses"),
        (np.where(np.arange(60)[:, None] < 58, 0, [[1, 2]]), "agree no more than if all of them always chose"),
    ],
    ids=["one person", "few shared records", "always the same label"],
)
def test_where_crowdlab_has_nothing_to_weigh_by_the_answers_alone_stand_in_and_say_so(
    response: np.ndarray, why: str
) -> None:
    found = find_consensus(table(response), probabilities=probabilities(np.ones((len(response), CLASSES))))
    assert found.method == ("weighted" if "always" in why else "majority")
    assert why in found.why


def test_confidence_without_shared_records_is_not_measured() -> None:
    one = find_consensus(table(np.arange(40)[:, None] % CLASSES)).records[0]
    assert isinstance(one.confidence, NotMeasured)
    assert str(MIN_OVERLAP) in one.confidence.why
    assert not one.to_adjudicate


def test_one_label_and_no_answer_at_all() -> None:
    same = find_consensus(table(np.zeros((30, 3), dtype=int)), probabilities=probabilities(np.ones((30, 1))))
    assert {(one.label, one.status) for one in same.records} == {("c0", "settled")}
    assert isinstance(same.records[0].confidence, NotMeasured)
    assert find_consensus(pd.DataFrame(columns=COLUMNS)).records == ()


def test_everybody_agrees() -> None:
    response = np.tile(np.arange(60)[:, None] % CLASSES, (1, 3))
    for model in (None, probabilities(np.eye(CLASSES)[response[:, 0]] + 0.01)):
        found = find_consensus(table(response), probabilities=model)
        assert all(one.status == "settled" for one in found.records)
        assert all(isinstance(one.confidence, float) and one.confidence > 0.95 for one in found.records)


def test_a_response_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="without record, annotator or label"):
        response_matrix(pd.DataFrame([("r", "p", None)], columns=COLUMNS))


def test_the_last_of_several_responses_of_one_person_to_a_record_counts() -> None:
    rows = [("r", "p", "a"), ("r", "q", "a"), ("r", "p", "b"), ("s", "p", "a"), ("r", "p", "c")]
    given = pd.DataFrame(rows, columns=COLUMNS)
    found = response_matrix(given)
    assert found.per_record.tolist() == [2, 1]
    assert found.labels == ["a", "c"]
    assert [(one.record, one.label) for one in find_consensus(given).records][1] == ("s", "a")


def test_a_missing_column_and_missing_or_broken_probabilities_are_refused() -> None:
    _, response, model = simulated(0)
    with pytest.raises(ValueError, match="no column who, label"):
        find_consensus(pd.DataFrame({"record": ["r"]}))
    few = ClassProbabilities(model.records[:100], model.classes, model.values[:100])
    with pytest.raises(ValueError, match="500 records have no class probabilities, the first is r0100"):
        find_consensus(table(response), probabilities=few)
    broken = np.asarray(model.values).copy()
    broken[3, 2] = np.nan
    with pytest.raises(ValueError, match="do not sum to one"):
        find_consensus(table(response), probabilities=ClassProbabilities(model.records, model.classes, broken))
