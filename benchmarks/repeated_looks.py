"""How often a log of two variants that are equally good is judged significant at some look, and with what power.

    python -m benchmarks.repeated_looks

Every log has LOOKS looks, each after ROWS further rows of each variant, and is tested with Fisher's exact test: at 0.05
each time, at the level of the look, at levels that halve with each look, and at 0.05 once, at the last look. Then the
same for a candidate that is better by 5 and by 10 points.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from winnow.validators.stats.repeated_looks import level_of_look
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, fisher

LOGS, LOOKS, ROWS, SUCCESS, SEED = 1000, 10, 100, 0.7, 5


def p_values(gain: float) -> Iterator[list[float]]:
    """The p-values of the looks at each log."""
    generator = np.random.default_rng(SEED)
    for _ in range(LOGS):
        before = np.cumsum(generator.binomial(ROWS, SUCCESS, LOOKS))
        after = np.cumsum(generator.binomial(ROWS, SUCCESS + gain, LOOKS))
        rows = [ROWS * (look + 1) for look in range(LOOKS)]
        yield [fisher(int(a), n, int(b), n) for a, b, n in zip(before, after, rows, strict=True)]


def main() -> None:
    """Print the share of logs with a significant look."""
    print(f"{LOGS} logs, {LOOKS} looks, each after {ROWS} further rows of each variant, success {SUCCESS}")
    levels = [level_of_look(look + 1) for look in range(LOOKS)]
    for gain in (0.0, 0.05, 0.10):
        found = list(p_values(gain))
        plain = sum(any(p < SIGNIFICANCE_LEVEL for p in one) for one in found) / LOGS
        corrected = sum(any(p < level for p, level in zip(one, levels, strict=True)) for one in found) / LOGS
        halved = sum(any(p < 0.05 / 2 ** (look + 1) for look, p in enumerate(one)) for one in found) / LOGS
        last = sum(one[-1] < SIGNIFICANCE_LEVEL for one in found) / LOGS
        print(
            f"gain {gain:.2f}: {plain:.3f} at 0.05 each, {corrected:.3f} by look, {halved:.3f} halved, {last:.3f} once"
        )


if __name__ == "__main__":
    main()
