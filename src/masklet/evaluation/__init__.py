"""The protocol of each benchmark: datasets and predictions in, a table out."""

from masklet.evaluation.davis import DavisReport, evaluate_davis
from masklet.evaluation.mot import MotReport, evaluate_mot
from masklet.evaluation.youtube_vos import YoutubeVosReport, evaluate_youtube_vos

__all__ = [
    "DavisReport",
    "MotReport",
    "YoutubeVosReport",
    "evaluate_davis",
    "evaluate_mot",
    "evaluate_youtube_vos",
]
