"""Building a clip cache from every kind of source."""

import json

import numpy as np
import pytest
from PIL import Image

from masklet.core.errors import FormatError, OutputError
from masklet.core.rle import encode
from masklet.formats.davis import write_label_png
from masklet.formats.run import write_run
from masklet.masklets import Masklets, ObjectMask
from masklet.training.cache import Shrinking, UncachedClip, build_cache
from masklet.training.cache_runs import MaskletSource, clip_of_masklets, known_throughout
from masklet.training.cache_sources import (
    DavisSource,
    FolderPairs,
    PennFudanSource,
    YoloPolygons,
    YoutubeVosSource,
)
from samples import random_masklets
from tiny_penn_fudan import write_penn_fudan

WHOLE = Shrinking(least_share=0)
"""Leaves everything as it is."""


def clip(name="a", size_HW=(8, 12), frames=2, labels=None, **facts):
    images = [np.full((*size_HW, 3), 40 * number, np.uint8) for number in range(frames)]
    if labels is None:
        labels = [np.zeros(size_HW, np.int32) for _ in images]
    return UncachedClip(name=name, frames=images, labels=labels, **({"source": "s", "licence": "l"} | facts))


def labels_of(masklets):
    return np.stack([frame.label_map() for frame in masklets])


def write_pictures(folder, masklets, suffix=".png"):
    """A picture for every frame, its grey level telling which."""
    folder.mkdir(parents=True)
    for index in masklets.frame_indices:
        Image.new("RGB", masklets.size_HW[::-1], (20 * index,) * 3).save(folder / f"{index:05d}{suffix}")


def write_labels(folder, masklets, every=1):
    folder.mkdir(parents=True)
    for index in masklets.frame_indices[::every]:
        write_label_png(folder / f"{index:05d}.png", masklets.frame(index).label_map())


def read_all(cached):
    return cached.read(range(cached.frame_count))


def test_a_cache_holds_what_the_source_gave(tmp_path):
    truth = random_masklets()
    given = clip("dogs", truth.size_HW, frames=6, labels=list(labels_of(truth)), source="here", licence="CC0")
    (cached,) = build_cache([[given]], tmp_path / "cache", shrinking=WHOLE)
    frames_THW3, labels_THW = read_all(cached)
    assert np.array_equal(labels_THW, labels_of(truth))
    assert frames_THW3[:, 0, 0, 0] == pytest.approx([0, 40, 80, 120, 160, 200], abs=2)
    assert cached.object_ids_by_frame == tuple(
        tuple(int(value) for value in np.unique(labels_HW) if value) for labels_HW in labels_THW
    )
    assert (cached.name, cached.source, cached.licence) == ("dogs", "here", "CC0")


def test_the_cache_is_a_plain_folder(tmp_path):
    build_cache([[clip("a", labels=[np.full((8, 12), 255), np.eye(8, 12, dtype=int)])]], tmp_path / "cache")
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    assert found == [
        "cache/a/frames/00000.jpg",
        "cache/a/frames/00001.jpg",
        "cache/a/labels/00000.png",
        "cache/a/labels/00001.png",
        "cache/clips.json",
    ]
    assert json.loads((tmp_path / "cache/clips.json").read_text()) == {
        "version": 1,
        "clips": [
            {
                "name": "a",
                "frame_count": 2,
                "size": [8, 12],
                "object_ids": [[], [1]],
                "source": "s",
                "licence": "l",
            }
        ],
    }
    with Image.open(tmp_path / "cache/a/labels/00001.png") as image:
        assert image.mode == "P"
        assert image.getpalette()[3:6] == [128, 0, 0]


@pytest.mark.parametrize(("size_HW", "short_side", "expected_HW"), [
    pytest.param((480, 854), 288, (288, 512), id="wide"),
    pytest.param((64, 32), 16, (32, 16), id="tall"),
    pytest.param((20, 30), 288, (20, 30), id="never enlarged"),
])  # fmt: skip
def test_the_short_side_is_made_small(tmp_path, size_HW, short_side, expected_HW):
    shrinking = Shrinking(short_side=short_side)
    (cached,) = build_cache([[clip(size_HW=size_HW, frames=1)]], tmp_path / "c", shrinking=shrinking)
    assert cached.size_HW == expected_HW
    assert read_all(cached)[0].shape == (1, *expected_HW, 3)


def test_pictures_shrink_by_the_mean_and_labels_by_the_nearest(tmp_path):
    checks_HW = np.indices((48, 48)).sum(axis=0) % 2
    image_HW3 = np.repeat(255 * checks_HW[..., None], 3, axis=2).astype(np.uint8)
    labels_HW = np.where(np.arange(48) < 24, 5, 9)[None].repeat(48, axis=0)
    given = UncachedClip(name="a", frames=[image_HW3], labels=[labels_HW], source="", licence="")
    (cached,) = build_cache([[given]], tmp_path / "c", shrinking=Shrinking(short_side=24))
    frames_THW3, labels_THW = read_all(cached)
    assert frames_THW3 == pytest.approx(np.full((1, 24, 24, 3), 127.5), abs=2)
    assert labels_THW.tolist() == [[[5] * 12 + [9] * 12] * 24]


@pytest.mark.parametrize("label", [0, 255])
def test_an_object_that_is_small_all_along_is_left_out(tmp_path, label):
    labels_THW = np.zeros((2, 10, 10), int)
    labels_THW[:, 0, :1] = 1  # small in both frames
    labels_THW[0, 5, :1] = 2  # small in this one alone
    labels_THW[1, 5:7] = 2
    given = clip(size_HW=(10, 10), labels=list(labels_THW))
    shrinking = Shrinking(least_share=0.1, left_out_as=label)
    (cached,) = build_cache([[given]], tmp_path / "c", shrinking=shrinking)
    assert cached.object_ids_by_frame == ((2,), (2,))
    assert np.array_equal(read_all(cached)[1], np.where(labels_THW == 1, label, labels_THW))


@pytest.mark.parametrize(("clips", "message"), [
    pytest.param([clip("a"), clip("a")], "a twice", id="two of one name"),
    pytest.param([clip("../a")], "'../a'", id="a name that is a path"),
    pytest.param([clip(frames=0)], "at least one frame", id="no frames"),
    pytest.param([clip(labels=[np.zeros((8, 12), int)])], "labels for every frame", id="too few labels"),
    pytest.param([clip(labels=[np.zeros((8, 12), int)] * 3)], "frame for all labels", id="too few frames"),
    pytest.param([clip(labels=[np.zeros((8, 11), int)] * 2)], r"got \(8, 11\)", id="labels of another size"),
    pytest.param([clip(labels=[np.full((8, 12), 254)] * 2)], "got 254", id="an id too high"),
    pytest.param([clip(labels=[np.full((8, 12), -1)] * 2)], "got -1", id="an id below 0"),
])  # fmt: skip
def test_clips_that_cannot_be_cached_leave_nothing(tmp_path, clips, message):
    with pytest.raises(FormatError, match=message):
        build_cache([clips], tmp_path / "cache")
    assert not list(tmp_path.iterdir())


def test_frames_of_changing_size_are_refused(tmp_path):
    images, labels = [np.zeros((8, w, 3), np.uint8) for w in (8, 9)], [np.zeros((8, w), int) for w in (8, 9)]
    given = UncachedClip(name="a", frames=images, labels=labels, source="", licence="")
    with pytest.raises(FormatError, match=r"one of \(8, 9\)"):
        build_cache([[given]], tmp_path / "cache")


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(OutputError, match="already there"):
        build_cache([[clip()]], tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_what_an_interrupted_build_left_is_built_anew(tmp_path):
    (tmp_path / ".cache.partial/a/frames").mkdir(parents=True)
    told = []
    build_cache([[clip("a"), clip("b")]], tmp_path / "cache", on_clip=told.append)
    assert told == ["a", "b"]
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.mark.parametrize(("year", "expected"), [(2016, [1]), (2017, [1, 2, 3])])
def test_davis_becomes_clips(tmp_path, year, expected):
    truth = random_masklets()
    for name in ("dog", "cows"):
        write_pictures(tmp_path / "JPEGImages/480p" / name, truth, ".jpg")
        write_labels(tmp_path / "Annotations/480p" / name, truth)
    (tmp_path / f"ImageSets/{year}").mkdir(parents=True)
    (tmp_path / f"ImageSets/{year}/train.txt").write_text("dog\ncows\n")
    source = DavisSource(root=tmp_path, year=year, exclude=("dog",))
    (cached,) = build_cache([source], tmp_path / "c", shrinking=WHOLE)
    assert (cached.name, cached.frame_count, cached.source) == ("davis-cows", 6, f"DAVIS {year} train")
    assert list(cached.object_ids) == expected
    labels_THW = labels_of(truth)
    assert np.array_equal(read_all(cached)[1], (labels_THW > 0) if year == 2016 else labels_THW)


@pytest.mark.parametrize("layout", ["youtube-vos", "folder pairs"])
def test_only_annotated_frames_are_taken(tmp_path, layout):
    truth = random_masklets()
    write_pictures(tmp_path / "train/JPEGImages/dog", truth, ".jpg")
    write_labels(tmp_path / "train/Annotations/dog", truth, every=2)
    source = {
        "youtube-vos": YoutubeVosSource(root=tmp_path),
        "folder pairs": FolderPairs(pictures=tmp_path / "train/JPEGImages", labels=tmp_path / "train/Annotations"),
    }[layout]
    (cached,) = build_cache([source], tmp_path / "c", shrinking=WHOLE)
    frames_THW3, labels_THW = read_all(cached)
    assert frames_THW3[:, 0, 0, 0] == pytest.approx([0, 40, 80], abs=2)
    assert np.array_equal(labels_THW, labels_of(truth)[::2])


def test_void_pixels_of_label_pngs_stay_void(tmp_path):
    (tmp_path / "pictures/a").mkdir(parents=True)
    (tmp_path / "labels/a").mkdir(parents=True)
    Image.new("RGB", (4, 1)).save(tmp_path / "pictures/a/7.png")
    write_label_png(tmp_path / "labels/a/7.png", np.array([[0, 3, 254, 255]]))
    source = FolderPairs(pictures=tmp_path / "pictures", labels=tmp_path / "labels")
    (cached,) = build_cache([source], tmp_path / "c", shrinking=WHOLE)
    assert read_all(cached)[1].tolist() == [[[0, 3, 255, 255]]]
    assert cached.object_ids == (3,)


def test_penn_fudan_becomes_clips_of_one_frame(tmp_path):
    cached = build_cache([PennFudanSource(root=write_penn_fudan(tmp_path / "pf"))], tmp_path / "c")
    assert [item.name for item in cached] == ["pennfudan-FudanPed00002", "pennfudan-PennPed00001"]
    frames_THW3, labels_THW = read_all(cached[0])
    assert frames_THW3[0, 0, 0] == pytest.approx([200, 10, 30], abs=4)
    assert [(labels_THW == value).sum() for value in (1, 2)] == [32, 24]


def test_polygons_become_clips_of_one_frame(tmp_path):
    for name in ("a b", "nobody"):
        (tmp_path / "coco/images/x").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 4), (9, 99, 199)).save(tmp_path / f"coco/images/x/{name}.png")
    (tmp_path / "coco/labels/x").mkdir(parents=True)
    (tmp_path / "coco/labels/x/a b.txt").write_text("0 0 0 0.25 0 0.25 1 0 1\n\n7 0.5 0 1 0 1 1 0.5 1\n")
    cached = build_cache([YoloPolygons(root=tmp_path / "coco")], tmp_path / "c", shrinking=WHOLE)
    assert [(item.name, item.object_ids) for item in cached] == [("coco-a-b", (1, 2)), ("coco-nobody", ())]
    assert read_all(cached[0])[1].tolist() == [[[2, 2, 0, 0, 1, 1, 1, 1]] * 4]


@pytest.mark.parametrize("line", ["0 0.1 0.2 0.3 0.4", "0 0 0 1 0 1 1 0.5", "0 a b c d e f"])
def test_a_line_that_is_no_polygon_is_named(tmp_path, line):
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "images/a.png")
    (tmp_path / "labels/a.txt").write_text(f"0 0 0 1 0 1 1\n{line}\n")
    with pytest.raises(FormatError, match="line 2 of"):
        build_cache([YoloPolygons(root=tmp_path)], tmp_path / "c")


@pytest.mark.parametrize("where", ["in run.json", "given", "in its frames folder"])
def test_the_folder_of_a_run_becomes_a_clip(tmp_path, where):
    truth = random_masklets()
    run = tmp_path / "runs/my run"
    video = run / "frames" if where == "in its frames folder" else tmp_path / "video"
    write_pictures(video, truth)
    run.mkdir(parents=True, exist_ok=True)
    write_run(truth, run / "masklets.jsonl")
    (run / "run.json").write_text(
        json.dumps({"input": {"uri": str(video) if where == "in run.json" else "/gone"}})
    )
    source = MaskletSource(root=tmp_path / "runs", video=video if where == "given" else None, every=2)
    (cached,) = build_cache([source], tmp_path / "c", shrinking=WHOLE)
    frames_THW3, labels_THW = read_all(cached)
    assert cached.name == "run-my-run"
    assert frames_THW3[:, 0, 0, 0] == pytest.approx([0, 40, 80], abs=2)
    assert np.array_equal(labels_THW, labels_of(truth)[::2])


@pytest.mark.parametrize(("lengths", "frames", "known"), [
    pytest.param({1: 6, 2: 6}, 6, {1, 2}, id="all of it"),
    pytest.param({1: 6, 2: 5}, 5, {1, 2}, id="a frame less for both"),
    pytest.param({1: 6, 2: 2}, 6, {1}, id="one object less for all frames"),
    pytest.param({}, 6, set(), id="nobody"),
])  # fmt: skip
def test_of_a_labelled_clip_is_taken_what_is_known_throughout(tmp_path, lengths, frames, known):
    mask_HW = np.ones((4, 6), bool)
    ways = {
        index: [ObjectMask(each, encode(mask_HW), 1.0, None) for each, length in lengths.items() if index < length]
        for index in range(6)
    }
    taken = known_throughout(Masklets((4, 6), ways))
    assert taken.frame_indices == tuple(range(frames))
    assert all({item.object_id for item in taken.objects(index)} == known for index in range(frames))


@pytest.mark.parametrize(("record", "frames"), [({"origin": {}}, 2), ({}, 3)])
def test_only_of_labelled_clips_the_end_is_left_out(tmp_path, record, frames):
    mask_HW = np.ones((4, 6), bool)
    ways = {index: [ObjectMask(1, encode(mask_HW), 1.0, None)] * (index < 2) for index in range(3)}
    masklets = Masklets((4, 6), ways)
    write_pictures(tmp_path / "run/frames", masklets)
    write_run(masklets, tmp_path / "run/masklets.jsonl")
    (tmp_path / "run/run.json").write_text(json.dumps(record))
    (cached,) = build_cache([MaskletSource(root=tmp_path / "run")], tmp_path / "c", shrinking=WHOLE)
    assert cached.frame_count == frames


def test_a_run_that_does_not_know_its_video_says_so(tmp_path):
    write_run(random_masklets(), tmp_path / "masklets.jsonl")
    with pytest.raises(FormatError, match="say where it is"):
        build_cache([MaskletSource(root=tmp_path)], tmp_path / "c")


def test_a_folder_without_runs_says_so(tmp_path):
    with pytest.raises(FormatError, match="found none"):
        build_cache([MaskletSource(root=tmp_path)], tmp_path / "c")


def test_masklets_and_frames_from_anywhere_become_a_clip(tmp_path):
    from masklet.sources import open_source

    truth = random_masklets()
    part = Masklets(truth.size_HW, {index: truth.objects(index) for index in (2, 3)})
    video_THW3 = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1) * 20 + np.zeros((6, *truth.size_HW, 3), np.uint8)
    given = clip_of_masklets("a", part, lambda: open_source(video_THW3), source="s", licence="l")
    (cached,) = build_cache([[given]], tmp_path / "c", shrinking=WHOLE)
    frames_THW3, labels_THW = read_all(cached)
    assert frames_THW3[:, 0, 0, 0] == pytest.approx([40, 60], abs=2)
    assert np.array_equal(labels_THW, labels_of(truth)[2:4])
