"""Pipelines that follow pedestrians, measured clip by clip: the tables of P0, the causes of loss, failures."""

from masklet.evaluation.pedestrians.clips import ClipLengths
from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.evaluation.pedestrians.evaluate import evaluate_pedestrians
from masklet.evaluation.pedestrians.report import PedestrianReport, PipelineReport

__all__ = ["ClipLengths", "Definitions", "PedestrianReport", "PipelineReport", "evaluate_pedestrians"]
