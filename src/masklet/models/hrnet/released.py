"""The authors' files of HRNet for labels: a plain state dict or {'state_dict': ...}, as their training wrote it.

Names begin with `model.`, and the weights of the classes in the loss lie beside the network's (`loss.criterion.`).
How features are enlarged is in no file, see `HrnetConfig.align_corners`.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from masklet.core.errors import WeightsError
from masklet.models.hrnet.network import Hrnet, HrnetConfig
from masklet.models.layers.released import ReleasedSemantic, numbered, with_counts, without_prefix
from masklet.models.layers.semantic_config import SemanticConfig
from masklet.models.layers.state_files import load_strictly

_LAST = "last_layer.3.weight"
_LOSS = "loss."


def released(state: dict[str, Tensor], path: Path, config: SemanticConfig) -> ReleasedSemantic:
    """Return the network of the authors' file, of any of their sizes, which names and shapes tell.

    Raise WeightsError where they are those of another network, as one with OCR.
    """
    bare = without_prefix({name: value for name, value in state.items() if not name.startswith(_LOSS)}, "module.")
    names = without_prefix({name: value for name, value in bare.items() if not name.startswith(_LOSS)}, "model.")
    if _LAST not in names or names[_LAST].ndim != 4:
        ocr = " with OCR" if any(name.startswith("ocr_") for name in names) else ""
        raise WeightsError(
            f"Expected weights of HRNet for labels in {path}, got {len(state)} tensors without {_LAST}: "
            f"are they those of another network{ocr}?"
        )
    network = Hrnet(len(names[_LAST]), _config(names, path, align_corners=bool(config.align_corners)))
    load_strictly(network, with_counts(names, network.state_dict()), title="HRNet", path=path)
    return ReleasedSemantic(network)


def _config(names: dict[str, Tensor], path: Path, *, align_corners: bool) -> HrnetConfig:
    try:
        widths = [len(names[f"stage4.0.branches.{level}.0.conv1.weight"]) for level in range(4)]
        first_width = len(names["layer1.0.conv1.weight"])
    except KeyError as error:
        raise WeightsError(f"Expected weights of HRNet in {path}, got none of {error}.") from None
    modules = [numbered(names, f"stage{stage}.") for stage in (2, 3, 4)]
    return HrnetConfig(
        widths=(widths[0], widths[1], widths[2], widths[3]),
        first_width=first_width,
        first_blocks=numbered(names, "layer1."),
        modules=(modules[0], modules[1], modules[2]),
        blocks=numbered(names, "stage2.0.branches.0."),
        align_corners=align_corners,
    )
