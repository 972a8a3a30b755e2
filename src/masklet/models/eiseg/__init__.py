"""EISeg: clicks, boxes and masks to masks (Hao et al., 2022, arXiv:2210.08788; Sofiiuk et al., 2021)."""

from masklet.models.eiseg.segmenter import EISeg, EISegConfig, load

__all__ = ["EISeg", "EISegConfig", "load"]
