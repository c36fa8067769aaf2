"""Annotators who copy from each other: their equal responses are evidence once, not once for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from winnow.curation.annotations.annotator_model import OF_THEIR_OWN, FittedAnswers, fit_annotators, fit_with_priors
from winnow.curation.annotations.answer_list import AnswerList, FloatArray, IntArray
from winnow.curation.annotations.response_matrix import NO_RESPONSE

MIN_SHARED = 10
"""Records that two annotators must share before their agreement is examined."""

MAX_PAIRS = 10
"""Pairs that are examined: those that agree most beyond what they agree with others."""

MIN_EXCESS = 2.0
"""Standard errors by which their agreement exceeds what they agree with others; below, copying explains nothing."""

MAX_ROUNDS = 4
"""Pairs or groups that are joined at most."""

MIN_LOG_ODDS = 6.9
"""How much better the responses must be explained by copying, as a log likelihood ratio: a thousand to one. The
logarithm of the number of pairs is added, since one of many is more often conspicuous by chance."""

MIN_OTHERS = 3
"""Annotators outside a group without whom nobody can tell which side copies."""


@dataclass(frozen=True)
class DependentAnswers:
    """A fit in which annotators who copy count once."""

    fitted: FittedAnswers
    answers: AnswerList
    groups: tuple[tuple[int, ...], ...]
    """Annotators who copy from each other, by position; empty: nobody does, as far as responses show."""

    def undecidable(self) -> IntArray:
        """Records that a group and others answer differently, where fewer than three others take part in the task.

        Which of the two sides copies cannot be known from the responses then.
        """
        few = [group for group in self.groups if self.answers.annotators - len(group) < MIN_OTHERS]
        found = [self._contested(group) for group in few]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def _contested(self, group: tuple[int, ...]) -> IntArray:
        """Records with different responses, one at least by a member of the group."""
        answers = self.answers
        has_member = np.zeros(answers.records, dtype=bool)
        has_member[answers.record[np.isin(answers.annotator, group)]] = True
        different = np.flatnonzero(np.diff(answers.label) * (np.diff(answers.record) == 0))
        contested: IntArray = np.intersect1d(np.flatnonzero(has_member), answers.record[different])
        return contested


def fit_with_copies(answers: AnswerList, prior: FloatArray | None = None) -> DependentAnswers:
    """Fit the annotators, and join those whose agreement is explained much better by copying.

    Pairs or groups are joined one at a time, the best one first, as long as one is convincing. Nothing in the responses
    tells annotators who all copy from each other from annotators who are all right.
    """
    pairs = _conspicuous_pairs(answers)
    needed = MIN_LOG_ODDS + float(np.log(max(1, pairs.examined)))
    before = _log_likelihood(answers, prior) if pairs.groups else 0.0
    for _ in range(MAX_ROUNDS):
        joined = [_joined(answers, one) for one in pairs.groups if np.unique(answers.groups[list(one)]).size > 1]
        found = [_log_likelihood(one, prior) for one in joined]
        if not found or max(found) - before < needed:
            break
        before = max(found)
        answers = joined[found.index(before)]
    members = [tuple(np.flatnonzero(answers.groups == group).tolist()) for group in np.unique(answers.groups)]
    return DependentAnswers(fit_annotators(answers, prior), answers, tuple(one for one in members if len(one) > 1))


def _log_likelihood(answers: AnswerList, prior: FloatArray | None) -> float:
    return float(fit_with_priors(answers, OF_THEIR_OWN, prior).log_likelihoods.sum())


class _ConspicuousPairs(NamedTuple):
    groups: list[tuple[int, ...]]
    """Annotators by position: the pairs, the most conspicuous first, and the groups of which every two are such a pair.
    Three who copy from each other look right as long as they count as two, so they are joined at once."""
    examined: int
    """Pairs with enough shared records."""


def _conspicuous_pairs(answers: AnswerList) -> _ConspicuousPairs:
    """Pairs who agree with each other more than either agrees with everybody."""
    shared = _shared_counts(answers, answers.record, answers.records)
    agreed = _shared_counts(
        answers, answers.record * answers.classes + answers.label, answers.records * answers.classes
    )
    share = (agreed.sum(axis=1) + 1) / (shared.sum(axis=1) + 2)
    one, other = np.nonzero(np.triu(shared >= MIN_SHARED, 1))
    share = np.minimum(share, _known_accuracy(answers))
    count, expected = shared[one, other], np.maximum(share[one], share[other])
    excess = (agreed[one, other] - count * expected) / np.sqrt(np.maximum(count * expected * (1 - expected), 1e-9))
    order = [at for at in np.argsort(-excess, kind="stable")[:MAX_PAIRS] if excess[at] > MIN_EXCESS]
    pairs = [(int(one[at]), int(other[at])) for at in order]
    return _ConspicuousPairs(list(dict.fromkeys((*pairs, *(_grown(pair, pairs) for pair in pairs)))), len(one))


def _grown(group: tuple[int, ...], pairs: list[tuple[int, int]]) -> tuple[int, ...]:
    """The group with every annotator, one after the other, who makes such a pair with each of its members."""
    for other in sorted({member for pair in pairs for member in pair}):
        if other not in group and all((min(one, other), max(one, other)) in pairs for one in group):
            group = tuple(sorted((*group, other)))
    return group


def _known_accuracy(answers: AnswerList) -> FloatArray:
    """The accuracy of each annotator on records whose class is known, shape (annotators,); 1 for those with too few.

    Two annotators who answer independently agree less often than the better one is right.
    """
    known = answers.known[answers.record]
    count = np.bincount(answers.annotator[known != NO_RESPONSE], minlength=answers.annotators)
    right = np.bincount(answers.annotator[known == answers.label], minlength=answers.annotators)
    return np.where(count >= MIN_SHARED, (right + 1) / (count + 2), 1.0)


def _shared_counts(answers: AnswerList, key: IntArray, keys: int) -> FloatArray:
    """How many keys the responses of two annotators share, shape (annotators, annotators); none with oneself."""
    has = csr_matrix((np.ones(len(answers)), (answers.annotator, key)), shape=(answers.annotators, keys))
    counts = np.asarray((has @ has.T).todense(), dtype=np.float64)
    np.fill_diagonal(counts, 0)
    return counts


def _joined(answers: AnswerList, members: tuple[int, ...]) -> AnswerList:
    theirs = answers.groups[list(members)]
    return replace(answers, groups=np.where(np.isin(answers.groups, theirs), theirs.min(), answers.groups))
