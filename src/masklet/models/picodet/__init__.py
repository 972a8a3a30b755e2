"""PicoDet: boxes of the 80 COCO classes, small and quick (Yu et al., 2021, arXiv:2111.00902)."""

from masklet.models.picodet.detector import PicoDet, PicoDetConfig, load

__all__ = ["PicoDet", "PicoDetConfig", "load"]
