"""Networks of the Hugging Face hub by their official names."""

from __future__ import annotations

import re
from pathlib import Path

from masklet.weights import download_folder, is_offline

_NAME = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w.-]+))?")
_FILES = ("config.json", "model.safetensors", "preprocessor_config.json")


def fetch(name: str) -> Path | None:
    """Return the folder of a repository such as PekingU/rtdetr_r18vd_coco_o365; None of what is no such name.

    A revision may follow: facebook/detr-resnet-50@no_timm. The folder lies in huggingface_hub's own cache. Raise
    WeightsError where it cannot be had, MissingExtraError without huggingface_hub.
    """
    named = _NAME.fullmatch(name)
    if named is None:
        return None
    return download_folder(named[1], _FILES, revision=named[2] or "", offline=is_offline())
