"""Networks that label pixels, small and with weights that nobody trained, and what they are looked at with."""

import numpy as np

from masklet.core.label_space import label_space
from masklet.core.values import Frame

STREET = label_space(
    "street",
    [
        ("road", (128, 64, 128)),
        ("person", (220, 20, 60)),
        ("sky", (70, 130, 180)),
        ("tree", (107, 142, 35)),
        ("car", (0, 0, 142)),
    ],
    things=["person", "car"],
)
SMALL = {
    "espnet": {"p": 1, "q": 1},
    "fcn": {"width": 1 / 16, "deep": 16},
    "feature-pyramid": {"blocks": 1, "width": 4, "levels": 3, "deep": 16, "joined": 12},
    "hrnet": {"widths": (4, 6, 8, 10), "first_width": 4, "first_blocks": 1, "modules": (1, 2, 1), "blocks": 1},
    "pspnet": {"blocks": (1, 1, 2, 1), "width": 4},
    "semantic-s": {"deep": 16, "middle": 12, "fine": 8},
    "unet-semantic": {"width": 4, "levels": 3},
}
"""Settings by which each network is quick to make and to run."""
RELEASED = ("espnet", "hrnet", "pspnet")
"""Those whose authors' files are read."""
EXPORTED = ("espnet", "semantic-s")
"""Those whose graphs are held to the contract."""


def small(name, outputs=5, seed=0, **settings):
    """A small network that tells something of every picture, ready to run."""
    import torch

    from masklet.models.semantic.networks import make_network

    torch.manual_seed(seed)
    network = make_network(name, outputs, {**SMALL[name], **settings})
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.3)
            torch.nn.init.normal_(module.running_mean, std=0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network.eval()


def noise(size_HW, seed=0):
    """A frame of coarse noise."""
    coarse = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    rows, columns = (np.arange(length) * 8 // length for length in size_HW)
    return Frame(0, 0.0, coarse[rows][:, columns])


def save_made_up(name, folder):
    """Write a small network as masklet's training does; it has one output more than classes."""
    from masklet.models.semantic.files import write_semantic

    write_semantic(folder / "own.pt", name, small(name, outputs=6), STREET)
    return folder / "own.pt"


def export_made_up(name, folder):
    """Export a small network."""
    import pytest

    pytest.importorskip("onnx")
    from masklet.models.layers.semantic_card import SemanticCard
    from masklet.models.semantic.export import export
    from masklet.models.semantic.files import own_size

    network = small(name, outputs=6)
    card = SemanticCard(network=name, label_space=STREET, size=own_size(network))
    return export(network, card, folder / "own.onnx")


def save_made_up_release(name, folder):
    """Write a file in the layout of a network's authors."""
    import torch

    from models import semantic_reference as reference

    match name:
        case "espnet":
            state = small("espnet", outputs=20, picture_in_decoder=False).state_dict()
        case "hrnet":
            layout = reference.hrnet_layout((4, 6, 8, 10), 19, first_width=4, first_blocks=1, blocks=1)
            state = {f"model.{key}": value for key, value in reference.random_state(layout).items()}
        case "pspnet":
            layout = reference.pspnet_layout((1, 1, 1, 1), 21, width=4)
            inner = {f"module.{key}": value for key, value in reference.random_state(layout).items()}
            state = {"epoch": 1, "state_dict": inner, "optimizer": {}}
        case "torchvision-fcn":
            from torchvision.models import segmentation

            torch.manual_seed(0)
            network = segmentation.fcn_resnet50(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)
            state = network.state_dict()
    torch.save(state, folder / "released.pth")
    return folder / "released.pth"
