import json

import numpy as np
import pytest

from labelled_samples import (
    RECT,
    SPACE,
    painted,
    region,
    street,
    write_ade20k,
    write_camvid,
    write_folder,
    write_png,
    write_via,
    write_voc,
)
from masklet.core.errors import FormatError
from masklet.core.label_spaces import ADE20K, CAMVID, CITYSCAPES, CITYSCAPES_30, VOC, VOID
from masklet.datasets.ade20k import Ade20k
from masklet.datasets.camvid import CamVid
from masklet.datasets.cityscapes import Cityscapes
from masklet.datasets.class_statistics import class_statistics
from masklet.datasets.labelled import joined, only_videos, videos_of
from masklet.datasets.labelled_folder import LabelledFolder
from masklet.datasets.labelled_layouts import open_labelled
from masklet.datasets.via import ViaPictures
from masklet.datasets.voc import VocSegmentation
from tiny_cityscapes import write_cityscapes


def names(pictures):
    return [picture.name for picture in pictures]


def test_camvid_comes_by_its_lists_with_void_and_videos(tmp_path):
    data = CamVid(write_camvid(tmp_path))
    first = next(iter(data))
    assert len(data) == 3
    assert data.label_space is first.label_space is CAMVID
    assert (first.name, first.video, first.read_image().shape) == ("0016E5_00390", "0016E5", (2, 3, 3))
    assert first.read_labels().tolist() == [[0, 1, 3], [3, 10, VOID]]
    assert first.read_labels().dtype == np.uint8


def test_lists_of_segnet_name_files(tmp_path):
    write_camvid(tmp_path)
    lines = "/SegNet/CamVid/val/0016E5_07959.png /SegNet/CamVid/valannot/0016E5_07959.png;\n"
    (tmp_path / "val.txt").write_text(lines)
    assert names(CamVid(tmp_path, "val")) == ["0016E5_07959"]
    (tmp_path / "val.txt").unlink()
    assert names(CamVid(tmp_path, "val")) == ["0016E5_07959"]


def test_videos_make_splits(tmp_path):
    data = CamVid(write_camvid(tmp_path))
    assert videos_of(data) == {"0016E5": 2, "0001TP": 1}
    dusk = only_videos(data, ["0001TP"])
    assert (names(dusk), dusk.label_space) == (["0001TP_006690"], CAMVID)
    with pytest.raises(FormatError, match="videos among 0016E5, 0001TP, got '0006R0'"):
        only_videos(data, ["0016E5", "0006R0"])


def test_parts_are_joined(tmp_path):
    root = write_camvid(tmp_path)
    both = joined([CamVid(root, "train"), CamVid(root, "val")])
    assert names(both) == names(open_labelled(root, split="train+val"))
    assert len(both) == 4
    with pytest.raises(FormatError, match=r"one label space, got camvid \(11 classes\); voc"):
        joined([CamVid(root, "train"), VocSegmentation(tmp_path)])


@pytest.mark.parametrize(
    ("coarse", "split", "kind"), [(False, "train", "gtFine"), (True, "train_extra", "gtCoarse")]
)
def test_cityscapes_has_nineteen_classes_or_thirty(tmp_path, coarse, split, kind):
    root = write_cityscapes(tmp_path, split=split, kind=kind)
    data = Cityscapes(root, split, coarse=coarse)
    assert len(data.labelled()) == len(data.names()) == 2
    nineteen, thirty = (next(iter(data.labelled(space))) for space in (CITYSCAPES, CITYSCAPES_30))
    assert nineteen.video == "aachen_000000"
    assert nineteen.read_labels()[2, [11, 13]].tolist() == [12, 11]
    assert thirty.read_labels()[2, [11, 13]].tolist() == [21, 20]
    with pytest.raises(FormatError, match="cityscapes or cityscapes-30 for Cityscapes, got voc"):
        data.labelled(VOC)


def test_voc_keeps_the_rim_of_objects_void(tmp_path):
    (picture,) = VocSegmentation(write_voc(tmp_path / "VOC2012"))
    assert picture.read_labels().tolist() == [[0, 1, 1], [2, VOID, VOID]]
    assert len(VocSegmentation(tmp_path)) == 1  # the folder around it


def test_ade20k_counts_from_one(tmp_path):
    (picture,) = Ade20k(write_ade20k(tmp_path))
    assert picture.read_labels().tolist() == [[VOID, 0, 149], [6, 6, 6]]
    assert ADE20K.names[6] == "road"


def test_ade20k_has_no_number_above_150(tmp_path):
    root = write_ade20k(tmp_path)
    write_png(root / "annotations/validation/ADE_val_00000001.png", [[0, 1, 151], [7, 7, 7]])
    with pytest.raises(FormatError, match=r"0 \(void\) to 150 in .*got 151"):
        next(iter(Ade20k(root))).read_labels()


def test_via_draws_regions_in_their_order(tmp_path):
    data = ViaPictures(write_via(tmp_path / "via.json"))
    (picture,) = data
    assert data.label_space.names == ("background", "bottle", "juice", "soda")
    assert [one.is_thing for one in data.label_space.classes] == [False, True, True, True]
    assert picture.read_labels()[[0, 1, 1, 8], [0, 1, 6, 5]].tolist() == [0, 1, 2, 3]
    assert data.skipped == 2


def test_later_regions_of_via_lie_on_top(tmp_path):
    over = [region(RECT, kind="first"), region({**RECT, "width": 1}, kind="second")]
    (picture,) = ViaPictures(write_via(tmp_path / "via.json", regions=over))
    assert picture.read_labels()[1, 5:10].tolist() == [0, 2, 1, 1, 0]


def test_classes_of_via_can_be_given(tmp_path):
    path = write_via(tmp_path / "via.json")
    data = ViaPictures(path, classes=("soda", "juice", "bottle"))
    assert next(iter(data)).read_labels()[1, 6] == 2
    with pytest.raises(FormatError, match=r"class among soda in .*regions\[0\].*got 'bottle'"):
        next(iter(ViaPictures(path, classes=("soda",)))).read_labels()


def test_a_folder_of_your_own_goes_by_names(tmp_path):
    root = write_folder(tmp_path)
    write_png(root / "images/drive/a.png", painted(street()))
    write_png(root / "labels/drive/a.png", street())
    write_png(root / "images/no_labels.png", painted(street()))
    data = LabelledFolder(root, SPACE)
    assert names(data) == ["drive/a", "frame_000", "frame_001", "frame_002"]
    assert [picture.video for picture in data][:2] == ["drive", None]
    (root / "images/frame_001.png").unlink()
    with pytest.raises(FormatError, match=r"a picture in .*got none of frame_001"):
        list(data)


@pytest.mark.parametrize(
    ("write", "space"),
    [
        pytest.param(write_camvid, CAMVID, id="camvid"),
        pytest.param(lambda root: write_cityscapes(root, split="val"), CITYSCAPES, id="cityscapes"),
        pytest.param(write_voc, VOC, id="voc"),
        pytest.param(write_ade20k, ADE20K, id="ade20k"),
    ],
)
def test_layouts_are_recognised(tmp_path, write, space):
    data = open_labelled(write(tmp_path))
    assert data.label_space == space
    assert len(data) == len(list(data)) >= 1


def test_via_and_folders_of_your_own_are_recognised(tmp_path):
    path = write_via(tmp_path / "via/train/via_region_data.json")
    assert open_labelled(path).label_space == open_labelled(tmp_path / "via", split="train").label_space
    root = write_folder(tmp_path / "own")
    assert len(open_labelled(root, label_space=SPACE)) == 3
    with pytest.raises(FormatError, match=r"got none; name it \(--space\)"):
        open_labelled(root)


def test_an_unknown_layout_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"labelled pixels \(camvid with trainannot, .*got none of them"):
        open_labelled(tmp_path)
    with pytest.raises(FormatError, match="got kitti"):
        open_labelled(tmp_path, "kitti")


def test_labels_of_another_size_or_space_are_named(tmp_path):
    root = write_camvid(tmp_path)
    write_png(root / "valannot/0016E5_07959.png", [[0, 1], [3, 3]])
    picture = next(iter(CamVid(root, "val")))
    with pytest.raises(FormatError, match=r"labels of 3x2 in .*0016E5_07959\.png, got 2x2"):
        picture.read_labels()
    write_png(root / "valannot/0016E5_07959.png", [[0, 1, 12], [3, 3, 3]])
    with pytest.raises(FormatError, match=r"labels 0 to 10 of camvid .*got 12"):
        picture.read_labels()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(lambda root: (root / "train.txt").write_text("\n"), "got an empty file", id="empty list"),
        pytest.param(lambda root: (root / "train").rename(root / "x"), "found no such folder", id="no folder"),
    ],
)
def test_missing_parts_are_named(tmp_path, spoil, reason):
    spoil(write_camvid(tmp_path))
    with pytest.raises(FormatError, match=reason):
        list(CamVid(tmp_path))


def test_two_jsons_of_via_need_a_name(tmp_path):
    write_via(tmp_path / "train/via_region_data.json")
    (tmp_path / "train/other.json").write_text(json.dumps({}))
    with pytest.raises(FormatError, match=r"one JSON of VIA in .*train, got 2; name the file itself"):
        open_labelled(tmp_path, split="train")


def test_classes_are_counted(tmp_path):
    data = LabelledFolder(write_folder(tmp_path, count=2), SPACE)
    write_png(tmp_path / "labels/frame_001.png", street(cart=False))
    counts = class_statistics(data, SPACE)
    assert (counts.pictures, counts.void) == (2, 32)
    assert counts.pixels_L.tolist() == [2 * 12 * 32, 2 * 12 * 32 - 48 - 32, 48]
    assert counts.pictures_L.tolist() == [2, 2, 1]
    assert counts.shares_L.sum() == pytest.approx(1)
    frequency = 48 / (24 * 32 - 32)  # of carts, in the one picture that shows one
    assert counts.median_frequency_L[2] == pytest.approx(counts.shares_L[1] / frequency)
    assert counts.median_frequency_L[1] == pytest.approx(1)


@pytest.mark.shared
def test_camvid_is_read_as_it_lies(shared):
    train = CamVid(shared / "CamVid")
    assert videos_of(train) == {"0001TP": 62, "0006R0": 101, "0016E5": 204}
    picture = next(iter(train))
    assert picture.read_image().shape == (360, 480, 3)
    assert set(np.unique(picture.read_labels())) <= {*range(11), VOID}
    assert len(CamVid(shared / "CamVid", "val")) == 101
    assert len(CamVid(shared / "CamVid", "test")) == 30
