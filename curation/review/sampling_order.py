"""A random order of a lot whose every prefix is stratified by label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from winnow.core.hashing import keyed_fraction, keyed_hash


def stratified_random_order(labels: Mapping[str, str], *, key: str) -> list[str]:
    """Records in a random order in which every prefix is stratified by label.

    Within a label the order is that of a keyed hash; the i-th of a label's m records has the position (i + u) / m, with
    one random u for each label (systematic sampling: Madow and Madow 1944).
    """
    by_label: dict[str, list[str]] = defaultdict(list)
    for record in sorted(labels, key=lambda record: keyed_hash(key, record)):
        by_label[labels[record]].append(record)
    positions = {
        record: ((i + keyed_fraction(key, "label", label)) / len(records), keyed_hash(key, record))
        for label, records in by_label.items()
        for i, record in enumerate(records)
    }
    return sorted(positions, key=positions.__getitem__)
