import numpy as np
import pytest

from masklet.core.errors import FormatError
from masklet.core.label_space import VOID, label_space
from masklet.core.label_spaces import (
    ADE20K,
    CAMVID,
    CITYSCAPES,
    CITYSCAPES_30,
    COCO_PANOPTIC,
    LABEL_SPACES,
    MAPPINGS,
    VOC,
    find_label_space,
    values_between,
)
from masklet.core.label_spaces.cityscapes import CITYSCAPES_CLASSES, FIRST_CLASS_ID
from masklet.core.label_spaces.coco import COCO_CATEGORY_IDS, COCO_THINGS
from masklet.formats.palette import davis_palette


@pytest.mark.parametrize(
    ("space", "classes", "things"),
    [
        pytest.param(CITYSCAPES, 19, 8, id="cityscapes"),
        pytest.param(CITYSCAPES_30, 30, 10, id="cityscapes-30"),
        pytest.param(CAMVID, 11, 3, id="camvid"),
        pytest.param(VOC, 21, 20, id="voc"),
        pytest.param(COCO_PANOPTIC, 133, 80, id="coco-panoptic"),
        pytest.param(ADE20K, 150, 100, id="ade20k"),
    ],
)
def test_spaces_have_their_classes(space, classes, things):
    assert (len(space), sum(one.is_thing for one in space.classes)) == (classes, things)
    assert find_label_space(space.name) is space


def test_values_of_cityscapes_are_its_ids():
    for one in CITYSCAPES_CLASSES:
        if one.train_id != VOID:
            assert CITYSCAPES.value(one.name) == one.train_id
        if one.label_id >= FIRST_CLASS_ID:
            assert CITYSCAPES_30.value(one.name) == one.label_id - FIRST_CLASS_ID
    assert CITYSCAPES.palette_256x3[[0, 11, 18]].tolist() == [[128, 64, 128], [220, 20, 60], [119, 11, 32]]


def test_voc_has_the_colours_of_its_palette():
    assert VOC.palette_256x3[:21].tolist() == davis_palette()[:21].tolist()


def test_coco_counts_things_first_and_knows_the_numbers_of_its_files():
    assert (COCO_THINGS[0], COCO_THINGS[79]) == ("person", "toothbrush")
    assert dict(zip(COCO_PANOPTIC.names, COCO_CATEGORY_IDS, strict=True))["rug-merged"] == 200
    assert list(COCO_CATEGORY_IDS) == sorted(set(COCO_CATEGORY_IDS))
    assert not any(one.is_thing for one in COCO_PANOPTIC.classes[80:])


def test_camvid_has_the_order_of_segnet():
    assert CAMVID.names[:4] == ("Sky", "Building", "Pole", "Road")
    assert CAMVID.value("Bicyclist") == 10


@pytest.mark.parametrize("pair", MAPPINGS, ids="-".join)
def test_mappings_name_classes_of_both_sides(pair):
    source, target = (LABEL_SPACES[name] for name in pair)
    names = MAPPINGS[pair]
    assert set(names) <= set(source.names)
    assert set(names.values()) <= set(target.names)
    value_256 = values_between(source, target)
    assert value_256[VOID] == VOID
    assert (value_256[: len(source)] != VOID).any()


@pytest.mark.parametrize(
    ("source", "target", "name", "expected"),
    [
        pytest.param(CITYSCAPES, CAMVID, "rider", "Bicyclist", id="by a table"),
        pytest.param(CITYSCAPES_30, CITYSCAPES, "wall", "wall", id="by equal names"),
        pytest.param(COCO_PANOPTIC, VOC, "couch", "sofa", id="thing"),
        pytest.param(COCO_PANOPTIC, VOC, "sea", "background", id="all else is background"),
        pytest.param(CAMVID, CAMVID, "Car", "Car", id="to itself"),
        pytest.param(CITYSCAPES, CITYSCAPES_30, "car", "car", id="to one that has all classes"),
    ],
)
def test_a_class_becomes_its_counterpart(source, target, name, expected):
    assert target.names[values_between(source, target)[source.value(name)]] == expected


def test_a_class_without_counterpart_becomes_void():
    assert values_between(CITYSCAPES_30, CITYSCAPES)[CITYSCAPES_30.value("parking")] == VOID


def test_an_unknown_way_is_refused():
    mine = label_space("mine", [("a", (1, 1, 1)), ("b", (2, 2, 2))])
    with pytest.raises(FormatError, match=r"a way is known \(cityscapes to camvid, .* got mine to voc"):
        values_between(mine, VOC)


def test_an_unknown_name_is_refused():
    with pytest.raises(FormatError, match=r"label space \(cityscapes, .*got 'kitti'"):
        find_label_space("kitti")


def test_label_maps_are_brought_over_by_indexing():
    label_map_HW = np.array([[0, 12, 255]], dtype=np.uint8)
    assert values_between(CITYSCAPES, CAMVID)[label_map_HW].tolist() == [[3, 10, 255]]
