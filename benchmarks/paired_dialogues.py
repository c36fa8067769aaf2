"""How often the interval of a paired difference covers the truth when the answers of one dialogue depend on each other.

`python -m benchmarks.paired_dialogues` simulates two models on dialogues of one to five answers. The answers of a
dialogue share their difficulty with a given probability. It takes about half a minute.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.paired_clusters import PairedCluster, compare_clusters
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

DRAWS = 400

LONGEST = 5


class Setting(NamedTuple):
    """One kind of comparison."""

    dialogues: int
    together: float
    """Probability that an answer shares the difficulty of its dialogue."""
    first: float
    """True share of right answers of the first model."""
    second: float


SETTINGS = (
    Setting(40, 0.8, 0.6, 0.8),
    Setting(100, 0.8, 0.6, 0.7),
    Setting(100, 0.5, 0.9, 0.95),
    Setting(30, 0.9, 0.5, 0.8),
    Setting(200, 0.9, 0.8, 0.8),
    Setting(60, 1.0, 0.7, 0.8),
)


def draw(setting: Setting, random: np.random.Generator) -> PairedCluster:
    """One dialogue."""
    answers = int(random.integers(1, LONGEST + 1))
    own, other = (
        np.where(random.random(answers) < setting.together, random.random(), random.random(answers)) < share
        for share in (setting.first, setting.second)
    )
    return PairedCluster(answers, int((other & ~own).sum()), int((own & ~other).sum()))


def main() -> None:
    """Print the coverage of both intervals and the share of significant tests, one line a setting."""
    random = np.random.default_rng(0)
    print("dialogues  together  first  second  covered  covered as independent  significant")
    for setting in SETTINGS:
        truth = setting.second - setting.first
        covered = independent = significant = 0
        for _ in range(DRAWS):
            clusters = [draw(setting, random) for _ in range(setting.dialogues)]
            found = compare_clusters(clusters)
            rows, gained, lost = (sum(getattr(one, name) for one in clusters) for name in ("answers", "gained", "lost"))
            naive = paired_difference(gained, lost, rows)
            covered += found.difference.low <= truth <= found.difference.high
            independent += naive.low <= truth <= naive.high
            significant += found.p_value < SIGNIFICANCE_LEVEL
        shares = "  ".join(f"{count / DRAWS:.3f}" for count in (covered, independent, significant))
        print(*setting, shares, sep="  ")


if __name__ == "__main__":
    main()
