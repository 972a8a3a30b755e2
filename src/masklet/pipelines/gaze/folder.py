"""The folder that a gaze job leaves: what lies where, when it may be begun and gone on with."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import OutputError
from masklet.core.files import write_whole
from masklet.pipelines.gaze.tables import FIXATIONS, OBJECTS, SAMPLES, SEQUENCE, TRANSITIONS
from masklet.pipelines.run_folder import require_same, writing_to
from masklet.sources.write import partial_path


@dataclass(frozen=True)
class GazeFolder:
    """Names of everything a job leaves, beside its tables."""

    root: Path

    @property
    def record(self) -> Path:
        """gaze.json: inputs, settings, counts, dwell times, transitions."""
        return self.root / "gaze.json"

    @property
    def labels(self) -> Path:
        """labels/: label maps that a model made of the frames that are looked at."""
        return self.root / "labels"

    @property
    def overlay(self) -> Path:
        """overlay.mp4: the video with the look drawn in."""
        return self.root / "overlay.mp4"

    @property
    def sheet(self) -> Path:
        """sheet.png: a few frames of it."""
        return self.root / "sheet.png"

    @property
    def timeline(self) -> Path:
        """timeline.png: what was looked at over time."""
        return self.root / "timeline.png"

    def read_record(self) -> dict[str, Any]:
        """Return gaze.json; raise OutputError where it is none."""
        try:
            record: dict[str, Any] = json.loads(self.record.read_text())
        except (OSError, ValueError) as error:
            raise OutputError(f"Expected the results of a gaze job in {self.root}, found none.") from error
        return record

    def write_record(self, record: dict[str, Any]) -> None:
        """Write gaze.json, whole or not at all."""
        write_whole(self.record, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())

    def clear(self) -> None:
        """Remove what jobs leave here, and nothing else."""
        shutil.rmtree(self.labels, ignore_errors=True)
        names = (SAMPLES, FIXATIONS, SEQUENCE, OBJECTS, TRANSITIONS)
        for path in (
            *(self.root / name for name in names),
            self.overlay,
            partial_path(self.overlay),
            self.sheet,
            self.timeline,
            self.record,
        ):
            path.unlink(missing_ok=True)


def require_free(root: Path, *, overwrite: bool, resume: bool) -> None:
    """Raise OutputError where a job cannot be begun in a folder without losing something."""
    if root.exists() and not root.is_dir():
        raise OutputError(f"Expected a folder for the results at {root}, there is a file of that name.")
    if not root.is_dir() or not any(root.iterdir()):
        return
    if not GazeFolder(root).record.exists():
        raise OutputError(
            f"Expected a new or empty folder, {root} holds files that no gaze job made; choose another folder."
        )
    if not (overwrite or resume):
        raise OutputError(
            f"Expected a new folder, {root} holds results already; go on with them by --resume or replace them by "
            "--overwrite."
        )


def begin(
    root: Path, settings: dict[str, Any], *, overwrite: bool, resume: bool
) -> tuple[GazeFolder, dict[str, Any]]:
    """Return the folder and its record, made ready: new, emptied (overwrite), or as it was left (resume)."""
    folder = GazeFolder(root)
    require_free(root, overwrite=overwrite, resume=resume)
    with writing_to(root):
        if resume and folder.record.exists():
            record = folder.read_record()
            require_same(record.get("settings", {}), settings, root)
            return folder, record
        if overwrite:
            folder.clear()
        root.mkdir(parents=True, exist_ok=True)
        record = {"status": "running", "settings": settings}
        folder.write_record(record)
    return folder, record
