"""From one label space to another, class by class. A class without a counterpart becomes void.

Where the target is finer than the source, a class goes to the part whose name is nearest (SignSymbol to traffic
sign, Tree to vegetation). A bicyclist of CamVid is rider and bicycle in one: both of Cityscapes become one, and
one of CamVid becomes void in Cityscapes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from masklet.core.arrays import UInt8Array
from masklet.core.errors import FormatError
from masklet.core.label_space import LabelSpace
from masklet.core.label_spaces.coco import COCO_PANOPTIC
from masklet.core.label_spaces.voc import VOC

_TRAINED_TO_CAMVID = {
    "road": "Road",
    "sidewalk": "Pavement",
    "building": "Building",
    "wall": "Building",
    "fence": "Fence",
    "pole": "Pole",
    "traffic light": "SignSymbol",
    "traffic sign": "SignSymbol",
    "vegetation": "Tree",
    "terrain": "Tree",
    "sky": "Sky",
    "person": "Pedestrian",
    "rider": "Bicyclist",
    "car": "Car",
    "truck": "Car",
    "bus": "Car",
    "train": "Car",
    "motorcycle": "Bicyclist",
    "bicycle": "Bicyclist",
}
_OTHERS_TO_CAMVID = {
    "parking": "Pavement",
    "guard rail": "Fence",
    "bridge": "Building",
    "tunnel": "Building",
    "polegroup": "Pole",
    "caravan": "Car",
    "trailer": "Car",
}
_CAMVID_TO_CITYSCAPES = {
    "Sky": "sky",
    "Building": "building",
    "Pole": "pole",
    "Road": "road",
    "Pavement": "sidewalk",
    "Tree": "vegetation",
    "SignSymbol": "traffic sign",
    "Fence": "fence",
    "Car": "car",
    "Pedestrian": "person",
}
_COCO_TO_CITYSCAPES = {
    "pavement-merged": "sidewalk",
    "house": "building",
    "building-other-merged": "building",
    "roof": "building",
    "wall-brick": "wall",
    "wall-stone": "wall",
    "wall-other-merged": "wall",
    "fence-merged": "fence",
    "stop sign": "traffic sign",
    "tree-merged": "vegetation",
    "grass-merged": "terrain",
    "sky-other-merged": "sky",
}
_ADE20K_TO_CITYSCAPES = {
    "house": "building",
    "skyscraper": "building",
    "signboard": "traffic sign",
    "tree": "vegetation",
    "plant": "vegetation",
    "palm": "vegetation",
    "grass": "terrain",
    "field": "terrain",
    "van": "car",
    "minibike": "motorcycle",
    "streetlight": "pole",
}
_VOC_TO_COCO = {
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}
_COCO_TO_VOC = {
    **dict.fromkeys(COCO_PANOPTIC.names, "background"),
    **{_VOC_TO_COCO.get(name, name): name for name in VOC.names[1:]},
}

MAPPINGS: dict[tuple[str, str], Mapping[str, str]] = {
    ("cityscapes", "camvid"): _TRAINED_TO_CAMVID,
    ("cityscapes-30", "camvid"): {**_TRAINED_TO_CAMVID, **_OTHERS_TO_CAMVID},
    ("cityscapes-30", "cityscapes"): {},
    ("camvid", "cityscapes"): _CAMVID_TO_CITYSCAPES,
    ("coco-panoptic", "cityscapes"): _COCO_TO_CITYSCAPES,
    ("coco-panoptic", "voc"): _COCO_TO_VOC,
    ("voc", "coco-panoptic"): _VOC_TO_COCO,
    ("ade20k", "cityscapes"): _ADE20K_TO_CITYSCAPES,
}
"""By the names of the source and the target, the class that each class becomes; one that is not named keeps its
name."""


def values_between(source: LabelSpace, target: LabelSpace) -> UInt8Array:
    """Return value_256 of the target for each value of the source: `value_256[label_map_HW]` brings a label map
    over.

    Spaces of equal classes, and one whose classes the other all has, go by name; other pairs are those of
    MAPPINGS. Raise FormatError for a pair that is none of these.

    >>> from masklet.core.label_spaces import CAMVID, CITYSCAPES
    >>> CAMVID.names[values_between(CITYSCAPES, CAMVID)[CITYSCAPES.value("rider")]]
    'Bicyclist'
    """
    if source.names == target.names:
        return np.arange(256, dtype=np.uint8)
    names = MAPPINGS.get((source.name, target.name))
    if names is None and not set(source.names) <= set(target.names):
        known = ", ".join(f"{first} to {second}" for first, second in MAPPINGS)
        raise FormatError(
            f"Expected label spaces between which a way is known ({known}), got {source.name} to {target.name}."
        )
    return source.values_in(target, names)
