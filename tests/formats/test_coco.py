"""COCO JSON, of videos and of images: against pycocotools, and entries that are wrong."""

import contextlib
import io
import json
from copy import deepcopy

import numpy as np
import pytest

from masklet.core import rle
from masklet.core.errors import FormatError
from masklet.formats.coco_images import read_coco_images, write_coco_images
from masklet.formats.coco_masks import fill_polygons
from masklet.formats.coco_video import read_coco_video, write_coco_video
from samples import random_masklets

MASK = rle.encode(np.eye(4, dtype=bool))
SEGMENTATION = {"size": [4, 4], "counts": MASK.counts}
VIDEO = {
    "videos": [{"id": 3, "width": 4, "height": 4, "file_names": ["walk/000.jpg", "walk/005.jpg"]}],
    "categories": [{"id": 1, "name": "person"}],
    "annotations": [{"id": 9, "video_id": 3, "category_id": 1, "segmentations": [None, SEGMENTATION]}],
}
IMAGES = {
    "images": [
        {"id": 8, "file_name": "b.jpg", "width": 4, "height": 4},
        {"id": 5, "file_name": "a.jpg", "width": 4, "height": 4},
    ],
    "categories": [{"id": 1, "name": "person"}],
    "annotations": [{"id": 2, "image_id": 8, "category_id": 1, "segmentation": SEGMENTATION}],
}


def save(path, document):
    path.write_text(json.dumps(document))
    return path


def changed(document, *steps, to=None, without=False):
    """A copy of the document with one value replaced or left out."""
    copy = deepcopy(document)
    place = copy
    for step in steps[:-1]:
        place = place[step]
    if without:
        del place[steps[-1]]
    else:
        place[steps[-1]] = to
    return copy


def test_a_youtube_vis_file_is_read(tmp_path):
    masklets = read_coco_video(save(tmp_path / "a.json", VIDEO))
    assert masklets.frame_indices == (0, 1)
    assert masklets.labels == {9: "person"}
    assert masklets.frame_name(1) == "005"
    assert masklets.masklet(9).rles == {1: MASK}


def test_one_of_several_videos_must_be_named(tmp_path):
    second = {**VIDEO["videos"][0], "id": 4, "name": "run"}
    path = save(tmp_path / "a.json", {**VIDEO, "videos": [*VIDEO["videos"], second]})
    with pytest.raises(FormatError, match=r"walk, run .*--video"):
        read_coco_video(path)
    assert read_coco_video(path, "run").object_ids == ()


def test_pycocotools_reads_the_same_masks(tmp_path):
    from pycocotools.coco import COCO

    written = random_masklets(overlap=True)
    write_coco_images(written, tmp_path / "a.json")
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(tmp_path / "a.json"))
    for index in written.frame_indices:
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[index + 1]))
        theirs = {item["track_id"]: (item["segmentation"]["counts"], item["area"]) for item in annotations}
        assert theirs == {item.object_id: (item.rle.counts, item.rle.area) for item in written.objects(index)}


def test_images_are_frames_in_order_of_their_names(tmp_path):
    masklets = read_coco_images(save(tmp_path / "a.json", IMAGES))
    assert [masklets.frame_name(index) for index in masklets.frame_indices] == ["a", "b"]
    assert masklets.masklet(2).rles == {1: MASK}


@pytest.mark.parametrize(
    "segmentation",
    [
        pytest.param([[1, 1, 3, 1, 3, 3, 1, 3]], id="polygon"),
        pytest.param({"size": [4, 4], "counts": [5, 2, 2, 2, 5]}, id="plain run lengths"),
        pytest.param(
            {"size": [4, 4], "counts": rle.from_uncompressed([5, 2, 2, 2, 5], (4, 4)).counts}, id="counts"
        ),
    ],
)
def test_every_way_to_write_a_mask_is_read(tmp_path, segmentation):
    document = changed(IMAGES, "annotations", 0, "segmentation", to=segmentation)
    expected = np.zeros((4, 4), dtype=bool)
    expected[1:3, 1:3] = True
    masks = read_coco_images(save(tmp_path / "a.json", document)).frame(1).masks_NHW
    np.testing.assert_array_equal(masks, [expected])


def test_several_polygons_are_one_object():
    two = fill_polygons([[0, 0, 2, 0, 2, 2, 0, 2], [4, 4, 6, 4, 6, 6, 4, 6]], (8, 8))
    assert two.area == 8


def test_a_score_for_the_whole_track_is_read(tmp_path):
    document = changed(VIDEO, "annotations", 0, "score", to=0.25)
    assert read_coco_video(save(tmp_path / "a.json", document)).masklet(9).scores == {1: 0.25}


SEGMENT = ("annotations", 0, "segmentations", 1)


@pytest.mark.parametrize(
    ("read", "document", "reason"),
    [
        pytest.param(
            read_coco_video, changed(VIDEO, "videos", 0, "height", without=True),
            r"'height' in videos\[0\] of .*a\.json, got the keys id", id="missing key",
        ),
        pytest.param(
            read_coco_video, changed(VIDEO, *SEGMENT, "size", to=[8, 8]),
            r"\[4, 4\].* in annotations\[0\].segmentations\[1\].size of .*got \[8, 8\]", id="another size",
        ),
        pytest.param(
            read_coco_video, changed(VIDEO, *SEGMENT, "counts", to="zz"),
            r"annotations\[0\].segmentations\[1\].counts of .*run-length", id="damaged counts",
        ),
        pytest.param(
            read_coco_video, changed(VIDEO, *SEGMENT, to="what"),
            r"'size' in annotations\[0\].segmentations\[1\] of .*\"what\"", id="no run lengths",
        ),
        pytest.param(
            read_coco_video, changed(VIDEO, "annotations", 0, "segmentations", to=[None]),
            r"2 masks or nulls", id="masks missing",
        ),
        pytest.param(
            read_coco_video, changed(VIDEO, "annotations", 0, "category_id", to=7),
            r"category.* in annotations\[0\].category_id .*got 7", id="unknown category",
        ),
        pytest.param(
            read_coco_images, changed(IMAGES, "annotations", 0, "image_id", to=7),
            r"annotations\[0\].image_id .*got 7", id="unknown image",
        ),
        pytest.param(
            read_coco_images, changed(IMAGES, "images", 0, "width", to=5),
            r"one size.*b\.jpg of 5x4 and a\.jpg of 4x4", id="several sizes",
        ),
        pytest.param(
            read_coco_images, changed(IMAGES, "annotations", 0, "segmentation", to=[[1, 1, 2, 2]]),
            r"3 points", id="half a polygon",
        ),
        pytest.param(
            read_coco_images, changed(IMAGES, "annotations", 0, "id", to=0),
            r"positive object id in annotations\[0\].id", id="object 0",
        ),
    ],
)  # fmt: skip
def test_wrong_entries_are_named(tmp_path, read, document, reason):
    with pytest.raises(FormatError, match=reason):
        list(read(save(tmp_path / "a.json", document)))


def test_malformed_json_is_named_by_line_and_column(tmp_path):
    (tmp_path / "a.json").write_text('{"videos": [\n  {"id": 1,}\n]}')
    with pytest.raises(FormatError, match=r"a\.json, got an error in line 2, column 1\d"):
        read_coco_video(tmp_path / "a.json")


def test_written_videos_list_boxes_and_areas(tmp_path):
    written = random_masklets(frames=2, objects=1)
    write_coco_video(written, tmp_path / "a.json", "walk")
    document = json.loads((tmp_path / "a.json").read_text())
    first = written.masklet(1).rles[0]
    x1, y1, x2, y2 = first.box_xyxy
    assert document["annotations"][0]["bboxes"][0] == [x1, y1, x2 - x1, y2 - y1]
    assert document["annotations"][0]["areas"][0] == first.area
    assert document["videos"][0]["file_names"][0] == "walk/00000.jpg"
