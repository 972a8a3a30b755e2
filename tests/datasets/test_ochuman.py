import json

import numpy as np
import pytest

from masklet.core.errors import FormatError, SourceError
from masklet.datasets import OCHuman
from masklet.datasets import ochuman as module
from tiny_ochuman import KEYPOINTS, write_ochuman


@pytest.fixture
def root(tmp_path):
    return write_ochuman(tmp_path / "OCHuman")


def test_people_come_with_their_own_boxes_and_masks_with_holes(root):
    picture = next(iter(OCHuman(root)))
    assert picture.name == "000001"
    assert picture.image_HW3.shape == (16, 20, 3)
    assert picture.boxes_N4.tolist() == [[2, 2, 8, 8], [9, 4, 16, 14]]
    assert picture.masks_NHW.sum(axis=(1, 2)).tolist() == [36 - 4, 60 + 36]
    assert not picture.masks_NHW[0, 4:6, 4:6].any()
    assert picture.labels_N == ("person", "person")
    assert not picture.void_HW.any()


def test_keypoints_and_overlap_are_kept(root):
    picture = next(iter(OCHuman(root)))
    assert picture.max_iou_N.tolist() == [0.625, 0.625]
    assert picture.keypoints_NK3[0].ravel().tolist() == KEYPOINTS
    assert not picture.keypoints_NK3[1].any()


def test_people_without_masks_are_skipped_and_counted(root):
    data = OCHuman(root)
    assert [picture.name for picture in data] == ["000001", "000003"]
    assert [len(picture.boxes_N4) for picture in data] == [2, 1]
    assert (len(data), data.skipped) == (2, 2)


def test_the_first_pictures_with_masks_are_val(root, monkeypatch):
    monkeypatch.setattr(module, "VALIDATION_PICTURES", 1)
    assert [picture.name for picture in OCHuman(root, subset="val")] == ["000001"]
    assert [picture.name for picture in OCHuman(root, subset="test")] == ["000003"]


def test_the_annotations_may_have_a_folder(tmp_path):
    assert len(OCHuman(write_ochuman(tmp_path / "OCHuman", folder="annotations"))) == 2


def test_no_picture_is_opened_before_it_is_asked_for(root):
    (root / "images/000001.jpg").unlink()
    picture = next(iter(OCHuman(root)))
    assert picture.masks_NHW.any()
    with pytest.raises(SourceError, match=r"000001\.jpg"):
        picture.image_HW3  # noqa: B018


def change(root, place, value):
    path = root / "ochuman.json"
    document = json.loads(path.read_text())
    *keys, last = place
    entry = document["images"][2]
    for key in keys:
        entry = entry[key]
    entry[last] = value
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        pytest.param(
            ("annotations", 0, "bbox"), [8, 2, 2, 8], r"x2 > x1 .*annotations\[0\]\.bbox", id="inside out"
        ),
        pytest.param(
            ("annotations", 0, "segms", "outer"), [[1, 2, 3]], r"outer\[0\] of .*ochuman\.json", id="half a point"
        ),
        pytest.param(("annotations", 0, "keypoints"), [1, 2, 3], "19 keypoints", id="too few keypoints"),
        pytest.param(("width",), 21, "picture of 21x16", id="another size"),
        pytest.param(("annotations",), None, "a list in images.*annotations", id="no list of people"),
    ],
)
def test_a_wrong_entry_is_named(root, place, value, reason):
    change(root, place, value)
    with pytest.raises(FormatError, match=reason):
        [(picture.people, picture.image_HW3) for picture in OCHuman(root)]


def test_another_folder_or_subset_is_an_error(root, tmp_path):
    with pytest.raises(FormatError, match="OCHuman's pictures in"):
        OCHuman(tmp_path / "nowhere")
    with pytest.raises(FormatError, match="all, val, test"):
        OCHuman(root, subset="train")
    (root / "ochuman.json").unlink()
    with pytest.raises(FormatError, match=r"ochuman\.json in"):
        len(OCHuman(root))


@pytest.mark.shared
def test_the_sample_has_masks_inside_its_pictures(shared):
    data = OCHuman(shared / "OCHuman-sample")
    pictures = list(data)
    assert (len(pictures), sum(len(picture.boxes_N4) for picture in pictures), data.skipped) == (10, 16, 13)
    for picture in pictures:
        assert picture.image_HW3.shape[:2] == picture.masks_NHW.shape[1:] == picture.size_HW
        assert picture.masks_NHW.any(axis=(1, 2)).all()
        for (x1, y1, x2, y2), mask_HW in zip(picture.boxes_N4.astype(int), picture.masks_NHW, strict=True):
            assert mask_HW[y1:y2, x1:x2].sum() > 0.9 * mask_HW.sum()
    assert np.mean([value for picture in pictures for value in picture.max_iou_N]) > 0.5
