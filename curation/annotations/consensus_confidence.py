"""How probable it is that a consensus label is right: Bayes' rule over annotator accuracies and model probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix

ProbabilityRows = NDArray[np.float64]


EXPONENT_BOUNDS = (0.1, 10.0)
"""Where the exponent of the model's probabilities is looked for."""


PRIOR_RESPONSES = 5.0
"""Answers of average accuracy that are added to everybody's own, so that few answers do not make a saint."""


MIN_PROBABILITY = 1e-12


def temperature_scaled(probabilities: ProbabilityRows, labels: NDArray[np.int64]) -> ProbabilityRows:
    """The model's probabilities, sharpened or flattened so that they fit the labels best.

    Probabilities have shape (n, classes), labels (n,); a label NOTHING is left out. Rows sum to one again. One exponent
    for all, by maximum likelihood: temperature scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    logs = np.log(np.clip(probabilities, MIN_PROBABILITY, None))
    rows = np.flatnonzero(labels != NO_RESPONSE)

    def loss(exponent: float) -> float:
        fitted = _softmax(exponent * logs[rows])[np.arange(len(rows)), labels[rows]]
        return -float(np.log(np.clip(fitted, MIN_PROBABILITY, None)).sum())

    return _softmax(float(minimize_scalar(loss, bounds=EXPONENT_BOUNDS, method="bounded").x) * logs)


def posterior(responses: ResponseMatrix, consensus: ProbabilityRows, prior: ProbabilityRows) -> ProbabilityRows:
    """How probable each class is for each record, given all answers; shape (n, classes), rows sum to one.

    `consensus` says what to believe while people are measured, `prior` what to believe of a record before anybody
    answers; both have shape (n, classes), two classes or more, and rows that sum to one. Labels of the answers are
    positions in the classes.

    One step of the EM of Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates", with two
    changes, since nobody answers enough for a matrix of their own. A person has one accuracy, measured on records with
    two or more answers. Which wrong class is taken for which is counted over all people, and where there is no count
    yet, classes that the prior confuses are likelier.
    """
    accuracy = annotator_accuracies(responses, consensus)
    wrong = _confusion_shares(responses, consensus, prior)
    logs = np.log(np.clip(prior, MIN_PROBABILITY, None))
    for person, accuracy in enumerate(accuracy):
        rows = np.flatnonzero(responses.response[:, person] != NO_RESPONSE)
        response = responses.response[rows, person]
        likely = (1 - accuracy) * wrong[:, response].T
        likely[np.arange(len(rows)), response] = accuracy
        logs[rows] += np.log(np.clip(likely, MIN_PROBABILITY, None))
    return _softmax(logs)


def annotator_accuracies(responses: ResponseMatrix, consensus: ProbabilityRows) -> ProbabilityRows:
    """Everybody's share of right answers, shape (people,), where two or more answered and as the consensus sees it."""
    shared = responses.per_record > 1
    accuracy, count = np.zeros(len(responses.annotators)), np.zeros(len(responses.annotators))
    for person in range(len(responses.annotators)):
        rows = np.flatnonzero(shared & (responses.response[:, person] != NO_RESPONSE))
        accuracy[person] = consensus[rows, responses.response[rows, person]].sum()
        count[person] = len(rows)
    mean = (accuracy.sum() + 1) / (count.sum() + 2)  # Laplace's rule of succession
    every: ProbabilityRows = (accuracy + PRIOR_RESPONSES * mean) / (count + PRIOR_RESPONSES)
    return every


def _confusion_shares(responses: ResponseMatrix, consensus: ProbabilityRows, prior: ProbabilityRows) -> ProbabilityRows:
    """Where wrong answers go: shape (classes, classes), row is right, column was said; the diagonal is zero."""
    guessed = consensus.T @ prior + MIN_PROBABILITY
    np.fill_diagonal(guessed, 0)
    found: ProbabilityRows = guessed / guessed.sum(axis=1, keepdims=True)
    for person in range(len(responses.annotators)):
        rows = np.flatnonzero(responses.response[:, person] != NO_RESPONSE)
        np.add.at(found.T, responses.response[rows, person], consensus[rows])
    np.fill_diagonal(found, 0)
    shares: ProbabilityRows = found / found.sum(axis=1, keepdims=True)
    return shares


def _softmax(logs: ProbabilityRows) -> ProbabilityRows:
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: ProbabilityRows = raised / raised.sum(axis=1, keepdims=True)
    return shares
