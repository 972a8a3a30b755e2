"""torchvision's own weights by the names it gives them."""

from __future__ import annotations

import re
from pathlib import Path

from masklet.core.errors import WeightsError
from masklet.models.layers.torchvision_files import fetched
from masklet.models.rcnn.library import get_weight

_NAME = re.compile(r"(Faster|Mask)RCNN_\w+_Weights\.\w+")


def fetch(name: str) -> Path | None:
    """Return the file of weights such as MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1; None of what is no such name.

    It lies in the cache of torch.hub; the digest in its name is checked. Raise WeightsError for a name that
    torchvision does not have, or weights that cannot be fetched.
    """
    if not _NAME.fullmatch(name):
        return None
    try:
        address = get_weight(name).url
    except (ValueError, AttributeError, KeyError) as error:
        raise WeightsError(f"Expected the name of weights of torchvision, got {name!r}: {error}.") from error
    return fetched(name, address)
