import json

import numpy as np
import pytest

from labelled_samples import SPACE, street
from masklet.core.errors import FormatError
from masklet.core.label_spaces import CAMVID
from masklet.formats.class_folder import open_class_folder
from masklet.formats.class_png import write_class_png
from masklet.formats.label_maps import LabelMaps
from masklet.formats.label_space import read_label_space, write_label_space


def write_pngs(folder, names, space=SPACE):
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(exist_ok=True)
        write_class_png(folder / f"{name}.png", street(index), space)
    return folder


def test_a_label_space_comes_back_as_it_went(tmp_path):
    write_label_space(SPACE, tmp_path / "space.json")
    assert read_label_space(tmp_path / "space.json") == SPACE


def test_a_run_knows_its_label_space(tmp_path):
    write_pngs(tmp_path / "labels", ["00000", "00001"])
    (tmp_path / "run.json").write_text(json.dumps({"label_space": SPACE.to_json()}))
    folder = open_class_folder(tmp_path)
    assert folder.label_space == SPACE
    assert folder.read("00001").tolist() == street(1).tolist()
    with pytest.raises(FormatError, match=r"labels of camvid in .*labels are signals"):
        open_class_folder(tmp_path, CAMVID)


@pytest.mark.parametrize("given", ["", "labels"], ids=["the run", "its PNGs"])
def test_label_maps_of_a_run_know_its_label_space(tmp_path, given):
    write_pngs(tmp_path / "labels", ["00000", "00001"])
    (tmp_path / "run.json").write_text(json.dumps({"label_space": SPACE.to_json()}))
    maps = LabelMaps(tmp_path / given, ["00000", "00001"])
    assert maps.space == SPACE
    assert maps.label_map(1).tolist() == street(1).tolist()


def test_any_folder_needs_to_be_told(tmp_path):
    write_pngs(tmp_path, ["a", "city/b"])
    with pytest.raises(FormatError, match=r"got none; name it \(--space\)"):
        open_class_folder(tmp_path)
    folder = open_class_folder(tmp_path, SPACE)
    assert list(folder.paths) == ["a", "city/b"]
    assert folder.read("city/b").tolist() == street(1).tolist()
    with pytest.raises(FormatError, match=r"labels c\.png in .*got a, city/b"):
        folder.read("c")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["00000", "00001", "00002"], {0: "00000", 2: "00002"}, id="by name"),
        pytest.param(["a", "b"], {0: "00000", 1: "00002"}, id="by order"),
    ],
)
def test_labels_find_their_frames(tmp_path, names, expected):
    assert open_class_folder(write_pngs(tmp_path, ["00000", "00002"]), SPACE).of_frames(names) == expected


def test_labels_of_another_video_are_refused(tmp_path):
    folder = open_class_folder(write_pngs(tmp_path, ["x"]), SPACE)
    with pytest.raises(FormatError, match=r"the video's 2 frames \(a, b\).*got 1 \(x\)"):
        folder.of_frames(["a", "b"])


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"class PNGs in .*found none"):
        open_class_folder(tmp_path, SPACE)


def test_a_damaged_label_space_is_named(tmp_path):
    said = SPACE.to_json()
    said["classes"][1] = {"name": "road", "colour": [1, 2, 300]}
    (tmp_path / "space.json").write_text(json.dumps(said))
    with pytest.raises(FormatError, match=r"name and classes \(name, colour, thing\), in .*space\.json"):
        read_label_space(tmp_path / "space.json")


def test_values_are_read_as_bytes(tmp_path):
    folder = open_class_folder(write_pngs(tmp_path, ["x"]), SPACE)
    assert folder.read("x").dtype == np.uint8
