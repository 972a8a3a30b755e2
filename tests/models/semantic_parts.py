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
    "espnet": {"q": 1},
    "fcn": {"width": 1 / 16, "deep": 16},
    "feature-pyramid": {"blocks": 1, "width": 4, "levels": 3, "deep": 16, "joined": 12},
    "hrnet": {"widths": (4, 6, 8, 10), "first_width": 4, "first_blocks": 1, "modules": (1, 2, 1), "blocks": 1},
    "pspnet": {"blocks": (1, 1, 2, 1), "width": 4},
    "semantic-s": {"deep": 16, "middle": 12, "fine": 8},
    "unet-semantic": {"width": 4, "levels": 3},
}
"""Settings by which each network is quick to make and to run."""


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
