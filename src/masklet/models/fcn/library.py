"""torchvision, which has to be built for the torch that is here."""

from __future__ import annotations

import torch

from masklet.core.errors import MissingExtraError

try:
    from torchvision.models import get_weight, segmentation
except ModuleNotFoundError:
    raise
except (ImportError, RuntimeError, OSError) as error:
    raise MissingExtraError(
        f"torchvision was not built for the torch {torch.__version__} that is here ({error}), take both from one "
        "index; this network",
        extra="torch",
    ) from error

__all__ = ["get_weight", "segmentation"]
