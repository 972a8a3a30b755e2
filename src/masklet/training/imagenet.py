"""The ImageNet weights that a backbone starts from."""

from __future__ import annotations

from pathlib import Path

MOBILENET_V2 = "mobilenet-v2"


def fetch_backbone(name: str = MOBILENET_V2) -> None:
    """Have weights of that name in the cache of weights; raise WeightsError where they cannot be had."""
    from masklet.weights import resolve

    resolve(name, None)


def fetched_backbone(name: str = MOBILENET_V2) -> Path | None:
    """Return where they lie; None where they were not fetched, or only torch is installed."""
    try:
        from masklet.weights import cached_path, find_weight
    except ImportError:
        return None
    weight = find_weight(name)
    path = cached_path(weight, weight.files[0])
    return path if path.exists() else None
