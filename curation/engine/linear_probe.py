"""The linear probe: multinomial logistic regression on embeddings, the source of class probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.vectors import Vectors

INVERSE_PENALTY = 10.0
"""scikit-learn's C. Of 1, 3, 10, 30 and 100 it is the best, or within 0.002 of the best, on the validation rows of
CLINC150 and BANKING77 (docs/decisions/0005-linear-probe.md)."""

MAX_ITERATIONS = 1000

TOLERANCE = 1e-4
"""scikit-learn's tol: the fit ends when no component of the gradient is larger."""


@dataclass(frozen=True)
class LinearProbe:
    """A fitted probe: plain numbers, stored without pickle."""

    weights: NDArray[np.float32]
    """Shape (classes, dimensions)."""
    bias: NDArray[np.float32]
    """Shape (classes,)."""
    classes: list[str]

    def probabilities(self, vectors: Vectors) -> NDArray[np.float32]:
        """Class probabilities, shape (n, classes)."""
        logits = vectors @ self.weights.T + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        exponentials: NDArray[np.float32] = np.exp(logits)
        total: NDArray[np.float32] = exponentials.sum(axis=1, keepdims=True)
        return exponentials / total

    def in_order(self, labels: Sequence[str]) -> LinearProbe:
        """The same probe with its classes in the order in which `labels` names them, all of them and maybe more."""
        place = {name: row for row, name in enumerate(self.classes)}
        rows = [place[name] for name in labels if name in place]
        return LinearProbe(
            np.ascontiguousarray(self.weights[rows]),
            np.ascontiguousarray(self.bias[rows]),
            [self.classes[row] for row in rows],
        )

    def save(self, path: Path) -> None:
        """Write the probe as safetensors."""
        import json

        from safetensors.numpy import save_file

        metadata = {"classes": json.dumps(self.classes)}
        save_file({"weights": self.weights, "bias": self.bias}, path, metadata=metadata)


def load_probe(path: Path) -> LinearProbe:
    """Read what `LinearProbe.save` wrote."""
    import json

    from safetensors import safe_open

    with safe_open(path, framework="numpy") as stored:
        classes = json.loads(stored.metadata()["classes"])
        return LinearProbe(stored.get_tensor("weights"), stored.get_tensor("bias"), classes)


def fit_probe(
    vectors: Vectors,
    labels: Sequence[str],
    *,
    inverse_penalty: float = INVERSE_PENALTY,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> LinearProbe:
    """Fit on (n, d) unit vectors and n labels. Labels without a row are not among the classes."""
    from sklearn.linear_model import LogisticRegression

    classes = sorted(set(labels))
    if len(classes) == 1:
        zeros = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return LinearProbe(zeros, np.zeros(1, dtype=np.float32), classes)
    model = LogisticRegression(C=inverse_penalty, max_iter=MAX_ITERATIONS, tol=tolerance, random_state=seed)
    model.fit(vectors, list(labels))
    weights, bias = model.coef_, model.intercept_
    if len(classes) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.vstack([-weights / 2, weights / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return LinearProbe(
        np.ascontiguousarray(weights, dtype=np.float32),  # safetensors writes the buffer as it is in memory
        np.ascontiguousarray(bias, dtype=np.float32),
        [str(c) for c in model.classes_],
    )
