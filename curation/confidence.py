"""How sure a consensus is: Bayes' rule, with what the consensus itself tells about the people and the model.

Neither the share of equal answers nor CROWDLAB's score is a probability of being right: a single answer has the share
1, and the score is a mean that stays near 0.65 (docs/decisions/0015-consensus.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from curation.answers import NOTHING, Answers

Shares = NDArray[np.float64]
TEMPERING = (0.1, 10.0)
"""Where the exponent of the model's probabilities is looked for."""
BORROWED = 5.0
"""Answers of average accuracy that are added to everybody's own, so that few answers do not make a saint."""
TINY = 1e-12


def tempered(probabilities: Shares, labels: NDArray[np.int64]) -> Shares:
    """The model's probabilities, sharpened or flattened so that they fit the labels best.

    Probabilities have shape (n, classes), labels (n,); a label NOTHING is left out. Rows sum to one again. One exponent
    for all, by maximum likelihood: temperature scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    logs = np.log(np.clip(probabilities, TINY, None))
    rows = np.flatnonzero(labels != NOTHING)

    def loss(exponent: float) -> float:
        fitted = _normal(exponent * logs[rows])[np.arange(len(rows)), labels[rows]]
        return -float(np.log(np.clip(fitted, TINY, None)).sum())

    return _normal(float(minimize_scalar(loss, bounds=TEMPERING, method="bounded").x) * logs)


def posterior(answers: Answers, consensus: Shares, prior: Shares) -> Shares:
    """How probable each class is for each record, given all answers; shape (n, classes), rows sum to one.

    `consensus` says what to believe while people are measured, `prior` what to believe of a record before anybody
    answers; both have shape (n, classes), two classes or more, and rows that sum to one. Labels of the answers are
    positions in the classes.

    One step of the EM of Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates", with two
    changes, since nobody answers enough for a matrix of their own. A person has one accuracy, measured on records with
    two or more answers. Which wrong class is taken for which is counted over all people, and where there is no count
    yet, classes that the prior confuses are likelier.
    """
    right = accuracies(answers, consensus)
    wrong = _confusions(answers, consensus, prior)
    logs = np.log(np.clip(prior, TINY, None))
    for person, accuracy in enumerate(right):
        rows = np.flatnonzero(answers.said[:, person] != NOTHING)
        said = answers.said[rows, person]
        likely = (1 - accuracy) * wrong[:, said].T
        likely[np.arange(len(rows)), said] = accuracy
        logs[rows] += np.log(np.clip(likely, TINY, None))
    return _normal(logs)


def accuracies(answers: Answers, consensus: Shares) -> Shares:
    """Everybody's share of right answers, shape (people,), where two or more answered and as the consensus sees it."""
    shared = answers.per_record > 1
    right, count = np.zeros(len(answers.people)), np.zeros(len(answers.people))
    for person in range(len(answers.people)):
        rows = np.flatnonzero(shared & (answers.said[:, person] != NOTHING))
        right[person] = consensus[rows, answers.said[rows, person]].sum()
        count[person] = len(rows)
    mean = (right.sum() + 1) / (count.sum() + 2)  # Laplace's rule of succession
    every: Shares = (right + BORROWED * mean) / (count + BORROWED)
    return every


def _confusions(answers: Answers, consensus: Shares, prior: Shares) -> Shares:
    """Where wrong answers go: shape (classes, classes), row is right, column was said; the diagonal is zero."""
    guessed = consensus.T @ prior + TINY
    np.fill_diagonal(guessed, 0)
    found: Shares = guessed / guessed.sum(axis=1, keepdims=True)
    for person in range(len(answers.people)):
        rows = np.flatnonzero(answers.said[:, person] != NOTHING)
        np.add.at(found.T, answers.said[rows, person], consensus[rows])
    np.fill_diagonal(found, 0)
    shares: Shares = found / found.sum(axis=1, keepdims=True)
    return shares


def _normal(logs: Shares) -> Shares:
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Shares = raised / raised.sum(axis=1, keepdims=True)
    return shares
