"""Labels whose generated records are less diverse than those that people wrote."""

from __future__ import annotations

from collections import defaultdict

from winnow.curation.checks.novelty import NoveltyCheck
from winnow.operations.proposal_intake import ProposalIntake
from winnow.validators.wording.diversity import mean_distance

MIN_TEXTS = 10
"""Labels with fewer new texts than this are not compared."""

MIN_DIVERSITY_RATIO = 0.9
"""The lowest mean cosine distance of a batch, as a share of the distance among people's records."""


def less_diverse_labels(intake: ProposalIntake) -> list[str]:
    """Labels whose new records are less diverse than equally many records that people wrote."""
    human: dict[str, list[str]] = defaultdict(list)
    for seed in intake.seeds if intake.new_texts else ():
        human[seed.label].append(seed.text)
    nearby = NoveltyCheck((), intake.task, intake.embedder, intake.folder.vectors)
    found = []
    for label, texts in sorted(intake.new_texts.items()):
        equal = min(len(texts), len(human[label]))
        if equal < MIN_TEXTS:
            continue
        own, real = texts[:equal], human[label][:equal]
        if mean_distance(nearby.vectors(own)) < MIN_DIVERSITY_RATIO * mean_distance(nearby.vectors(real)):
            found.append(label)
    return found
