"""The part of an encoder's loss that a teacher adds: the divergence from its class probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class TeacherTargets:
    """What a teacher says about the train rows, and how much it counts (Hinton et al. 2015)."""

    probabilities: Tensor
    """Shape (train rows, classes), at the temperature."""
    weight: float
    """Of the teacher in the loss, 0 to 1; the labels have the rest."""
    temperature: float
    """Divides the logits of both before they are compared."""

    def loss(self, logits: Tensor, rows: Tensor, *, cross_entropy: Tensor) -> Tensor:
        """The loss of a batch of train rows, from its cross-entropy with the labels.

        The gradient of the divergence falls with the square of the temperature, which is multiplied in again.
        """
        wanted = self.probabilities[rows.to(self.probabilities.device)].to(logits.device)
        stated = functional.log_softmax(logits / self.temperature, dim=-1)
        divergence = functional.kl_div(stated, wanted, reduction="batchmean")
        return (1 - self.weight) * cross_entropy + self.weight * self.temperature**2 * divergence
