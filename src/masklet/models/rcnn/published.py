"""torchvision's own weights by the names it gives them."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch

from masklet.core.errors import WeightsError
from masklet.models.rcnn.library import get_weight
from masklet.weights import is_offline

_NAME = re.compile(r"(Faster|Mask)RCNN_\w+_Weights\.\w+")
_DIGEST = re.compile(r"-([0-9a-f]{8,})\.pth$")


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
    file = PurePosixPath(urlsplit(address).path).name
    path = Path(torch.hub.get_dir()) / "checkpoints" / file
    if path.is_file():
        return path
    if is_offline():
        raise WeightsError(f"Expected {file} ({name}) in {path.parent}, got none, and the network is off.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = _DIGEST.search(file)
        torch.hub.download_url_to_file(address, str(path), digest and digest[1], progress=False)
    except (OSError, RuntimeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise WeightsError(
            f"Expected to fetch {file} ({name}) into {path.parent}, got: {reason}. --weights takes a file too."
        ) from error
    return path
