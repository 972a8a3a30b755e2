"""Made-up pictures whose classes are their colours, a model that knows them, small data sets of every layout."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from masklet.core.label_space import VOID, label_space
from masklet.core.label_spaces import CAMVID

SPACE = label_space(
    "signals", [("grass", (0, 160, 0)), ("road", (90, 90, 90)), ("cart", (200, 40, 40))], things=["cart"]
)


class ColourModel:
    """Knows the class of every pixel by its colour: the nearest one of the space."""

    def __init__(self, space=SPACE, *, mistaken=()):
        """`mistaken` are pairs of names: pixels of the first are taken for the second."""
        self.label_space = space
        self._taken = np.arange(len(space))
        for name, other in mistaken:
            self._taken[space.value(name)] = space.value(other)
        self.seen = []

    def scores(self, frame):
        self.seen.append(frame.size_HW)
        colours_L3 = self.label_space.palette_256x3[: len(self.label_space)].astype(np.float32)
        distance_LHW = np.stack([np.square(frame.image_HW3 - colour).sum(axis=2) for colour in colours_L3])
        best_HW = self._taken[distance_LHW.argmin(axis=0)]
        return np.where(np.arange(len(self.label_space))[:, None, None] == best_HW, 4, 0).astype(np.float32)

    def label(self, frame):
        return self.scores(frame).argmax(axis=0).astype(np.uint8)


def street(index=0, *, size_HW=(24, 32), cart=True):
    """A label map: grass above, road below, a cart of 6x8 that moves right by 2 a frame."""
    label_map_HW = np.zeros(size_HW, dtype=np.uint8)
    label_map_HW[size_HW[0] // 2 :] = 1
    if cart:
        label_map_HW[14:20, 4 + 2 * index : 12 + 2 * index] = 2
    return label_map_HW


def painted(label_map_HW, space=SPACE):
    """The picture of a label map in the colours of its classes."""
    return space.palette_256x3[label_map_HW]


def write_png(path, values, palette=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(values, dtype=np.uint8))
    if palette is not None:
        image.putpalette(palette.tobytes())
    image.save(path)
    return path


def write_folder(root, count=3, space=SPACE):
    """A data set of its own: images/ and labels/ of a street, the last row void."""
    for index in range(count):
        label_map_HW = street(index)
        write_png(root / f"images/frame_{index:03d}.png", painted(label_map_HW, space))
        label_map_HW[-1] = VOID
        write_png(root / f"labels/frame_{index:03d}.png", label_map_HW, space.palette_256x3)
    return root


def write_camvid(root):
    """Two pictures of a video by day and one at dusk to train, one to validate."""
    values_HW = np.array([[0, 1, 3], [3, 10, 11]])
    for split, names in (("train", ("0016E5_00390", "0016E5_00420", "0001TP_006690")), ("val", ("0016E5_07959",))):
        for name in names:
            write_png(root / split / f"{name}.png", painted(np.minimum(values_HW, 10), CAMVID))
            write_png(root / f"{split}annot" / f"{name}.png", values_HW)
        (root / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
    return root


def write_voc(root):
    colours = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]], dtype=np.uint8)
    write_png(root / "JPEGImages/2007_000033.png", np.zeros((2, 3, 3)))
    write_png(root / "SegmentationClass/2007_000033.png", [[0, 1, 1], [2, 255, 255]], np.resize(colours, (256, 3)))
    lists = root / "ImageSets/Segmentation"
    lists.mkdir(parents=True)
    (lists / "val.txt").write_text("2007_000033\n")
    return root


def write_ade20k(root):
    write_png(root / "images/validation/ADE_val_00000001.png", np.zeros((2, 3, 3)))
    write_png(root / "annotations/validation/ADE_val_00000001.png", [[0, 1, 150], [7, 7, 7]])
    return root


POLYGON = {"name": "polygon", "all_points_x": [1, 5, 5, 1], "all_points_y": [1, 1, 4, 4]}
RECT = {"name": "rect", "x": 6, "y": 1, "width": 3, "height": 2}
CIRCLE = {"name": "circle", "cx": 5, "cy": 8, "r": 2.5}
ELLIPSE = {"name": "ellipse", "cx": 11, "cy": 7, "rx": 3, "ry": 1, "theta": np.pi / 2}


def region(shape, **attributes):
    return {"shape_attributes": shape, "region_attributes": attributes}


def write_via(path, *, regions=None, project=False, numbered=False):
    """One picture of 14x11 with a region of every shape."""
    if regions is None:
        regions = [
            region(POLYGON, **{"class": "bottle"}),
            region(RECT, **{"class": "juice"}),
            region(CIRCLE, **{"class": "soda"}),
            region(ELLIPSE, **{"class": "bottle"}),
            region({"name": "point", "cx": 1, "cy": 1}, **{"class": "soda"}),
            region(RECT, **{"class": ""}),
        ]
    listed = {str(number): each for number, each in enumerate(regions)} if numbered else regions
    entries = {"a.png4242": {"filename": "a.png", "size": 4242, "regions": listed, "file_attributes": {}}}
    options = {"region": {"class": {"type": "dropdown", "options": {"soda": "", "bottle": "", "juice": ""}}}}
    document = {"_via_img_metadata": entries, "_via_attributes": options} if project else entries
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    write_png(path.parent / "a.png", np.zeros((11, 14, 3)))
    return path
