"""masklet-s: the small matching network that masklet trains, ships and follows objects with.

Running it (`tracker`, `session`) needs no torch; training and exporting it (`network`, `export`) need only torch.
"""

from masklet.models.masklet_s.config import MaskletSConfig, SessionConfig

__all__ = ["MaskletSConfig", "SessionConfig"]
