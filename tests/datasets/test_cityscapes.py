import json

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError
from masklet.datasets import Cityscapes
from masklet.datasets.cityscapes import draw_instances
from masklet.formats.records import Entry
from tiny_cityscapes import EMPTY, POLYGONS, STREET, instance_ids, write_cityscapes


def labels_of(root, ending, *, kind="gtFine", split="train"):
    return root / kind / split / "aachen" / f"{STREET}_{kind}_{ending}"


@pytest.mark.parametrize("drawn", [pytest.param(True, id="as PNGs"), pytest.param(False, id="as polygons alone")])
def test_people_come_with_tight_boxes_and_what_is_seen_of_them(tmp_path, drawn):
    (picture,) = Cityscapes(write_cityscapes(tmp_path, drawn=drawn))
    assert picture.name == STREET
    assert picture.image_HW3.shape == (10, 16, 3)
    assert picture.boxes_N4.tolist() == [[1, 1, 4, 7], [3, 3, 6, 9]]
    assert picture.masks_NHW.sum(axis=(1, 2)).tolist() == [14, 18]
    assert picture.labels_N == ("person", "person")


@pytest.mark.parametrize("drawn", [True, False])
def test_a_group_is_void(tmp_path, drawn):
    (picture,) = Cityscapes(write_cityscapes(tmp_path, drawn=drawn))
    assert picture.void_HW.sum() == picture.void_HW[2:4, 13:15].sum() == 4


def test_riders_are_people_where_that_is_asked_for(tmp_path):
    (picture,) = Cityscapes(write_cityscapes(tmp_path), riders=True)
    assert picture.labels_N == ("person", "person", "rider")


def test_pictures_without_people_come_where_that_is_asked_for(tmp_path):
    data = Cityscapes(write_cityscapes(tmp_path), with_empty=True)
    assert [picture.name for picture in data] == list(data.names()) == [STREET, EMPTY]
    assert data.picture(EMPTY).masks_NHW.shape == (0, 10, 16)


def test_coarse_labels_have_splits_of_their_own(tmp_path):
    root = write_cityscapes(tmp_path, split="train_extra", kind="gtCoarse")
    (picture,) = Cityscapes(root, split="train_extra", coarse=True)
    assert len(picture.boxes_N4) == 2


@pytest.mark.parametrize("missing", [(), ("labelIds.png",), ("labelIds.png", "instanceIds.png")])
def test_train_ids_come_from_what_labels_there_are(tmp_path, missing):
    root = write_cityscapes(tmp_path)
    for ending in missing:
        labels_of(root, ending).unlink()
    train_ids_HW = Cityscapes(root).picture(STREET).train_ids_HW
    assert train_ids_HW.dtype == np.uint8
    assert train_ids_HW[[0, 2, 2, 2], [0, 2, 11, 13]].tolist() == [0, 11, 12, 11]


def test_polygons_are_drawn_as_the_authors_draw_them(tmp_path):
    drawn_HW = draw_instances(Entry(POLYGONS, tmp_path))
    assert drawn_HW.tolist() == instance_ids().tolist()


@pytest.mark.parametrize(
    ("ending", "content", "reason"),
    [
        pytest.param("instanceIds.png", b"no picture", "whole grey PNG", id="damaged"),
        pytest.param("labelIds.png", b"no picture", "whole grey PNG", id="damaged labels"),
        pytest.param("polygons.json", b"{}", "key 'imgWidth'", id="not polygons"),
        pytest.param(
            "polygons.json",
            json.dumps(POLYGONS | {"objects": [{"label": "tree", "polygon": []}]}).encode(),
            r"a class of Cityscapes in objects\[0\]\.label",
            id="no such class",
        ),
    ],
)
def test_damaged_labels_are_named(tmp_path, ending, content, reason):
    root = write_cityscapes(tmp_path, drawn=ending != "polygons.json")
    labels_of(root, ending).write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        [(picture.people, picture.train_ids_HW) for picture in Cityscapes(root)]


def test_colours_are_no_ids(tmp_path):
    root = write_cityscapes(tmp_path)
    Image.new("RGB", (16, 10)).save(labels_of(root, "instanceIds.png"))
    with pytest.raises(FormatError, match=r"grey PNG of ids .*mode RGB"):
        list(Cityscapes(root))


def test_numbers_that_are_no_label_ids_are_named(tmp_path):
    root = write_cityscapes(tmp_path)
    Image.fromarray(np.full((10, 16), 255, np.uint8)).save(labels_of(root, "labelIds.png"))
    with pytest.raises(FormatError, match="from 0 to 33, got 255"):
        Cityscapes(root).picture(STREET).train_ids_HW  # noqa: B018


def test_labels_of_pictures_of_another_size_are_an_error(tmp_path):
    root = write_cityscapes(tmp_path)
    Image.new("RGB", (8, 5)).save(root / f"leftImg8bit/train/aachen/{STREET}_leftImg8bit.png")
    with pytest.raises(FormatError, match=r"picture of 16x10 .*got 8x5"):
        list(Cityscapes(root))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FormatError, match="found no such folder"):
        list(Cityscapes(tmp_path))
    root = write_cityscapes(tmp_path, drawn=False)
    labels_of(root, "polygons.json").unlink()
    with pytest.raises(FormatError, match=r"instanceIds\.png or .*polygons\.json, found neither"):
        list(Cityscapes(root))
    (root / "leftImg8bit/val").mkdir()
    with pytest.raises(FormatError, match=r"CITY/\*_leftImg8bit\.png"):
        Cityscapes(root, split="val").names()
