import json

import pytest

from masklet.core.errors import FormatError
from masklet.datasets import CocoPersons, YoloPersons
from masklet.training.polygons import polygon_mask
from tiny_coco_persons import write_coco, write_yolo


@pytest.mark.parametrize("images", ["val2017", "images/val2017"])
def test_pictures_with_people_come_by_id(tmp_path, images):
    data = CocoPersons.of_split(write_coco(tmp_path, images=images))
    pictures = list(data)
    assert len(data) == 2
    assert [picture.name for picture in pictures] == ["000000000007", "000000000009"]
    assert [picture.boxes_N4.tolist() for picture in pictures] == [[[4, 2, 7, 6]], [[0, 0, 3, 8]]]
    assert [int(picture.masks_NHW.sum()) for picture in pictures] == [12, 24]
    assert pictures[0].image_HW3.shape == (8, 10, 3)


def test_a_crowd_is_void_and_nobody(tmp_path):
    picture = next(iter(CocoPersons.of_split(write_coco(tmp_path))))
    assert len(picture.masks_NHW) == 1
    assert picture.void_HW.sum() == 16
    assert picture.void_HW[:, 8:].all()


def test_any_category_can_be_asked_for(tmp_path):
    root = write_coco(tmp_path)
    dogs = CocoPersons(root / "annotations/instances_val2017.json", root / "val2017", category="dog")
    assert [picture.labels_N for picture in dogs] == [("dog",), ("dog",)]


def change(root, change_document):
    path = root / "annotations/instances_val2017.json"
    document = json.loads(path.read_text())
    change_document(document)
    path.write_text(json.dumps(document))


def test_without_a_box_the_masks_box_is_taken(tmp_path):
    change(write_coco(tmp_path), lambda document: document["annotations"][1].pop("bbox"))
    assert next(iter(CocoPersons.of_split(tmp_path))).boxes_N4.tolist() == [[4, 2, 7, 6]]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda it: it["categories"].pop(0), "category 'person' in .*got dog", id="no people"),
        pytest.param(
            lambda it: it["annotations"][0].update(image_id=1), r"annotations\[0\]\.image_id", id="no image"
        ),
        pytest.param(lambda it: it["annotations"][1].update(bbox=[4, 2, 0, 4]), r"\[1\]\.bbox", id="no width"),
        pytest.param(lambda it: it["annotations"][1].update(segmentation=[[1, 2]]), "3 points", id="no polygon"),
        pytest.param(
            lambda it: it["annotations"][2]["segmentation"].update(counts=[3]), "add up", id="short counts"
        ),
        pytest.param(lambda it: it["images"][0].update(width=11), r"\[8, 11\]|11x8", id="another size"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, spoil, reason):
    change(write_coco(tmp_path), spoil)
    with pytest.raises(FormatError, match=reason):
        [(picture.people, picture.image_HW3) for picture in CocoPersons.of_split(tmp_path)]


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(FormatError, match="pictures of val2017 in"):
        CocoPersons.of_split(tmp_path)
    (tmp_path / "val2017").mkdir()
    with pytest.raises(FormatError, match=r"instances_val2017\.json"):
        list(CocoPersons.of_split(tmp_path))
    (tmp_path / "images").mkdir()
    with pytest.raises(FormatError, match="texts of polygons"):
        list(YoloPersons(tmp_path))


def test_polygons_of_yolo_are_people_by_their_class(tmp_path):
    (picture,) = YoloPersons(write_yolo(tmp_path))
    assert picture.name == "a"
    assert picture.boxes_N4.tolist() == [[0, 0, 3, 8]]
    assert picture.masks_NHW.sum() == 24
    assert [other.name for other in YoloPersons(tmp_path, class_id=18)] == ["a", "dog"]


@pytest.mark.shared
def test_the_sample_has_people_as_training_sees_them(shared):
    pictures = list(YoloPersons(shared / "coco128-seg"))
    assert (len(pictures), sum(len(picture.boxes_N4) for picture in pictures)) == (61, 254)
    height, width = pictures[0].size_HW
    polygons = pictures[0].read_people.args[0]
    for polygon_P2, mask_HW in zip(polygons, pictures[0].masks_NHW, strict=True):
        other_HW = polygon_mask(polygon_P2 * [width, height], (height, width))
        assert (mask_HW & other_HW).sum() > 0.9 * (mask_HW | other_HW).sum()
