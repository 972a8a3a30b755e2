import json
import os

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError, OutputError
from masklet.datasets import Davis2016, Mose, write_single_objects
from masklet.datasets import single_objects as module
from masklet.formats.davis import write_label_png

FRAMES = 4


@pytest.fixture
def mose(tmp_path):
    """Two videos: object 1 is there throughout, object 2 of the first one from its third frame on."""
    for number, video in enumerate(("ab12", "cd34")):
        pictures, masks = (tmp_path / "MOSE/train" / kind / video for kind in ("JPEGImages", "Annotations"))
        pictures.mkdir(parents=True)
        masks.mkdir(parents=True)
        for index in range(FRAMES):
            labels_HW = np.zeros((12, 16), np.int32)
            labels_HW[:4, index : index + 3] = 1
            if number == 0 and index >= 2:
                labels_HW[6:9, :5] = 2
            Image.fromarray(np.full((12, 16, 3), 60 * index, np.uint8)).save(pictures / f"{index:05d}.jpg")
            write_label_png(masks / f"{index:05d}.png", labels_HW)
    return Mose(tmp_path / "MOSE")


def test_mose_is_read_as_its_authors_pack_it(mose):
    first, second = mose
    assert (first.name, second.name) == ("ab12", "cd34")
    assert first.truth.object_ids == (1, 2)
    assert first.frames.read().__next__().image_HW3.shape == (12, 16, 3)


def test_every_object_becomes_a_sequence_from_where_it_comes(mose, tmp_path):
    made = list(write_single_objects(mose, tmp_path / "out"))
    assert [video.sequences for video in made] == [("ab12-001", "ab12-002"), ("cd34-001",)]
    sequences = {clip.name: clip for clip in Davis2016(tmp_path / "out", "train")}
    assert [len(clip.truth) for clip in sequences.values()] == [4, 2, 4]
    truth = mose.clip("ab12").truth
    for name, object_id, begin in (("ab12-001", 1, 0), ("ab12-002", 2, 2)):
        single = sequences[name].truth
        assert single.object_ids == (1,)
        for index in range(len(single)):
            whole = truth.frame(begin + index)
            np.testing.assert_array_equal(
                single.frame(index).masks_NHW[0], whole.masks_NHW[whole.object_ids.index(object_id)]
            )
    assert sequences["ab12-002"].frames.read().__next__().image_HW3.mean() == pytest.approx(120, abs=2)


def test_pictures_are_linked_and_not_copied(mose, tmp_path):
    list(write_single_objects(mose, tmp_path / "out"))
    picture = mose.folder / "JPEGImages/ab12/00003.jpg"
    for name in ("ab12-001", "ab12-002"):
        assert (tmp_path / "out/JPEGImages/original" / name / "00003.jpg").samefile(picture)


def test_where_there_are_no_hard_links_there_are_symbolic_ones(mose, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    list(write_single_objects(mose, tmp_path / "out"))
    link = tmp_path / "out/JPEGImages/original/ab12-001/00000.jpg"
    assert link.is_symlink()
    assert link.samefile(mose.folder / "JPEGImages/ab12/00000.jpg")


def test_what_was_stopped_goes_on(mose, tmp_path, monkeypatch):
    out = tmp_path / "out"
    making = write_single_objects(mose, out)
    assert next(making).video == "ab12"
    making.close()
    assert not (out / "ImageSets").exists()
    with (out / module.LIST).open("a") as file:
        file.write('{"video": "cd34", "seq')  # killed while it wrote
    written = []
    write = module._write_video
    monkeypatch.setattr(module, "_write_video", lambda *words: written.append(words[1]) or write(*words))
    made = list(write_single_objects(mose, out))
    assert written == ["cd34"]
    assert [len(video.sequences) for video in made] == [2, 1]
    assert (out / "ImageSets/2016/train.txt").read_text().split() == ["ab12-001", "ab12-002", "cd34-001"]
    assert [json.loads(line)["video"] for line in (out / module.LIST).read_text().splitlines()] == ["ab12", "cd34"]


def test_an_error_leaves_no_half_of_a_sequence(mose, tmp_path):
    (mose.folder / "Annotations/ab12/00003.png").write_bytes(b"no picture")
    with pytest.raises(FormatError, match=r"00003.png"):
        list(write_single_objects(mose, tmp_path / "out"))
    assert not list((tmp_path / "out").rglob("*.png"))


def test_masks_without_their_picture_are_named(mose, tmp_path):
    (mose.folder / "JPEGImages/cd34/00001.jpg").unlink()
    with pytest.raises(FormatError, match=r"Expected the picture of the masks 00001.png"):
        list(write_single_objects(mose, tmp_path / "out"))


def test_a_folder_of_something_else_is_left_alone(mose, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"Expected a new folder .* got "):
        list(write_single_objects(mose, tmp_path / "out"))
