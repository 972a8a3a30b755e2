"""Recognising formats, writing whole or not at all, and what is never overwritten."""

import json

import numpy as np
import pytest

from masklet.core.errors import FormatError, OutputError
from masklet.core.values import FrameMasks
from masklet.formats import FORMATS, Reading, format_of, read_annotations, read_masklets, write_masklets
from masklet.formats.box_csv import read_box_csv
from masklet.formats.change import labelled, renumbered
from masklet.formats.convert import convert
from masklet.formats.cvat import read_cvat
from masklet.formats.davis import read_label_pngs, read_palette, write_label_png, write_label_pngs
from masklet.formats.mot import read_mot
from masklet.formats.mots import read_mots_txt
from masklet.formats.palette import davis_palette
from masklet.formats.sav_png import read_sav_pngs
from masklet.masklets import BoxTracks, Masklets
from samples import assert_same_masks, random_masklets


def high_ids(*, size_HW=(4, 5)):
    frame = FrameMasks(0, (7, 300), np.stack([np.eye(*size_HW, dtype=bool)] * 2), np.ones(2), ("car", None))
    return Masklets.from_frame_masks(size_HW, iter([frame]))


def test_a_failed_conversion_leaves_nothing_and_keeps_what_was_there(tmp_path):
    write_masklets(random_masklets(), tmp_path / "out", "davis")
    with pytest.raises(FormatError, match=r"300 .*--renumber"):
        write_masklets(high_ids(), tmp_path / "out", "davis")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert_same_masks(read_masklets(tmp_path / "out"), random_masklets())


def test_what_is_there_is_replaced_only_on_request(tmp_path):
    write_masklets(random_masklets(seed=1), tmp_path / "a.json", "coco-video")
    with pytest.raises(OutputError, match="--overwrite"):
        write_masklets(random_masklets(), tmp_path / "a.json", "coco-video", overwrite=False)
    write_masklets(random_masklets(), tmp_path / "a.json", "coco-video")
    assert_same_masks(read_masklets(tmp_path / "a.json"), random_masklets())


def test_a_replaced_folder_holds_no_frame_of_the_old_one(tmp_path):
    write_masklets(random_masklets(frames=9), tmp_path / "out", "davis")
    write_masklets(random_masklets(frames=2), tmp_path / "out", "davis")
    assert len(read_masklets(tmp_path / "out")) == 2


def test_a_folder_with_other_files_is_never_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_bytes(b"dear")
    with pytest.raises(OutputError, match=r"holiday\.jpg"):
        write_masklets(random_masklets(), tmp_path / "photos", "davis")
    assert (tmp_path / "photos" / "holiday.jpg").read_bytes() == b"dear"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        pytest.param("davis", lambda path: path.write_text("a file"), id="file where a folder goes"),
        pytest.param("cvat", lambda path: path.mkdir(), id="folder where a file goes"),
    ],
)
def test_a_file_is_not_taken_for_a_folder(tmp_path, name, make):
    make(tmp_path / "out")
    with pytest.raises(OutputError, match="Expected to write a"):
        write_masklets(random_masklets(), tmp_path / "out", name)


def test_an_output_under_a_file_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Expected to write"):
        write_masklets(random_masklets(), tmp_path / "file" / "a.json", "coco-video")


@pytest.mark.parametrize("target", ["", "masks", "masks/../masks"])
def test_the_input_is_never_replaced(tmp_path, target):
    write_masklets(random_masklets(), tmp_path / "masks", "davis")
    with pytest.raises(OutputError, match="apart from the input"):
        convert(tmp_path / "masks", tmp_path / target, "davis", overwrite=True)
    assert len(read_masklets(tmp_path / "masks")) == 6


def test_a_folder_of_two_kinds_is_ambiguous_until_one_is_named(tmp_path):
    write_masklets(random_masklets(), tmp_path / "out", "davis")
    (tmp_path / "out" / "a.json").write_text('{"shapes": []}')
    with pytest.raises(FormatError, match="davis or labelme"):
        format_of(tmp_path / "out")
    assert len(read_masklets(tmp_path / "out", "davis")) == 6


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "no such file", id="missing"),
        pytest.param("hello", "davis, youtube-vos", id="some text"),
        pytest.param("{}", "something else", id="some JSON"),
    ],
)
def test_what_is_no_format_is_answered_with_those_there_are(tmp_path, content, reason):
    path = tmp_path / "a"
    if content is not None:
        path.write_text(content)
    with pytest.raises(FormatError, match=reason):
        read_annotations(path)


def test_json_that_breaks_is_named_by_line_and_column(tmp_path):
    (tmp_path / "a.json").write_text('{"a": 1,}')
    with pytest.raises(FormatError, match=r"a\.json, got an error in line 1, column"):
        read_annotations(tmp_path / "a.json")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_nothing_is_refused_by_every_format(tmp_path, name):
    path = tmp_path / "a"
    path.mkdir() if FORMATS[name].suffix == "" else path.write_text("\x00nothing")
    with pytest.raises(FormatError, match="Expected"):
        read_annotations(path, name)


def test_boxes_do_not_become_masks(tmp_path):
    write_masklets(BoxTracks.from_masklets(random_masklets()), tmp_path / "a.csv", "box-csv")
    with pytest.raises(FormatError, match=r"a\.csv; `masklet segment`"):
        convert(tmp_path / "a.csv", tmp_path / "out", "davis")
    with pytest.raises(FormatError, match="masklet segment"):
        write_masklets(BoxTracks({}), tmp_path / "out", "davis")


def test_objects_are_numbered_anew_and_labelled():
    changed = labelled(renumbered(high_ids()), "dog")
    assert changed.labels == {1: "car", 2: "dog"}


def test_pictures_beside_the_masks_number_the_frames(tmp_path):
    masks, pictures = (tmp_path / kind / "480p" / "judo" for kind in ("Annotations", "JPEGImages"))
    pictures.mkdir(parents=True)
    for name in ("00000", "00001", "00002"):
        (pictures / f"{name}.jpg").touch()
    write_label_pngs([FrameMasks.empty(0, (2, 2))], masks, names=lambda _: "00002")
    assert read_masklets(masks).frame_indices == (2,)
    assert read_masklets(masks, about=Reading(names=["00002"])).frame_indices == (0,)
    with pytest.raises(FormatError, match=r"2 frames in .*judo, got 00002"):
        read_masklets(masks, about=Reading(names=["a", "b"]))


def test_a_data_set_of_several_videos_asks_which(tmp_path):
    for video in ("run", "walk"):
        write_label_pngs(random_masklets(), tmp_path / "Annotations" / video)
    objects = {"1": {"category": "person", "frames": []}}
    (tmp_path / "meta.json").write_text(json.dumps({"videos": {"walk": {"objects": objects}}}))
    with pytest.raises(FormatError, match=r"run, walk.*--video"):
        read_masklets(tmp_path)
    assert read_masklets(tmp_path, about=Reading(video="walk")).labels[1] == "person"
    with pytest.raises(FormatError, match="no 'fly'"):
        read_masklets(tmp_path, about=Reading(video="fly"))


def test_colours_of_indexed_pictures_are_kept(tmp_path):
    palette = davis_palette()[::-1].copy()
    write_label_pngs(random_masklets(), tmp_path / "in", palette=palette)
    convert(tmp_path / "in", tmp_path / "out", "youtube-vos")
    np.testing.assert_array_equal(read_palette(tmp_path / "out/Annotations/in/00000.png"), palette)


def test_a_runs_folder_is_an_input(tmp_path):
    write_masklets(random_masklets(), tmp_path / "run" / "masklets.jsonl", "masklets")
    write_label_pngs(random_masklets(), tmp_path / "run" / "masks")
    write_label_png(tmp_path / "run" / "sheet.png", np.zeros((3, 3), dtype=int))
    report = convert(tmp_path / "run", tmp_path / "out", "davis")
    assert (report.read_as, report.frames, report.objects) == ("masklets", 6, 3)
    assert_same_masks(read_label_pngs(tmp_path / "out"), random_masklets())


@pytest.mark.parametrize(
    "read", [read_mot, read_box_csv, read_mots_txt, read_label_pngs, read_sav_pngs, read_cvat]
)
def test_every_reader_by_itself_names_a_missing_file(tmp_path, read):
    with pytest.raises(FormatError, match="nowhere"):
        read(tmp_path / "nowhere")
