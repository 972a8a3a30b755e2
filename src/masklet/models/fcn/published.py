"""torchvision's own weights of FCN by the names it gives them."""

from __future__ import annotations

import re
from pathlib import Path

from masklet.core.errors import WeightsError
from masklet.models.fcn.library import get_weight
from masklet.models.layers.torchvision_files import fetched

_NAME = re.compile(r"FCN_\w+_Weights\.\w+")


def fetch(name: str) -> Path | None:
    """Return the file of weights such as FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1; None of another name.

    Raise WeightsError for a name that torchvision does not have, or weights that cannot be fetched.
    """
    if not _NAME.fullmatch(name):
        return None
    try:
        address = get_weight(name).url
    except (ValueError, AttributeError, KeyError) as error:
        raise WeightsError(f"Expected the name of weights of torchvision, got {name!r}: {error}.") from error
    return fetched(name, address)
