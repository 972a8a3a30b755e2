"""OSVOS: one network for each object, learned online; every frame is segmented by itself (Caelles et al. 2017)."""

from masklet.models.osvos.config import PAPER, OnlineConfig, OsvosConfig

__all__ = ["PAPER", "OnlineConfig", "OsvosConfig"]
