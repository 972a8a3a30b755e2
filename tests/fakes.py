"""A painted world in which networks are not needed: every object is a rectangle of a colour of its own.

The fakes keep the real protocols, so pipelines and runs are tested as they are, without weights.
"""

from __future__ import annotations

import numpy as np

from masklet.core.boxes import box_of_mask
from masklet.core.errors import PromptError
from masklet.core.values import Box, Detections, Frame, FrameMasks, MaskPrompt, Points

GROUND = (90, 90, 90)
RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (40, 60, 230)


def paint(rectangles, *, size_HW=(60, 80), ground=GROUND):
    """One picture: rectangles are (colour, x1, y1, x2, y2)."""
    image_HW3 = np.full((*size_HW, 3), ground, dtype=np.uint8)
    for colour, x1, y1, x2, y2 in rectangles:
        image_HW3[y1:y2, x1:x2] = colour
    return image_HW3


def frame_of(index, rectangles, **options):
    return Frame(index, index / 25, paint(rectangles, **options))


def walkers(count=12, *, ground=GROUND):
    """A red object walking right for all frames, a green one that enters at frame 4 and leaves at frame 9."""
    frames = []
    for index in range(count):
        rectangles = [(RED, 5 + 2 * index, 10, 17 + 2 * index, 40)]
        if 4 <= index < 9:
            rectangles.append((GREEN, 60 - index, 20, 70 - index, 50))
        frames.append(paint(rectangles, ground=ground))
    return np.stack(frames)


def _colours(image_HW3, ground):
    flat = np.unique(image_HW3.reshape(-1, 3), axis=0)
    return [tuple(int(value) for value in colour) for colour in flat if tuple(colour) not in ground]


class PaintedDetector:
    """Finds every colour that is no ground; its class is 'thing', its score 0.9 (or what `scores` says)."""

    classes = ("thing",)

    def __init__(self, *, ground=(GROUND,), scores=None):
        self._ground = [tuple(colour) for colour in ground]
        self._scores = scores or {}
        self.asked = []

    def restricted(self, classes=None, threshold=None):
        return self

    def detect(self, frame):
        self.asked.append(frame.index)
        boxes, scores = [], []
        for colour in _colours(frame.image_HW3, self._ground):
            boxes.append(box_of_mask((frame.image_HW3 == colour).all(axis=2)))
            scores.append(self._scores.get(colour, 0.9))
        return Detections(np.array(boxes).reshape(-1, 4), np.array(scores), ("thing",) * len(boxes))


class PaintedSegmenter:
    """The mask of a prompt is all pixels of the colour in its middle."""

    def segment(self, frame, prompts):
        masks = {}
        for prompt in prompts:
            colour = self._colour_at(frame, prompt)
            mask_HW = (frame.image_HW3 == colour).all(axis=2)
            masks[prompt.object_id] = mask_HW & (colour != np.array(GROUND)).any()
        ids = tuple(masks)
        return FrameMasks(frame.index, ids, np.stack([masks[i] for i in ids]), np.ones(len(ids)))

    def _colour_at(self, frame, prompt):
        match prompt:
            case Points():
                x, y = prompt.xy_P2[0]
            case Box():
                x, y = (prompt.xyxy[0] + prompt.xyxy[2]) / 2, (prompt.xyxy[1] + prompt.xyxy[3]) / 2
            case MaskPrompt():
                ys, xs = np.nonzero(prompt.mask_HW)
                x, y = xs[len(xs) // 2], ys[len(ys) // 2]
        return frame.image_HW3[int(y), int(x)]


class PaintedTracker:
    """Follows colours; a session remembers one colour for each object and how many frames it has seen."""

    def start(self):
        return PaintedSession({}, 0)

    def restore(self, state):
        colours = zip(state["ids"].tolist(), state["colours"].tolist(), strict=True)
        return PaintedSession({i: tuple(colour) for i, colour in colours}, int(state["seen"]))


class PaintedSession:
    def __init__(self, colours, seen):
        self._colours = dict(colours)
        self._seen = seen

    @property
    def object_ids(self):
        return tuple(self._colours)

    def step(self, frame, prompts=()):
        self._seen += 1
        for prompt in prompts:
            if not isinstance(prompt, MaskPrompt):
                raise PromptError("Expected masks.")
            colour = np.median(frame.image_HW3[prompt.mask_HW], axis=0).astype(int)
            self._colours[prompt.object_id] = tuple(colour.tolist())
        masks = [(frame.image_HW3 == colour).all(axis=2) for colour in self._colours.values()]
        masks_NHW = np.stack(masks) if masks else np.zeros((0, *frame.size_HW), dtype=bool)
        # the score tells how much the session remembers, so a run gone on with wrongly gives other bytes
        return FrameMasks(frame.index, self.object_ids, masks_NHW, np.full(len(masks), 1 / self._seen))

    def remove(self, object_id):
        if object_id not in self._colours:
            raise PromptError(f"Expected one of the objects {self.object_ids}, got {object_id}.")
        del self._colours[object_id]

    def copy(self):
        return PaintedSession(self._colours, self._seen)

    def state(self):
        return {
            "ids": np.array(list(self._colours), dtype=np.int64),
            "colours": np.array(list(self._colours.values()), dtype=np.int64).reshape(-1, 3),
            "seen": np.array(self._seen),
        }
