"""SA-V: every fourth frame, ids from 0, and a folder for each object."""

import json

import numpy as np
import pytest
from PIL import Image

from masklet.core import rle
from masklet.core.errors import FormatError
from masklet.core.values import FrameMasks
from masklet.formats.sav_json import read_sav_json, write_sav_json
from masklet.formats.sav_png import read_sav_pngs, write_sav_pngs
from masklet.masklets import Masklets
from samples import assert_same_masks, random_masklets

FULL = {"size": [2, 3], "counts": rle.encode(np.ones((2, 3), dtype=bool)).counts}
EMPTY = {"size": [2, 3], "counts": rle.encode(np.zeros((2, 3), dtype=bool)).counts}


def document(masks, *, frames, ids=(0,)):
    return {
        "video_frame_count": frames,
        "video_height": 2,
        "video_width": 3,
        "masklet": masks,
        "masklet_id": list(ids),
    }


def save(path, masks, **kwargs):
    path.write_text(json.dumps(document(masks, **kwargs)))
    return path


def test_frames_are_those_of_the_video_and_ids_count_from_1(tmp_path):
    masklets = read_sav_json(
        save(tmp_path / "a.json", [[FULL, EMPTY], [EMPTY, EMPTY], [EMPTY, FULL]], frames=11, ids=(0, 4))
    )
    assert masklets.frame_indices == (0, 4, 8)
    assert {number: masklets.masklet(number).frame_indices for number in masklets.object_ids} == {1: (0,), 5: (8,)}


@pytest.mark.parametrize(
    ("masks", "ids", "frames", "reason"),
    [
        pytest.param([[FULL]], (0, 1), 1, r"2 masks.* in masklet\[0\] of", id="a mask short"),
        pytest.param([[FULL], [FULL]], (0,), 900, r"even step", id="frames that do not fit"),
        pytest.param([[FULL]], (0, 0), 1, r"different numbers", id="an id twice"),
        pytest.param([[{**FULL, "size": [9, 9]}]], (0,), 1, r"masklet\[0\]\[0\].size", id="another size"),
    ],
)
def test_wrong_entries_are_named(tmp_path, masks, ids, frames, reason):
    with pytest.raises(FormatError, match=reason):
        list(read_sav_json(save(tmp_path / "a.json", masks, frames=frames, ids=ids)))


def test_frames_at_6_per_second_are_written_as_in_sa_v(tmp_path):
    frames = (FrameMasks(index, (1,), np.ones((1, 2, 3), dtype=bool), np.ones(1)) for index in (0, 4, 8))
    write_sav_json(Masklets.from_frame_masks((2, 3), frames), tmp_path / "a.json", "walk")
    assert len(json.loads((tmp_path / "a.json").read_text())["masklet"]) == 3
    assert read_sav_json(tmp_path / "a.json").frame_indices == (0, 4, 8)


def test_every_object_has_a_folder_of_black_and_white_pictures(tmp_path):
    write_sav_pngs(random_masklets(objects=2), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000", "001"]
    Image.fromarray(np.full((40, 56), 255, np.uint8)).save(tmp_path / "001" / "00000.png")
    assert read_sav_pngs(tmp_path).masklet(2).rles[0].area == 40 * 56


def test_a_folder_with_another_name_is_refused(tmp_path):
    write_sav_pngs(random_masklets(objects=1), tmp_path)
    (tmp_path / "car").mkdir()
    with pytest.raises(FormatError, match=r"object numbers.*car"):
        read_sav_pngs(tmp_path)


def test_a_picture_of_another_size_is_named(tmp_path):
    write_sav_pngs(random_masklets(objects=2), tmp_path)
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "001" / "00002.png")
    with pytest.raises(FormatError, match=r"56x40 in .*00002\.png, got 5x4"):
        list(read_sav_pngs(tmp_path))


def test_the_published_example_comes_back(shared, tmp_path):
    example = read_sav_json(shared / "sav_example/sav_000001_manual.json")
    assert (example.frame_indices[:3], example.frame_indices[-1]) == ((0, 4, 8), 480)
    assert example.masklet(4).frame_indices[0] == 113 * 4
    write_sav_json(example, tmp_path / "a.json", "sav_000001")
    assert_same_masks(read_sav_json(tmp_path / "a.json"), example)
