"""The authors' files (`espnet_p_2_q_8.pth`): plain state dicts, of ESPNet or, without its decoder, of ESPNet-C."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.models.espnet.network import (
    CITYSCAPES_DEVIATION_BGR_3,
    CITYSCAPES_MEAN_BGR_3,
    EspnetConfig,
    espnet,
)
from masklet.models.layers.released import ReleasedSemantic, numbered, with_counts, without_traces
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.state_files import load_strictly

_OF_CAMVID = (11, 12)
"""Outputs of a network for CamVid."""
_CAMVID_MEAN_BGR_3 = (110.25, 108.29, 105.0)
_CAMVID_DEVIATION_BGR_3 = (71.99, 72.55, 69.82)
"""Of CamVid's training pictures at 480x360, taken as the authors' code takes them; they do not tell theirs."""
_SHORTER_SIDES = {True: 360, False: 512}
"""Pixels: their networks see CamVid at 480x360, Cityscapes at 1024x512."""


def released(state: dict[str, Tensor], path: Path, config: SemanticConfig) -> ReleasedSemantic:  # noqa: ARG001
    """Return the network of the authors' file; which of them it is, is told by names and shapes.

    Raise WeightsError where they are those of another network.
    """
    has_decoder = "level3_C.conv.weight" in state
    names = dict(state) if has_decoder else {f"encoder.{name}": value for name, value in state.items()}
    last = names.get("encoder.classifier.conv.weight")
    if last is None or last.ndim != 4:
        raise WeightsError(
            f"Expected weights of ESPNet in {path}, got {len(state)} tensors without its classifier: "
            "are they those of another network?"
        )
    outputs = last.shape[0]
    joined = names["conv.conv.weight"].shape[1] if has_decoder and "conv.conv.weight" in names else 0
    is_of_camvid = outputs in _OF_CAMVID
    told = EspnetConfig(
        p=numbered(names, "encoder.level2."),
        q=numbered(names, "encoder.level3."),
        decoder=has_decoder,
        picture_in_decoder=joined != outputs + 16,
        mean_bgr=_CAMVID_MEAN_BGR_3 if is_of_camvid else CITYSCAPES_MEAN_BGR_3,
        deviation_bgr=_CAMVID_DEVIATION_BGR_3 if is_of_camvid else CITYSCAPES_DEVIATION_BGR_3,
    )
    network = espnet(outputs, told)
    given = with_counts(without_traces(names), network.state_dict())
    load_strictly(network, given, title="ESPNet", path=path)
    return ReleasedSemantic(network, _SHORTER_SIDES[is_of_camvid])
