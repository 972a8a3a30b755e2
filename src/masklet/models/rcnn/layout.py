"""What torchvision's files of weights are, and how they go into its networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor, nn

from masklet.core.errors import WeightsError
from masklet.models.rcnn.library import detection
from masklet.weights import file_sha256

_BUILDERS: Mapping[str, tuple[Callable[..., nn.Module], Callable[..., nn.Module]]] = {
    "faster-rcnn": (detection.fasterrcnn_resnet50_fpn, detection.fasterrcnn_resnet50_fpn_v2),
    "mask-rcnn": (detection.maskrcnn_resnet50_fpn, detection.maskrcnn_resnet50_fpn_v2),
}
_CLASSES = "roi_heads.box_predictor.cls_score.weight"
_COUNTS = "num_batches_tracked"
"""Of norms that were trained; not there in those that were frozen, and nothing to a network that only looks."""
_WITHOUT_EPSILON = ("258fb6c6", "bf2d0c1e")
"""How the digests begin of torchvision's files of the first layout, whose frozen norms were trained with none."""


def build(name: str, state: Mapping[str, Tensor], path: Path) -> nn.Module:
    """Return torchvision's network with these weights, of the layout and number of classes they tell.

    Raise WeightsError where they are those of another network.
    """
    is_mask_rcnn = any(key.startswith("roi_heads.mask_head.") for key in state)
    found = "mask-rcnn" if is_mask_rcnn else "faster-rcnn"
    if _CLASSES not in state or state[_CLASSES].ndim != 2:
        raise WeightsError(
            f"Expected weights of torchvision's {name} (ResNet-50, FPN) in {path}, got {len(state)} tensors and "
            f"no {_CLASSES}: is it the file of another network?"
        )
    if found != name:
        raise WeightsError(f"Expected weights of {name} in {path}, got those of {found}.")
    is_second = any(key.startswith("roi_heads.box_head.0.") for key in state)
    network = _BUILDERS[name][is_second](weights=None, weights_backbone=None, num_classes=len(state[_CLASSES]))
    current = {_current_name(key): value for key, value in state.items() if not key.endswith(_COUNTS)}
    _require_same(network, current, name, path)
    network.load_state_dict(current, strict=False, assign=True)
    if not is_second and file_sha256(path).startswith(_WITHOUT_EPSILON):
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 0.0
    return network


def _require_same(network: nn.Module, state: Mapping[str, Tensor], name: str, path: Path) -> None:
    own = {key: tuple(value.shape) for key, value in network.state_dict().items() if not key.endswith(_COUNTS)}
    given = {key: tuple(value.shape) for key, value in state.items()}
    if wrong := [key for key in sorted(own.keys() | given.keys()) if own.get(key) != given.get(key)]:
        raise WeightsError(
            f"Expected the {len(own)} tensors of torchvision's {name} in {path}, got {len(given)}: {wrong[0]} is "
            f"{given.get(wrong[0], 'missing')} in place of {own.get(wrong[0], 'nothing')} "
            f"({len(wrong)} such tensors)."
        )


def _current_name(key: str) -> str:
    """Return the name a tensor has since torchvision 0.13, where single layers became blocks."""
    for old in ("backbone.fpn.inner_blocks.", "backbone.fpn.layer_blocks."):
        if key.startswith(old) and key.count(".") == 4:
            number, _, kind = key.removeprefix(old).partition(".")
            return f"{old}{number}.0.{kind}"
    for kind in ("weight", "bias"):
        if key == f"rpn.head.conv.{kind}":
            return f"rpn.head.conv.0.0.{kind}"
        for layer in range(4):
            if key == f"roi_heads.mask_head.mask_fcn{layer + 1}.{kind}":
                return f"roi_heads.mask_head.{layer}.0.{kind}"
    return key
