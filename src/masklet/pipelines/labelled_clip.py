"""What the data engine leaves of one clip: a folder like a run's, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from masklet.core.errors import OutputError
from masklet.formats.output import whole
from masklet.masklets import Masklets, MaskletWriter, ObjectMask
from masklet.pipelines.carrying import Carried
from masklet.pipelines.clip_plan import PlannedClip
from masklet.pipelines.everything import Everything
from masklet.pipelines.run_folder import RunFolder
from masklet.sources import FrameSource
from masklet.sources.export import export_frames

_SUFFIXES = (".json", ".jsonl", ".jpg")
"""Of the files in a clip's folder, which is all that may be replaced."""


@dataclass(frozen=True, eq=False)
class LabelledClip:
    """A clip, what was found on its first frame, how far it could be carried, and the time that took."""

    clip: PlannedClip
    found: Everything
    carried: Carried
    seconds_T: Sequence[float]
    """Of each frame in its source."""
    took_seconds: float

    def masklets(self, *, first_frame: int) -> Masklets:
        """Return the objects of every frame of the clip, whose first one has this index."""
        frames: dict[int, Sequence[ObjectMask]] = {
            first_frame + position: [
                way.masks[position] for way in self.carried.ways.values() if position < len(way.masks)
            ]
            for position in range(len(self.clip.frames))
        }
        return Masklets(self.found.masks.size_HW, frames)

    def figures(self) -> dict[str, Any]:
        """Return counts of what was asked, kept and dropped, and a row for each object kept."""
        dropped: Counter[str] = Counter(self.found.dropped)
        dropped.update(self.carried.losses.values())
        return {
            "frames": len(self.clip.frames),
            "objects": len(self.carried.ways),
            "object_frames": sum(len(way.masks) for way in self.carried.ways.values()),
            "seconds": round(self.took_seconds, 3),
            "prompts": self.found.prompts,
            "covered": self.found.covered,
            "questions": self.found.questions,
            "masks": len(self.found.masks.object_ids),
            "dropped": dict(sorted(dropped.items())),
            "tracks": [self._row(object_id) for object_id in self.carried.ways],
        }

    def _row(self, object_id: int) -> dict[str, Any]:
        position = self.found.masks.object_ids.index(object_id)
        way = self.carried.ways[object_id]
        return {
            "id": object_id,
            "label": self.found.masks.label_of(position),
            "frames": len(way.masks),
            "score": round(float(self.found.masks.scores_N[position]), 4),
            "stability": round(float(self.found.stability_N[position]), 4),
            "agreement": round(way.agreement, 4),
        }


def write_clip(
    labelled: LabelledClip,
    source: FrameSource,
    folder: Path,
    *,
    record: Mapping[str, Any],
    export: bool,
    overwrite: bool,
) -> dict[str, Any]:
    """Write masklets.jsonl, run.json and, to export, frames/ as JPEGs; return what run.json says.

    The folder appears whole or not at all. `record` is what run.json says beside the figures. Masks count the
    frames of the source, or the exported ones from 0.
    """
    clip = labelled.clip
    first_frame = 0 if export else clip.frames.start
    masklets = labelled.masklets(first_frame=first_frame)
    full_record = {
        "status": "done",
        **record,
        "input": _input(clip, source, uri=str(folder / "frames") if export else clip.source),
        "origin": {"uri": clip.source, "first_frame": clip.frames.start},
        **labelled.figures(),
    }
    with whole(folder, overwrite=overwrite, suffixes=_SUFFIXES) as target:
        target.mkdir()
        if export:
            for _ in export_frames(source, target / "frames", span=clip.frames):
                pass
        with MaskletWriter(target / "masklets.jsonl") as writer:
            for index, seconds, masks in zip(clip.frames, labelled.seconds_T, masklets, strict=True):
                writer.append(masks, seconds=seconds, name=source.frame_name(index))
        RunFolder(target).write_record(full_record)
    return full_record


def finished_record(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what run.json says of a clip that is there already, None where there is none.

    Raise OutputError where it was labelled with other settings, or is something else.
    """
    if not folder.exists():
        return None
    record = RunFolder(folder).read_record()
    recorded = record.get("settings", {})
    others = sorted(name for name in {*recorded, *settings} if recorded.get(name) != settings.get(name))
    if others:
        raise OutputError(
            f"Expected the settings {folder} was labelled with, got others for {', '.join(others)}; "
            "give the same ones, or replace it by --overwrite."
        )
    return record


def _input(clip: PlannedClip, source: FrameSource, *, uri: str) -> dict[str, Any]:
    exported = uri != clip.source
    return {
        "uri": uri,
        "size_HW": list(source.info.size_HW),
        "frames": len(clip.frames) if exported else source.info.frame_count,
        "frames_per_second": source.info.frames_per_second,
    }
