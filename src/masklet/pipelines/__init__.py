"""Detector, segmenter and tracker put together; a strategy is itself a tracker."""

from masklet.pipelines.hybrid import Hybrid
from masklet.pipelines.hybrid_config import HybridConfig
from masklet.pipelines.job import Extras, run
from masklet.pipelines.per_frame import PerFrame, PerFrameConfig
from masklet.pipelines.prompted import Prompted
from masklet.pipelines.run_folder import RunFolder
from masklet.pipelines.settings import TrackJob
from masklet.pipelines.strategies import STRATEGIES

__all__ = [
    "STRATEGIES",
    "Extras",
    "Hybrid",
    "HybridConfig",
    "PerFrame",
    "PerFrameConfig",
    "Prompted",
    "RunFolder",
    "TrackJob",
    "run",
]
