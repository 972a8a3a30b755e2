"""Keys of cells, and how alike two cells are (the paper's Eq. 3).

Shapes: P cells that ask, M cells that are asked, Q channels of a key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Keys:
    """What cells are found by when remembered, and what they ask with."""

    key_MQ: Tensor
    shrinkage_M: Tensor
    """How sharply a remembered cell is compared (s, 1 or more)."""
    selection_MQ: Tensor
    """How much each channel of the key counts for a cell that asks (e, in 0..1)."""

    def __len__(self) -> int:
        return len(self.key_MQ)

    @cached_property
    def address_MA(self) -> Tensor:
        """What cells are found by, A = 2 Q + 1: its product with a question is their similarity."""
        one_M1 = torch.ones_like(self.key_MQ[:, :1])
        scale_M1 = self.shrinkage_M[:, None] / math.sqrt(self.key_MQ.shape[1])
        return torch.cat([self.key_MQ.square(), self.key_MQ, one_M1], dim=1) * scale_M1

    def question_PA(self) -> Tensor:
        """Return what cells ask with."""
        weighed_PQ = self.selection_MQ * self.key_MQ
        length_P1 = (weighed_PQ * self.key_MQ).sum(dim=1, keepdim=True)
        return torch.cat([-self.selection_MQ, 2 * weighed_PQ, -length_P1], dim=1)

    def rows(self, kept_K: Tensor) -> Keys:
        """Return some of the cells."""
        return Keys(self.key_MQ[kept_K], self.shrinkage_M[kept_K], self.selection_MQ[kept_K])

    def joined(self, other: Keys) -> Keys:
        """Return the cells of both."""
        return Keys(
            torch.cat([self.key_MQ, other.key_MQ]),
            torch.cat([self.shrinkage_M, other.shrinkage_M]),
            torch.cat([self.selection_MQ, other.selection_MQ]),
        )


def similarity(asking: Keys, asked: Keys) -> Tensor:
    """Return similarity_PM = -s_m / sqrt(Q) * sum_q e_pq (k_mq - k_pq)^2, the anisotropic L2 of the paper.

    The division by sqrt(Q) is of the released code. All of it is one product of matrices.
    """
    return asking.question_PA() @ asked.address_MA.mT
