"""How probable it is that a consensus label is right: Bayes' rule over annotator accuracies and model probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from winnow.curation.annotations.response_matrix import NO_RESPONSE, ResponseMatrix

ProbabilityRows = NDArray[np.float64]

EXPONENT_BOUNDS = (0.1, 10.0)
"""Search interval of the exponent of the model's probabilities."""

PRIOR_RESPONSES = 5.0
"""Responses of average accuracy added to each annotator's own, so that few responses are not overrated."""

MIN_PROBABILITY = 1e-12


def temperature_scaled(probabilities: ProbabilityRows, labels: NDArray[np.int64]) -> ProbabilityRows:
    """The model's probabilities, sharpened or flattened so that they fit the labels best.

    Probabilities have shape (n, classes), labels (n,); a label NO_RESPONSE is left out. Rows sum to one again.
    One exponent for all, by maximum likelihood: temperature scaling, Guo et al. 2017,
    "On Calibration of Modern Neural Networks".
    """
    logs = np.log(np.clip(probabilities, MIN_PROBABILITY, None))
    rows = np.flatnonzero(labels != NO_RESPONSE)

    def loss(exponent: float) -> float:
        fitted = _softmax(exponent * logs[rows])[np.arange(len(rows)), labels[rows]]
        return -float(np.log(np.clip(fitted, MIN_PROBABILITY, None)).sum())

    return _softmax(float(minimize_scalar(loss, bounds=EXPONENT_BOUNDS, method="bounded").x) * logs)


def posterior(matrix: ResponseMatrix, consensus: ProbabilityRows, prior: ProbabilityRows) -> ProbabilityRows:
    """How probable each class is for each record, given all responses; shape (n, classes), rows sum to one.

    `consensus` holds the class probabilities that annotators are measured against, `prior` those of a record before any
    response; both have shape (n, classes), two classes or more, and rows that sum to one. The codes of the matrix are
    positions in the classes.

    One step of the EM of Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates", with two
    changes, since nobody has enough responses for a confusion matrix of their own. An annotator has one accuracy,
    measured on records with two or more responses. Which class is confused with which is counted over all annotators;
    without counts, classes that the prior confuses are more probable.
    """
    accuracies = annotator_accuracies(matrix, consensus)
    wrong = _confusion_shares(matrix, consensus, prior)
    logs = np.log(np.clip(prior, MIN_PROBABILITY, None))
    for person, accuracy in enumerate(accuracies):
        rows = np.flatnonzero(matrix.codes[:, person] != NO_RESPONSE)
        codes = matrix.codes[rows, person]
        likely = (1 - accuracy) * wrong[:, codes].T
        likely[np.arange(len(rows)), codes] = accuracy
        logs[rows] += np.log(np.clip(likely, MIN_PROBABILITY, None))
    return _softmax(logs)


def annotator_accuracies(matrix: ResponseMatrix, consensus: ProbabilityRows) -> ProbabilityRows:
    """Each annotator's share of right responses, shape (annotators,), by the consensus of shared records."""
    shared = matrix.per_record > 1
    accuracy, count = np.zeros(len(matrix.annotators)), np.zeros(len(matrix.annotators))
    for person in range(len(matrix.annotators)):
        rows = np.flatnonzero(shared & (matrix.codes[:, person] != NO_RESPONSE))
        accuracy[person] = consensus[rows, matrix.codes[rows, person]].sum()
        count[person] = len(rows)
    mean = (accuracy.sum() + 1) / (count.sum() + 2)  # Laplace's rule of succession
    smoothed: ProbabilityRows = (accuracy + PRIOR_RESPONSES * mean) / (count + PRIOR_RESPONSES)
    return smoothed


def _confusion_shares(matrix: ResponseMatrix, consensus: ProbabilityRows, prior: ProbabilityRows) -> ProbabilityRows:
    """Shares of wrong responses, shape (classes, classes): row is the right class, column the response."""
    expected = consensus.T @ prior + MIN_PROBABILITY
    np.fill_diagonal(expected, 0)
    found: ProbabilityRows = expected / expected.sum(axis=1, keepdims=True)
    for person in range(len(matrix.annotators)):
        rows = np.flatnonzero(matrix.codes[:, person] != NO_RESPONSE)
        np.add.at(found.T, matrix.codes[rows, person], consensus[rows])
    np.fill_diagonal(found, 0)
    shares: ProbabilityRows = found / found.sum(axis=1, keepdims=True)
    return shares


def _softmax(logs: ProbabilityRows) -> ProbabilityRows:
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: ProbabilityRows = raised / raised.sum(axis=1, keepdims=True)
    return shares
