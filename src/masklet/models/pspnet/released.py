"""The files of semseg: {'epoch', 'state_dict', 'optimizer'}, names after `module.`, with the auxiliary head."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.models.layers.released import ReleasedSemantic, numbered, with_counts, without_prefix
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.state_files import load_strictly
from masklet.models.pspnet.network import Pspnet, PspnetConfig

_FIRST, _LAST = "layer0.0.weight", "cls.4.weight"


def released(state: dict[str, Tensor], path: Path, config: SemanticConfig) -> ReleasedSemantic:  # noqa: ARG001
    """Return the network of the authors' file; its depth is told by its names.

    Raise WeightsError where they are those of another network, as of a ResNet with the usual stem.
    """
    names = without_prefix(state, "module.")
    if _FIRST not in names or _LAST not in names:
        raise WeightsError(
            f"Expected weights of PSPNet in the layout of semseg (layer0 to layer4, ppm, cls, aux) in {path}, got "
            f"{len(state)} tensors of another; those of other libraries have one convolution for a stem."
        )
    blocks = [numbered(names, f"layer{stage}.") for stage in (1, 2, 3, 4)]
    told = PspnetConfig(blocks=(blocks[0], blocks[1], blocks[2], blocks[3]), width=len(names[_FIRST]))
    network = Pspnet(len(names[_LAST]), told)
    load_strictly(network, with_counts(names, network.state_dict()), title="PSPNet", path=path)
    return ReleasedSemantic(network)
