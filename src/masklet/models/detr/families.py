"""The architectures that are known here: how each looks at a picture and what its scores mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from masklet.models.detr.look import Look

_SQUARE = Look(height=640, width=640, multiple=32)
_SIDES = Look(shortest=800, longest=1333, normalise=True)


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """One `model_type` of transformers."""

    look: Look | None
    """Where no preprocessor_config.json says otherwise; None: it has to."""
    softmax: bool = False
    """Whether a query has one class, the last of the scores being none; else every class scores by itself."""
    best: int | None = None
    """Pairs of query and class that are kept; None: as many as there are queries."""
    masked: bool = False
    """Whether it is told which pixels belong to the picture."""


_DETR = Architecture(look=_SIDES, softmax=True, masked=True)
_QUERY_BY_CLASS = Architecture(look=_SIDES, best=100, masked=True)

FAMILIES: Mapping[str, Mapping[str, Architecture]] = {
    "rt-detr": dict.fromkeys(("rt_detr", "rt_detr_v2"), Architecture(look=_SQUARE)),
    "d-fine": {"d_fine": Architecture(look=_SQUARE)},
    "detr": {
        "detr": _DETR,
        "conditional_detr": _QUERY_BY_CLASS,
        "deformable_detr": _QUERY_BY_CLASS,
        "dab-detr": _QUERY_BY_CLASS,
        "yolos": Architecture(look=Look(shortest=800, longest=1333, normalise=True, multiple=16), softmax=True),
    },
    "rf-detr": {"rf_detr": Architecture(look=None, masked=True)},
}
"""By the names of `masklet.models.MODELS`, then by `model_type` of config.json."""
