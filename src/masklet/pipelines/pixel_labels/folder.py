"""The folder of a labelling run."""

from __future__ import annotations

import shutil
from pathlib import Path

from masklet.formats.label_space import LABELS
from masklet.formats.names import frame_stem
from masklet.pipelines.run_folder import RunFolder


class LabelRunFolder(RunFolder):
    """Names of what a labelling run leaves."""

    @property
    def labels(self) -> Path:
        """labels/: a class PNG for each finished frame."""
        return self.root / LABELS

    @property
    def overlays(self) -> Path:
        """overlays/: single pictures under their labels."""
        return self.root / "overlays"

    def png(self, name: str) -> Path:
        """Return where the labels of a frame lie; raise FormatError for a name that is none."""
        return self.labels / f"{frame_stem(name)}.png"

    def make(self) -> None:
        """Make the folder and the one for labels."""
        self.labels.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove what runs leave here, and nothing else."""
        for folder in (self.labels, self.overlays):
            shutil.rmtree(folder, ignore_errors=True)
        super().clear()
