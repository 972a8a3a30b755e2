"""A street drawn in boxes: people of the truth, and masks that follow them as well as a test wants.

A box is x y width height; a track says in which frames it is where: {range(0, 10): BOX} or {3: BOX}.
The picture is 100 x 60, the rate 10 frames per second.
"""

from pathlib import Path

import numpy as np

from masklet.core.boxes import mask_of_box
from masklet.core.values import FrameMasks
from masklet.evaluation.pedestrians.clips import ClipSpan
from masklet.evaluation.pedestrians.definitions import Definitions
from masklet.evaluation.pedestrians.measure import measure_clip
from masklet.evaluation.pedestrians.people import BoxPeople, MaskPeople
from masklet.evaluation.pedestrians.results import Run
from masklet.masklets import BoxTracks, FrameBoxes, Masklets, MaskletWriter

SIZE_HW = (60, 100)
RATE = 10
LEFT, MIDDLE, RIGHT = (10, 10, 10, 30), (40, 10, 10, 30), (70, 10, 10, 30)


def at_frame(track, index):
    """The box of a track in a frame, None where it has none."""
    for frames, box in track.items():
        if index in (frames if isinstance(frames, range) else (frames,)):
            return box
    return None


def xyxy(box):
    x, y, width, height = box
    return (x, y, x + width, y + height)


def boxes(tracks, frames=10):
    """Tracks of boxes, by id."""

    def frame_boxes(index):
        seen = {name: at_frame(track, index) for name, track in tracks.items() if at_frame(track, index)}
        boxes_N4 = np.array([xyxy(box) for box in seen.values()], dtype=float).reshape(-1, 4)
        return FrameBoxes(tuple(seen), boxes_N4, np.ones(len(seen)), (None,) * len(seen))

    return BoxTracks({index: frame_boxes(index) for index in range(frames)})


def frame_masks(tracks, index):
    """The boxes of a frame as masks; a list of boxes is one mask of several parts."""
    seen = {name: at_frame(track, index) for name, track in tracks.items() if at_frame(track, index)}
    masks_NHW = np.zeros((len(seen), *SIZE_HW), dtype=bool)
    for mask_HW, parts in zip(masks_NHW, seen.values(), strict=True):
        for part in parts if isinstance(parts, list) else [parts]:
            mask_HW |= mask_of_box(xyxy(part), SIZE_HW)
    return FrameMasks(index, tuple(seen), masks_NHW, np.ones(len(seen)), ("person",) * len(seen))


def masks(tracks, frames=10):
    """Tracks as masklets."""
    return Masklets.from_frame_masks(SIZE_HW, (frame_masks(tracks, index) for index in range(frames)))


def measured(truth, tracks, *, frames=10, as_masks=False, **choices):
    """What comes out when these tracks are held against this truth, as one clip."""
    people = MaskPeople(masks(truth, frames)) if as_masks else BoxPeople(boxes(truth, frames), SIZE_HW)
    return measure_clip(
        "street",
        people,
        ClipSpan(0, range(frames)),
        Run(Path("run"), masks(tracks, frames)),
        compare="mask" if as_masks else choices.pop("compare", "box"),
        definitions=Definitions(**{"gap_seconds": 0.3, **choices}),
        frames_per_second=RATE,
    )


def write_truth(path, tracks, frames=10):
    """The truth as a MOT text."""
    from masklet.formats.mot import write_mot

    path.parent.mkdir(parents=True, exist_ok=True)
    write_mot(boxes(tracks, frames), path)
    return path


def write_run(folder, tracks, frames=10, *, record='{"frames": 10, "seconds": 2.0}'):
    """A run's folder; its frames are counted from 0."""
    folder.mkdir(parents=True)
    with MaskletWriter(folder / "masklets.jsonl") as file:
        for index in range(frames):
            file.append(frame_masks(tracks, index), seconds=index / RATE, name=f"{index:05d}")
    if record:
        (folder / "run.json").write_text(record)
    return folder
