"""R-CNNs of torchvision with weights that nobody trained."""

import pytest

from masklet.core.errors import MissingExtraError


def _why_not():
    try:
        import masklet.models.rcnn.library  # noqa: F401
    except (ModuleNotFoundError, MissingExtraError) as error:
        return f"needs torchvision: {error}"
    return ""


WHY_NOT = _why_not()
needs_torchvision = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


def made_up(name, layout, *, classes=91):
    """A network of torchvision in its first or second layout, in which boxes of any picture score well."""
    import torch
    from torchvision.models import detection

    torch.manual_seed(0)
    kind = {"faster-rcnn": "fasterrcnn", "mask-rcnn": "maskrcnn"}[name]
    builder = getattr(detection, f"{kind}_resnet50_fpn{'_v2' if layout == 2 else ''}")
    network = builder(weights=None, weights_backbone=None, num_classes=classes).eval()
    with torch.no_grad():
        network.roi_heads.box_predictor.cls_score.bias[1:4] += 4
    return network


def looks_closely_at_little(network):
    """Let a network bring pictures to 96 pixels, where 800 would take seconds."""
    network.transform.min_size, network.transform.max_size = (96,), 160


def save_made_up(name, layout, file, *, classes=91):
    import torch

    network = made_up(name, layout, classes=classes)
    torch.save(network.state_dict(), file)
    return network
