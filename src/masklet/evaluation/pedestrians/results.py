"""Where a pipeline's results lie: one run for the whole video, or one for each clip.

NAME=FOLDER            FOLDER/masklets.jsonl               the video as a whole
                       FOLDER/ANYTHING_0003/               clip 3 (from 0), its frames counted from 0
several sequences      FOLDER/SEQUENCE/masklets.jsonl
                       FOLDER/SEQUENCE_0003/ or FOLDER/SEQUENCE/ANYTHING_0003/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import EvaluationError
from masklet.formats.records import read_json
from masklet.formats.run import FILE_NAME
from masklet.masklets import Masklets, ObjectMask, open_masklets

RECORD = "run.json"
_CLIP = re.compile(r"(?:(?P<stem>.*)_)?(?P<number>\d+)")


@dataclass(frozen=True, eq=False)
class Run:
    """The masks of a video or of one of its clips, by the video's frames."""

    folder: Path
    masklets: Masklets
    first_frame: int = 0
    """Which frame of the video its frame 0 is."""
    labels: Collection[str] | None = None
    """Only objects of these classes, None: all."""

    def objects(self, index: int) -> Sequence[ObjectMask]:
        """Return the masks in a frame of the video, none of them empty."""
        return [
            item
            for item in self.masklets.objects(index - self.first_frame)
            if item.rle.area and (self.labels is None or item.label in self.labels)
        ]

    def has(self, index: int) -> bool:
        """Say whether a frame of the video was looked at."""
        return index - self.first_frame in self.masklets


@dataclass(frozen=True)
class Pipeline:
    """The folders of one pipeline's runs, by sequence; of one sequence there is a whole run or there are clips."""

    name: str
    root: Path
    whole: Mapping[str, Path]
    clips: Mapping[str, Mapping[int, Path]]

    @property
    def folders(self) -> list[Path]:
        """All of its runs."""
        return [*self.whole.values(), *(path for clips in self.clips.values() for path in clips.values())]


def find_pipeline(name: str, root: Path, sequences: Collection[str]) -> Pipeline:
    """Return where the runs of a pipeline are; raise EvaluationError for a sequence that has none."""
    whole: dict[str, Path] = {}
    clips: dict[str, Mapping[int, Path]] = {}
    alone = len(sequences) == 1
    for sequence in sequences:
        inside = [root, root / sequence] if alone else [root / sequence]
        found = next((folder for folder in inside if (folder / FILE_NAME).is_file()), None)
        if found:
            whole[sequence] = found
            continue
        numbered = [_clips_in(folder, None) for folder in inside] + [_clips_in(root, sequence)]
        clips[sequence] = next((runs for runs in numbered if runs), {})
        if not clips[sequence]:
            raise EvaluationError(
                f"Expected a run of {sequence} (a folder with {FILE_NAME}), or one for each clip in folders like "
                f"{sequence}_0000, in {root} of the pipeline {name}, found none."
            )
    return Pipeline(name, root, whole, clips)


def open_run(folder: Path, first_frame: int, labels: Collection[str] | None = None) -> Run:
    """Return a run whose frame 0 is this frame of the video; raise FormatError for a damaged one."""
    return Run(folder, open_masklets(folder / FILE_NAME), first_frame, labels)


def rate_of_runs(folders: Sequence[Path]) -> float | None:
    """Return how many frames per second the runs did, all together, by their run.json; None where one is silent.

    Frames done before a run was resumed, whose time is not known, do not count.
    """
    frames, seconds = 0.0, 0.0
    for folder in folders:
        record = record_of(folder)
        if not isinstance(record.get("seconds"), int | float) or not isinstance(record.get("frames"), int):
            return None
        frames += record["frames"] - (record.get("frames_before_resume") or 0)
        seconds += record["seconds"]
    return frames / seconds if seconds > 0 else None


def record_of(folder: Path) -> dict[str, Any]:
    """Return a run's run.json, {} where it has none; raise FormatError for a damaged one."""
    path = folder / RECORD
    record = read_json(path).value if path.is_file() else {}
    return record if isinstance(record, dict) else {}


def video_rate(folders: Sequence[Path]) -> float | None:
    """Return the frames per second of the video, as the first run that knows it was told; None where none was."""
    rates = [(record_of(folder).get("input") or {}).get("frames_per_second") for folder in folders]
    return next((float(rate) for rate in rates if rate), None)


def _clips_in(folder: Path, stem: str | None) -> dict[int, Path]:
    """Return the runs of a folder by the number at the end of their names; of one stem, or of any."""
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = _CLIP.fullmatch(path.name)
        if name and (path / FILE_NAME).is_file() and stem in (None, name["stem"]):
            number = int(name["number"])
            if number in found:
                raise EvaluationError(
                    f"Expected one run for each clip in {folder}, got {found[number].name} and {path.name}."
                )
            found[number] = path
    return found
