"""Networks of SAM's kind that are small enough to test with; needs torch."""

import torch

from masklet.models.sam.config import SamConfig, TinyViTConfig, ViTConfig
from masklet.models.sam.network import Sam

CELLS = 8
_REST = {"side": 16 * CELLS, "channels": 32, "heads": 2, "hidden": 24}
TINY_SAM = SamConfig(
    encoder=ViTConfig(width=16, depth=2, heads=2, global_blocks=(1,), window=3), title="tiny SAM", **_REST
)
TINY_MOBILE_SAM = SamConfig(
    encoder=TinyViTConfig(widths=(8, 8, 12, 16), depths=(1, 1, 2, 1), heads=(1, 2, 3, 2), windows=(3, 5, 3, 8)),
    title="tiny MobileSAM",
    **_REST,
)


def random_sam(config=TINY_SAM, *, seed=9):
    """A network with random weights that hears every prompt, its scores near one half, ready to use."""
    network = Sam(config).eval()
    torch.manual_seed(seed)
    for name, value in sorted(network.state_dict().items()):
        if name.endswith("running_var"):
            torch.nn.init.uniform_(value, 0.5, 2)
        elif value.is_floating_point():
            is_norm = value.ndim == 1 and name.endswith("weight")
            spread = 1.5 / value[0].numel() ** 0.5 if value.ndim > 1 else 0.3
            torch.nn.init.normal_(value, mean=float(is_norm), std=spread)
    network.mask_decoder.iou_prediction_head.layers[2].weight.data *= 0.1
    network.mask_decoder.iou_prediction_head.layers[2].bias.data[:] = 0.5
    return network
