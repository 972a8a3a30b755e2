"""Classes of pixels held against the truth: figures, failures of three kinds, consistency over time."""

from masklet.evaluation.semantic.consistency import ConsistencyReport, VideoLabels, evaluate_consistency
from masklet.evaluation.semantic.evaluate import (
    PictureScore,
    SemanticReport,
    by_model,
    evaluate_semantic,
    of_folder,
)
from masklet.evaluation.semantic.failures import Failure, FailureConfig, FailureReport, find_failures

__all__ = [
    "ConsistencyReport",
    "Failure",
    "FailureConfig",
    "FailureReport",
    "PictureScore",
    "SemanticReport",
    "VideoLabels",
    "by_model",
    "evaluate_consistency",
    "evaluate_semantic",
    "find_failures",
    "of_folder",
]
