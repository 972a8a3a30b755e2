import json

import numpy as np
import pytest

from labelled_samples import SPACE, street
from masklet.core.errors import FormatError
from masklet.core.label_spaces import CAMVID
from masklet.formats.class_folder import (
    label_space_from_json,
    label_space_to_json,
    open_class_folder,
)
from masklet.formats.class_png import write_class_png
from masklet.formats.records import Entry


def write_pngs(folder, names, space=SPACE):
    folder.mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(exist_ok=True)
        write_class_png(folder / f"{name}.png", street(index), space)
    return folder


def test_a_label_space_comes_back_as_it_went(tmp_path):
    said = json.loads(json.dumps(label_space_to_json(SPACE)))
    assert label_space_from_json(Entry(said, tmp_path)) == SPACE


def test_a_run_knows_its_label_space(tmp_path):
    write_pngs(tmp_path / "labels", ["00000", "00001"])
    (tmp_path / "run.json").write_text(json.dumps({"label_space": label_space_to_json(SPACE)}))
    folder = open_class_folder(tmp_path)
    assert folder.label_space == SPACE
    assert folder.read("00001").tolist() == street(1).tolist()
    with pytest.raises(FormatError, match=r"labels of camvid in .*labels are signals"):
        open_class_folder(tmp_path, CAMVID)


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
    said = label_space_to_json(SPACE)
    said["classes"][1] = {"name": "road", "colour": [1, 2, 300]}
    with pytest.raises(FormatError, match=r"numbers from 0 to 255 in classes\[1\]\.colour"):
        label_space_from_json(Entry(said, tmp_path))


def test_values_are_read_as_bytes(tmp_path):
    folder = open_class_folder(write_pngs(tmp_path, ["x"]), SPACE)
    assert folder.read("x").dtype == np.uint8
