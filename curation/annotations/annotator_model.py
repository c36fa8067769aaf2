"""How each annotator answers, and which class each record probably has, learned from the responses alone.

The model of Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates": each annotator has a
confusion matrix. Nobody has enough responses for one, so its rows are shrunk to a model with three numbers: with one
probability the annotator knows the class, with another they confuse it as everybody does, else they guess by a habit
of their own (Hovy et al. 2013, "Learning whom to trust with MACE"). The three numbers and the habit are shrunk to those
of all annotators. A response is never judged by what was learned from itself: its own counts are left out, as in
collapsed variational inference, so that a few responses do not confirm themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from winnow.curation.annotations.answer_list import AnswerList, FloatArray
from winnow.curation.annotations.response_matrix import NO_RESPONSE

TINY = 1e-12


class AnnotatorPriors(NamedTuple):
    """What is assumed about annotators before their responses."""

    answers: float
    """Responses of an average annotator added to what each annotator knows, confuses and guesses."""
    guesses: float
    """Guesses of an average annotator added to each annotator's own."""
    row: float
    """Responses by the model of three numbers added to each row of an annotator's confusion matrix."""
    of_all: tuple[float, float, float]
    """Responses of all annotators that knew, confused and guessed, before there are any."""


OF_THEIR_OWN = AnnotatorPriors(8.0, 4.0, 30.0, (4.0, 1.0, 1.0))
"""For annotators who differ."""

ALIKE = AnnotatorPriors(1e6, 1e6, 1e6, (5.0, 1.0, TINY))
"""For annotators who are all the same; nobody guesses, and the consensus is the majority."""

PRIOR_CONFUSIONS = 5.0
"""Confusions in proportion to all responses added to those of each class."""

ATTRACTION, PRIOR_WRONG = 0.1, 10.0
"""Share of wrong responses that repeat an earlier wrong one to the same record, and how many such responses it is worth
before there are any."""

STEPS, TOLERANCE = 30, 2e-3
"""The estimation ends when no probability changes by more."""


@dataclass(frozen=True)
class FittedAnswers:
    """What responses say about records and annotators."""

    probable: FloatArray
    """How probable each class is, shape (records, classes); rows sum to one."""
    log_likelihoods: FloatArray
    """Of the responses to each record, shape (records,); 0 for a single response that nothing can contradict."""
    accuracy: FloatArray
    """How probable a right response of each annotator is, shape (annotators,), averaged over their responses."""
    breaks_ties: FloatArray | None = None
    """Where nothing tells the annotators apart, so that the majority decides: the class probabilities that break its
    ties, shape (records, classes)."""


SIGNIFICANT = 3.0
"""Standard errors by which annotators who differ must explain the responses better than annotators who are alike."""

ENOUGH_KNOWN = 20
"""Records of known class from which any better explanation counts, since nothing else can explain their responses."""


def fit_annotators(answers: AnswerList, prior: FloatArray | None = None) -> FittedAnswers:
    """Estimate annotators and records together, with annotators who differ as little as the responses allow."""
    alike, own = (fit_with_priors(answers, one, prior) for one in (ALIKE, OF_THEIR_OWN))
    gain = own.log_likelihoods - alike.log_likelihoods
    needed = 0.0 if (answers.known != NO_RESPONSE).sum() >= ENOUGH_KNOWN else SIGNIFICANT
    if gain.sum() > needed * np.sqrt(len(gain)) * gain.std():
        return own
    return replace(alike, breaks_ties=own.probable)


def fit_with_priors(answers: AnswerList, priors: AnnotatorPriors, prior: FloatArray | None = None) -> FittedAnswers:
    """Estimate annotators and records together.

    `prior` has shape (records, classes): how probable each class is before any response; without it, classes are as
    frequent as the responses make them.
    """
    probable = _with_known(answers, _vote_shares(answers))
    votes = np.tile(probable.mean(axis=0), (answers.records, 1)) + TINY
    style = _Style.at_start(answers, priors)
    total = np.zeros((0, 0))
    for _ in range(STEPS):
        before = probable
        style.update(probable)
        likely = style.likelihoods(probable)
        shares = votes if priors == ALIKE else _class_shares(probable)
        logs = np.log(shares if prior is None else prior)
        total = logs + answers.by_record @ np.log(np.clip(likely, TINY, None))
        probable = _with_known(answers, np.exp(total - total.max(axis=1, keepdims=True)))
        style.update_copies(probable, likely)
        style.update_attraction(probable)
        if np.abs(probable - before).max(initial=0) < TOLERANCE:
            break
    evidence = _evidence(answers, total)
    right = np.asarray(answers.by_annotator @ probable[answers.record, answers.label])
    given = np.bincount(answers.annotator, minlength=answers.annotators)
    return FittedAnswers(probable, evidence, right / np.maximum(given, 1))


@dataclass
class _Style:
    """How the annotator of each response answers, estimated without that response: shapes (answers,)."""

    answers: AnswerList
    priors: AnnotatorPriors
    knows: FloatArray
    confuses: FloatArray
    guesses: FloatArray
    guessed: FloatArray
    """How probable the label of the response is as a guess."""
    confusions: FloatArray
    """Shares of the wrong labels among confusions, shape (classes, classes): row is the right class."""
    copies: FloatArray
    """How probable it is that the response copies the first of its group; 0 for the first."""
    copied: FloatArray
    """How probable it is that the response was copied, now that it is known."""

    attracted: FloatArray
    """How probable it is, for each class, that the response repeats a wrong label of the record."""
    attraction: float = ATTRACTION
    """Share of the wrong responses after a wrong one to the same record that repeat its label."""

    @staticmethod
    def at_start(answers: AnswerList, priors: AnnotatorPriors) -> _Style:
        every = np.ones(len(answers))
        shares = _label_shares(answers)
        knows, confuses, guesses = (count / sum(priors.of_all) for count in priors.of_all)
        return _Style(
            answers,
            priors,
            knows * every,
            confuses * every,
            guesses * every,
            shares[answers.label],
            _wrong_shares(np.zeros((answers.classes, answers.classes)), shares),
            np.where(answers.may_be_copied, 0.5, 0.0),
            np.where(answers.repeats, 0.5, 0.0),
            np.zeros((len(answers), answers.classes)),
        )

    def update(self, probable: FloatArray) -> None:
        """Estimate everything but copies from the class probabilities of the records."""
        answers, shares = self.answers, _label_shares(self.answers)
        weight = answers.measuring * (1 - self.copied)
        own, at = probable[answers.record], np.arange(len(answers))
        guess = self.guesses * self.guessed
        knew = weight * own[at, answers.label] * self.knows / (self.knows + guess)
        confused = self.confuses[:, None] * self.confusions.T[answers.label]
        confused = weight[:, None] * own * confused / np.maximum(confused + guess[:, None], TINY)
        confused[at, answers.label] = 0
        by_class = np.asarray(answers.by_label @ confused).T
        counts = (knew, confused.sum(axis=1), weight - knew - confused.sum(axis=1))
        self.knows, confuses, _ = self._shares_of_kinds(counts, weight)
        self.confuses = np.minimum(confuses, self.knows)
        self.guesses = np.maximum(1 - self.knows - self.confuses, TINY)
        self.guessed = _habits(answers, counts[2], self.priors.guesses)
        self.confusions = _wrong_shares(by_class, shares)

    def _shares_of_kinds(self, counts: tuple[FloatArray, ...], weight: FloatArray) -> list[FloatArray]:
        """The shares of known, confused and guessed responses, each response left out of its own."""
        answers = self.answers
        every = weight.sum() + sum(self.priors.of_all)
        given = (answers.by_annotator @ weight)[answers.annotator] - weight + self.priors.answers
        return [
            (
                (answers.by_annotator @ count)[answers.annotator]
                - count
                + self.priors.answers * (count.sum() + prior) / every
            )
            / given
            for count, prior in zip(counts, self.priors.of_all, strict=True)
        ]

    def likelihoods(self, probable: FloatArray) -> FloatArray:
        """How probable each response is for each class of its record, shape (answers, classes)."""
        answers = self.answers
        average = self.confuses[:, None] * self.confusions.T[answers.label]
        average[np.arange(len(answers)), answers.label] = self.knows
        average += (self.guesses * self.guessed)[:, None]
        own = (answers.measuring * (1 - self.copied))[:, None] * probable[answers.record]
        with_label = (answers.by_habit @ own)[answers.habits] - own
        given = (answers.by_annotator @ own)[answers.annotator] - own
        honest = (with_label + self.priors.row * average) / (given + self.priors.row) * self._attracted(average)
        likely: FloatArray = self.copies[:, None] * answers.repeats[:, None] + (1 - self.copies)[:, None] * honest
        return likely

    def _attracted(self, average: FloatArray) -> FloatArray:
        """The factor by which the record makes a wrong response likelier or not, shape (answers, classes).

        Some records lead several annotators to the same wrong label, so a part of the confusions repeats an earlier
        wrong label of the record.
        """
        answers, at = self.answers, np.arange(len(self.answers))
        repeated = answers.seen[at, answers.label][:, None] / np.maximum(answers.other_seen, 1)
        again = self.attraction * self.confuses[:, None] * repeated
        changed = average - self.attraction * self.confuses[:, None] * self.confusions.T[answers.label] + again
        possible = answers.other_seen > 0
        possible[at, answers.label] = False
        self.attracted = np.where(possible, again / np.clip(changed, TINY, None), 0.0)
        factor: FloatArray = np.where(possible, changed / np.clip(average, TINY, None), 1.0)
        return factor

    def update_attraction(self, probable: FloatArray) -> None:
        """Estimate how large the part of confusions is that repeat an earlier wrong label."""
        answers = self.answers
        wrong = (answers.other_seen > 0) * probable[answers.record] * ~answers.may_be_copied[:, None]
        wrong[np.arange(len(answers)), answers.label] = 0
        repeats = (wrong * self.attracted).sum() + ATTRACTION * PRIOR_WRONG
        self.attraction = min(0.99, float(repeats / (wrong.sum() + PRIOR_WRONG)))

    def update_copies(self, probable: FloatArray, likely: FloatArray) -> None:
        """Estimate how often each group copies; nothing changes without groups."""
        answers, may_be = self.answers, self.answers.may_be_copied
        if not may_be.any():
            return
        share = (probable[answers.record] * (self.copies[:, None] / np.clip(likely, TINY, None))).sum(axis=1)
        self.copied = np.where(answers.repeats, share, 0.0)
        group = answers.groups[answers.annotator]
        copied = np.bincount(group[may_be], self.copied[may_be], answers.annotators) + 1
        self.copies = np.where(may_be, (copied / (np.bincount(group[may_be], minlength=len(copied)) + 2))[group], 0.0)


def _vote_shares(answers: AnswerList) -> FloatArray:
    """Where the estimation begins: equal shares of the most frequent labels; what a group repeats breaks ties only."""
    counts = np.zeros((answers.records, answers.classes))
    np.add.at(counts, (answers.record, answers.label), np.where(answers.repeats, 1e-3, 1.0))
    most: FloatArray = (counts == counts.max(axis=1, initial=0, keepdims=True)).astype(np.float64)
    return most


def _evidence(answers: AnswerList, total: FloatArray) -> FloatArray:
    """The log likelihood of the responses to each record; 0 for a single response whose right label is not known."""
    top = total.max(axis=1)
    found: FloatArray = top + np.log(np.exp(total - top[:, None]).sum(axis=1))
    rows = np.flatnonzero(answers.known != NO_RESPONSE)
    found[rows] = total[rows, answers.known[rows]]
    counted: FloatArray = np.where((answers.per_record > 1) | (answers.known != NO_RESPONSE), found, 0.0)
    return counted


def _with_known(answers: AnswerList, weights: FloatArray) -> FloatArray:
    """Rows that sum to one; a known class is certain."""
    found = weights / weights.sum(axis=1, keepdims=True)
    rows = np.flatnonzero(answers.known != NO_RESPONSE)
    found[rows] = np.eye(answers.classes)[answers.known[rows]]
    return np.asarray(found)


def _class_shares(probable: FloatArray) -> FloatArray:
    """The share of each class among the other records, shape (records, classes), by Laplace's rule of succession."""
    records, classes = probable.shape
    shares: FloatArray = (probable.sum(axis=0) - probable + 1) / (records - 1 + classes)
    return shares


def _label_shares(answers: AnswerList) -> FloatArray:
    counts = np.bincount(answers.label, minlength=answers.classes) + 1.0
    shares: FloatArray = counts / counts.sum()
    return shares


def _habits(answers: AnswerList, guessed: FloatArray, prior: float) -> FloatArray:
    """How probable each label is as a guess of its annotator, the response itself left out, shape (answers,)."""
    with_label = (answers.by_habit @ guessed)[answers.habits] - guessed
    every = (answers.by_annotator @ guessed)[answers.annotator] - guessed
    found: FloatArray = (with_label + prior * _label_shares(answers)[answers.label]) / (every + prior)
    return found


def _wrong_shares(confused: FloatArray, shares: FloatArray) -> FloatArray:
    """Shares of the wrong labels by right class, with confusions in proportion to all responses added."""
    usual = np.tile(shares, (len(shares), 1))
    np.fill_diagonal(usual, 0)
    usual /= np.clip(usual.sum(axis=1, keepdims=True), TINY, None)
    found = confused + PRIOR_CONFUSIONS * usual
    divided: FloatArray = found / np.clip(found.sum(axis=1, keepdims=True), TINY, None)
    return divided
