"""What OSVOS learns by, offline as a parent and online as a test network.

Shapes: B batch, S scales, H W pixels.
"""

from __future__ import annotations

from torch import Tensor

from masklet.models.layers.balanced import balanced_entropy
from masklet.models.osvos.head import Logits


def osvos_loss(
    logits: Logits,
    truth_BHW: Tensor,
    weight_BHW: Tensor | None = None,
    *,
    sides: float = 0.0,
    balance: float = 1.0,
) -> dict[str, Tensor]:
    """Return `loss`, a scalar, and its parts: the mask's balanced entropy plus `sides` times each scale's.

    weight_BHW says how much a pixel counts (none: all alike, 0: void), `balance` how far the object and what is
    beside it are made to weigh the same (`balanced_entropy`). Logits without the scales' own masks count by the
    mask alone.
    """
    fused = balanced_entropy(logits.fused_BHW.float(), truth_BHW, weight_BHW, balance=balance).mean()
    if not sides or logits.sides_BSHW is None:
        return {"loss": fused}
    scales = logits.sides_BSHW.shape[1]
    of_sides = [
        balanced_entropy(logits.sides_BSHW[:, number].float(), truth_BHW, weight_BHW, balance=balance).mean()
        for number in range(scales)
    ]
    summed = sum(of_sides[1:], of_sides[0])
    return {"loss": fused + sides * summed, "fused": fused, "sides": summed}
