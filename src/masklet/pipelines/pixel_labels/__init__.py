"""A class for every pixel of a video, a folder of frames or single pictures, in a run's folder."""

from masklet.pipelines.pixel_labels.job import SemanticJob, label_pixels

__all__ = ["SemanticJob", "label_pixels"]
