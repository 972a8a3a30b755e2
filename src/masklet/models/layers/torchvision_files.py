"""torchvision's own files of weights, by their addresses."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch

from masklet.core.errors import WeightsError
from masklet.weights import is_offline

_DIGEST = re.compile(r"-([0-9a-f]{8,})\.pth$")


def fetched(name: str, address: str) -> Path:
    """Return where the file at an address lies, in the cache of torch.hub; the digest in its name is checked.

    Raise WeightsError, with the name of the weights, where it cannot be fetched.
    """
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
