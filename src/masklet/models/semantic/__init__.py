"""Networks that label pixels: made by name, read from and written to files, run, exported.

`networks` needs no torch.
"""

from masklet.models.semantic.networks import NETWORKS

__all__ = ["NETWORKS"]
