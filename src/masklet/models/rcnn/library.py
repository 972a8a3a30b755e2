"""torchvision, which has to be built for the torch that is here."""

from __future__ import annotations

import torch

from masklet.core.errors import MissingExtraError

try:
    import torchvision
    from torchvision.models import detection, get_weight
except ModuleNotFoundError:
    raise
except (ImportError, RuntimeError, OSError) as error:
    raise MissingExtraError(
        f"torchvision was not built for the torch {torch.__version__} that is here ({error}), take both from one "
        "index; this network",
        extra="torch",
    ) from error

__all__ = ["detection", "get_weight", "torchvision"]
