"""Files of OSVOS's networks.

Shapes and names are those of the modules: of VGG16 as released, of MobileNetV2 as the recipe osvos writes them.
"""

from __future__ import annotations

import io
from pathlib import Path

import torch

from masklet.core.errors import WeightsError
from masklet.core.files import write_whole
from masklet.models.layers.state_files import load_strictly, read_state
from masklet.models.osvos.head import OsvosNetwork
from masklet.models.osvos.mobile import MobileOsvos
from masklet.models.osvos.vgg import VggOsvos


def read_network(path: Path) -> OsvosNetwork:
    """Return the network of a file, VGG16 or mobile by its names; raise WeightsError where it is neither."""
    state = read_state(path)
    network: OsvosNetwork
    if "stages.0.0.weight" in state:
        network, title = VggOsvos(), "OSVOS on VGG16"
    elif "backbone.stem.weight" in state:
        network, title = MobileOsvos(), "OSVOS on MobileNetV2"
    else:
        raise WeightsError(
            f"Expected weights of OSVOS in {path}, on VGG16 (stages.0.0.weight) or MobileNetV2 "
            f"(backbone.stem.weight), got {len(state)} tensors of another network."
        )
    load_strictly(network, state, title=title, path=path)
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def write_network(network: OsvosNetwork, path: Path, *, half: bool = False) -> None:
    """Write a network as `read_network` takes it, whole or not at all; `half` at half precision.

    Raise OutputError where that fails.
    """
    state = {name: value.detach().cpu() for name, value in network.state_dict().items()}
    buffer = io.BytesIO()
    torch.save({name: value.half() if half else value for name, value in state.items()}, buffer)
    write_whole(path, buffer.getvalue())
