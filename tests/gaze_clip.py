"""A made-up recording in which it is known what is looked at: two people and a dog on a road under the sky.

Everything is drawn from numbers, so that masks, label maps and the object under any point are exact. The eye
rests on one thing after the other and jumps between; the tracker is off by up to its error radius, and has a
clock of its own.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from masklet.core.label_space import LabelSpace, label_space
from masklet.core.values import FrameMasks
from masklet.formats.class_png import write_class_png
from masklet.formats.label_space import write_label_space
from masklet.masklets import Masklets, MaskletWriter
from masklet.render import write_picture

HEIGHT, WIDTH, FRAMES, RATE = 120, 160, 50, 25
HERTZ, RADIUS = 200, 6.0
BEGAN = 1_700_000_000_000_000_000
"""Of the recording, in nanoseconds."""
SPACE: LabelSpace = label_space(
    "street", [("road", (128, 64, 128)), ("sky", (70, 130, 180)), ("person", (220, 20, 60)), ("dog", (90, 60, 10))]
)
CLASS_OF = {1: "person", 2: "person", 3: "dog"}


def boxes(frame: int) -> dict[int, tuple[int, int, int, int]]:
    """Where the objects are, by id; the dog leaves after frame 35."""
    at = {1: (8 + frame // 2, 45, 34 + frame // 2, 105), 2: (110 - frame // 2, 40, 140 - frame // 2, 100)}
    return at | ({3: (60, 85, 88, 115)} if frame < 36 else {})


def owners(frame: int) -> np.ndarray:
    """owner_HW: an object's id, 0 the road, -1 the sky."""
    owner_HW = np.zeros((HEIGHT, WIDTH), int)
    owner_HW[:35] = -1
    for object_id, (x1, y1, x2, y2) in boxes(frame).items():
        owner_HW[y1:y2, x1:x2] = object_id
    return owner_HW


def masks_of(frame: int, *, named: bool = True) -> FrameMasks:
    ids = tuple(boxes(frame))
    masks_NHW = np.stack([owners(frame) == object_id for object_id in ids])
    labels = tuple(CLASS_OF[object_id] for object_id in ids) if named else ()
    return FrameMasks(frame, ids, masks_NHW, np.full(len(ids), 0.9), labels)


def class_map(frame: int) -> np.ndarray:
    owner_HW = owners(frame)
    values = {-1: "sky", 0: "road", **CLASS_OF}
    return np.select([owner_HW == owner for owner in values], [SPACE.value(name) for name in values.values()])


@dataclass(frozen=True)
class Truth:
    """Of every sample: the frame, where the eye truly looked, at whom, and how far that is from any border."""

    frame_S: np.ndarray
    xy_S2: np.ndarray
    owner_S: np.ndarray
    depth_S: np.ndarray


def write_recording(folder: Path, *, seed: int = 0) -> Truth:
    """Write frames/, masks.jsonl, unnamed.jsonl, labels/ and export/ (Pupil Cloud's); return the truth."""
    random = np.random.default_rng(seed)
    (folder / "frames").mkdir(parents=True)
    (folder / "labels").mkdir()
    write_label_space(SPACE, folder / "labels/label_space.json")
    for frame in range(FRAMES):
        picture_HW3 = SPACE.palette_256x3[class_map(frame)]
        write_picture(folder / f"frames/{frame:05d}.png", picture_HW3)
        write_class_png(folder / f"labels/{frame:05d}.png", class_map(frame).astype(np.uint8), SPACE)
    for name, named in (("masks", True), ("unnamed", False)):
        masklets = Masklets.from_frame_masks(
            (HEIGHT, WIDTH), (masks_of(frame, named=named) for frame in range(FRAMES))
        )
        with MaskletWriter(folder / f"{name}.jsonl") as writer:
            for masks in masklets:
                writer.append(masks, seconds=masks.frame_index / RATE, name=f"{masks.frame_index:05d}")
    return _write_gaze(folder / "export", random)


def _write_gaze(folder: Path, random: np.random.Generator) -> Truth:
    folder.mkdir()
    frame_seconds = np.arange(FRAMES) / RATE * 1.02 + random.uniform(-0.004, 0.004, FRAMES)  # a pace of its own
    count = int(frame_seconds[-1] * HERTZ)
    seconds_S = frame_seconds[0] + np.arange(count) / HERTZ
    frame_S = np.abs(seconds_S[:, None] - frame_seconds).argmin(axis=1)
    rests = np.repeat([_somewhere_on(turn, random) for turn in range(count // 30 + 1)], 30, axis=0)[:count]
    true_S2 = np.clip(rests + random.normal(0, 0.4, (count, 2)), 0, [WIDTH - 0.01, HEIGHT - 0.01])
    angle_S, off_S = random.uniform(0, 2 * np.pi, count), (RADIUS - 1) * np.sqrt(random.uniform(0, 1, count))
    seen_S2 = true_S2 + off_S[:, None] * np.stack([np.cos(angle_S), np.sin(angle_S)], axis=1)
    nanoseconds_S, frames_T = (BEGAN + (values * 1e9).astype(np.int64) for values in (seconds_S, frame_seconds))
    rows = "".join(
        f"s,r,{time},{x:.3f},{y:.3f},1.0,,\n" for time, (x, y) in zip(nanoseconds_S, seen_S2, strict=True)
    )
    header = "section id,recording id,timestamp [ns],gaze x [px],gaze y [px],worn,fixation id,blink id\n"
    (folder / "gaze.csv").write_text(header + rows)
    times = "".join(f"s,r,{time}\n" for time in frames_T)
    (folder / "world_timestamps.csv").write_text("section id,recording id,timestamp [ns]\n" + times)
    pixels_S2 = np.floor(true_S2).astype(int)
    owner_S, depth_S = np.zeros(count, int), np.zeros(count)
    for frame in range(FRAMES):
        here = frame_S == frame
        x, y = pixels_S2[here].T
        owner_S[here], depth_S[here] = owners(frame)[y, x], _depth(owners(frame))[y, x]
    return Truth(frame_S, true_S2, owner_S, depth_S)


def _somewhere_on(turn: int, random: np.random.Generator) -> tuple[float, float]:
    """A pixel of whoever's turn it is, while the eye rests for the turn'th time."""
    frame = min(int((turn + 0.5) * 30 / HERTZ * RATE), FRAMES - 1)
    owner_HW = owners(frame)
    ids = (1, 2, -1, 3, 1, 0)
    wanted = next(ids[place % 6] for place in range(turn, turn + 6) if (owner_HW == ids[place % 6]).any())
    y, x = np.nonzero(owner_HW == wanted)
    place = random.integers(len(x))
    return x[place] + 0.5, y[place] + 0.5


def _depth(owner_HW: np.ndarray) -> np.ndarray:
    """How far each pixel is from the nearest one that is somebody else's."""
    depth_HW = np.zeros(owner_HW.shape)
    for owner in np.unique(owner_HW):
        inside_HW = (owner_HW == owner).astype(np.uint8)
        depth_HW += inside_HW * cv2.distanceTransform(inside_HW, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return depth_HW
