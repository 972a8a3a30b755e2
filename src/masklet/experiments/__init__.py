"""Pipelines run and measured in one go: what is compared, how it is run, what comes out."""

from masklet.experiments.pedestrians import PipelineRuns, compare_pipelines
from masklet.experiments.setups import DEFAULT_SETUPS, PipelineSetup

__all__ = ["DEFAULT_SETUPS", "PipelineRuns", "PipelineSetup", "compare_pipelines"]
