"""A painted street with people whose trajectories are known: positions are the middles of their lower edges.

Red walks right through all frames; green stands, and red passes behind it; blue stands far away.
The ground is the picture at half its size, so its homography is diag(0.5, 0.5, 1).
"""

import numpy as np
from PIL import Image

from fakes import BLUE, GREEN, RED, PaintedDetector, PaintedSegmenter, PaintedTracker, paint
from masklet.core.values import Detections

FRAMES, SIZE_HW = 24, (120, 160)
HOMOGRAPHY = "0.5 0 0\n0 0.5 0\n0 0 1\n"
RED_ID, GREEN_ID, BLUE_ID = 1, 2, 3


def boxes_at(index):
    """Boxes by person, in the order they are painted: the later one lies on top."""
    return {
        BLUE_ID: (140, 10, 150, 34),
        RED_ID: (8 + 5 * index, 30, 22 + 5 * index, 70),
        GREEN_ID: (70, 38, 86, 84),
    }


def colour_of(person_id):
    return {RED_ID: RED, GREEN_ID: GREEN, BLUE_ID: BLUE}[person_id]


def image_at(index):
    return paint([(colour_of(one), *box) for one, box in boxes_at(index).items()], size_HW=SIZE_HW)


def video():
    return np.stack([image_at(index) for index in range(FRAMES)])


def foot_of(box):
    x1, _, x2, y2 = box
    return (x1 + x2) / 2, float(y2)


def write_street(folder, every=1):
    """frames/, people.txt in ground coordinates, and H.txt."""
    (folder / "frames").mkdir(parents=True)
    for index in range(FRAMES):
        Image.fromarray(image_at(index)).save(folder / f"frames/{index:05d}.png")
    rows = [
        f"{index}.0\t{person}.0\t{foot_of(box)[0] / 2}\t{foot_of(box)[1] / 2}\n"
        for index in range(0, FRAMES, every)
        for person, box in boxes_at(index).items()
    ]
    (folder / "people.txt").write_text("".join(rows))
    (folder / "H.txt").write_text(HOMOGRAPHY)
    return folder


class PeopleDetector(PaintedDetector):
    """Every colour is a person; with masks, if asked."""

    classes = ("person",)

    def __init__(self, *, masks=False):
        super().__init__()
        self._with_masks = masks

    def detect(self, frame):
        found = super().detect(frame)
        masks_NHW = None
        if self._with_masks:
            masks_NHW = np.stack([self._mask(frame, box_4) for box_4 in found.boxes_N4])
        return Detections(found.boxes_N4, found.scores_N, ("person",) * len(found), masks_NHW)

    def _mask(self, frame, box_4):
        x1, y1, _, _ = (int(edge) for edge in box_4)
        return (frame.image_HW3 == frame.image_HW3[y1, x1]).all(axis=2)


def use_painted_people(monkeypatch):
    """Pipelines of people take painted fakes in place of networks."""
    for name, fake in (
        ("person_masks.job.load_detector", PeopleDetector),
        ("person_masks.job.load_segmenter", PaintedSegmenter),
        ("surveillance.load_tracker", PaintedTracker),
    ):
        monkeypatch.setattr(f"masklet.pipelines.{name}", lambda name, fake=fake, **options: fake())
