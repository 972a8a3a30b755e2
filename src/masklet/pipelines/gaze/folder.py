"""The folder that a gaze job leaves: a run's folder with a record, tables and pictures of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from masklet.pipelines.gaze.tables import FIXATIONS, OBJECTS, SAMPLES, SEQUENCE, TRANSITIONS
from masklet.pipelines.run_folder import RunFolder
from masklet.sources.write import partial_path


class GazeFolder(RunFolder):
    """Names of everything a job leaves, beside its tables."""

    @property
    def record(self) -> Path:
        """gaze.json: inputs, settings, counts, dwell times, transitions."""
        return self.root / "gaze.json"

    @property
    def timeline(self) -> Path:
        """timeline.png: what was looked at over time."""
        return self.root / "timeline.png"

    def make(self) -> None:
        """Make the folder."""
        self.root.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove what jobs leave here, and nothing else."""
        shutil.rmtree(self.labels, ignore_errors=True)
        tables = (self.root / name for name in (SAMPLES, FIXATIONS, SEQUENCE, OBJECTS, TRANSITIONS))
        pictures = (self.overlay, partial_path(self.overlay), self.sheet, self.timeline)
        for path in (*tables, *pictures, self.record):
            path.unlink(missing_ok=True)
