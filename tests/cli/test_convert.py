"""masklet convert as a user types it."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from masklet.cli import main
from masklet.datasets import Davis2016
from masklet.formats import FORMATS, read_masklets, write_masklets
from samples import assert_same_masks, random_masklets


def masklet(monkeypatch, *words):
    """Run the command line and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["masklet", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code or 0


@pytest.fixture
def masks(tmp_path):
    write_masklets(random_masklets(), tmp_path / "masks", "davis")
    return tmp_path / "masks"


def test_masks_are_converted_and_counted(monkeypatch, capsys, tmp_path, masks):
    assert masklet(monkeypatch, "convert", masks, tmp_path / "a.json", "--to", "coco-video", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["from"], report["to"], report["frames"], report["objects"]) == ("davis", "coco-video", 6, 3)
    assert_same_masks(read_masklets(tmp_path / "a.json"), random_masklets())


def test_a_label_goes_to_objects_without_one(monkeypatch, tmp_path, masks):
    assert masklet(monkeypatch, "convert", masks, tmp_path / "a.txt", "--to", "mots-txt", "--label", "car") == 0
    assert read_masklets(tmp_path / "a.txt").labels == {1001: "car", 1002: "car", 1003: "car"}


def test_high_ids_fail_with_the_way_out_and_renumber_is_it(monkeypatch, capsys, tmp_path, masks):
    masklet(monkeypatch, "convert", masks, tmp_path / "a.txt", "--to", "mots-txt")
    again = ("convert", tmp_path / "a.txt", tmp_path / "out", "--to", "davis")
    capsys.readouterr()
    assert masklet(monkeypatch, *again) == 1
    captured = capsys.readouterr()
    assert "--renumber" in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert masklet(monkeypatch, *again, "--renumber") == 0
    assert_same_masks(read_masklets(tmp_path / "out"), random_masklets())


def test_pictures_number_the_frames(monkeypatch, tmp_path, masks):
    (tmp_path / "pictures").mkdir()
    for index in range(8):
        (tmp_path / "pictures" / f"{index:05d}.jpg").touch()
    (masks / "00000.png").unlink()
    masklet(
        monkeypatch, "convert", masks, tmp_path / "a.jsonl", "--to", "masklets", "--frames", tmp_path / "pictures"
    )
    assert read_masklets(tmp_path / "a.jsonl").frame_indices == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param(["a.json", "--to", "gif"], "got 'gif'", id="unknown format"),
        pytest.param(["a.json", "--to", "cvat", "--from", "gif"], "got 'gif'", id="unknown format of the input"),
        pytest.param(["masks", "--to", "davis", "--overwrite"], "apart from the input", id="onto itself"),
        pytest.param(["a.csv", "--to", "cvat", "--from", "box-csv"], "got the folder", id="not that format"),
    ],
)
def test_what_fails_fails_in_one_line(monkeypatch, capsys, tmp_path, masks, words, reason):
    monkeypatch.chdir(tmp_path)
    assert masklet(monkeypatch, "convert", "masks", *words) == 1
    captured = capsys.readouterr()
    assert reason in captured.err
    assert captured.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["masks"]


def test_missing_words_are_wrong_usage(monkeypatch, masks):
    assert masklet(monkeypatch, "convert", masks) == 2


@pytest.fixture
def mose(tmp_path, masks):
    """A MOSE of one video with three objects."""
    for kind in ("JPEGImages", "Annotations"):
        (tmp_path / "MOSE/train" / kind).mkdir(parents=True)
    masks.rename(tmp_path / "MOSE/train/Annotations/ab12")
    pictures = tmp_path / "MOSE/train/JPEGImages/ab12"
    pictures.mkdir()
    for index in range(6):
        size_HW = random_masklets().size_HW
        Image.fromarray(np.zeros((*size_HW, 3), np.uint8)).save(pictures / f"{index:05d}.jpg")
    return tmp_path / "MOSE"


def test_every_object_of_mose_becomes_a_sequence(monkeypatch, capsys, tmp_path, mose):
    assert masklet(monkeypatch, "convert", mose, tmp_path / "single", "--single-objects", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["videos"], report["sequences"]) == (1, 3)
    assert Davis2016(tmp_path / "single", "train").names() == ("ab12-001", "ab12-002", "ab12-003")
    assert masklet(monkeypatch, "convert", mose, tmp_path / "single", "--single-objects") == 0
    assert capsys.readouterr().out.startswith("1 videos, 3 sequences of one object -> ")


def test_single_objects_want_a_split_that_is_there_and_no_format(monkeypatch, capsys, tmp_path, mose):
    words = ("convert", mose, tmp_path / "single", "--single-objects")
    assert masklet(monkeypatch, *words, "--to", "davis") == 2
    capsys.readouterr()
    assert masklet(monkeypatch, *words, "--split", "test") == 1
    assert capsys.readouterr().err.startswith("masklet: Expected ")
    assert not (tmp_path / "single").exists()


def test_the_formats_are_listed(monkeypatch, capsys):
    assert masklet(monkeypatch, "convert", "--list", "--json") == 0
    assert [row["format"] for row in json.loads(capsys.readouterr().out)] == list(FORMATS)
    assert masklet(monkeypatch, "convert", "--list") == 0
    assert "KITTI MOTS" in capsys.readouterr().out
