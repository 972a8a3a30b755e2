"""What is looked at, on a recording where it is known."""

import csv
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import gaze_clip
from gaze_clip import CLASS_OF, RADIUS, SPACE, write_recording
from masklet.core.errors import MaskletError
from masklet.masklets import open_masklets
from masklet.pipelines.gaze.in_labels import find_in_labels
from masklet.pipelines.gaze.in_masks import find_in_masks
from masklet.pipelines.gaze.job import run
from masklet.pipelines.gaze.settings import GazeJob
from masklet.prompts.length import Length

BY_MASKS = {object_id: f"{name} {object_id}" for object_id, name in CLASS_OF.items()} | {
    0: "nothing",
    -1: "nothing",
}
BY_LABELS = CLASS_OF | {0: "road", -1: "sky"}
BY_BOTH = BY_MASKS | {0: "road", -1: "sky"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    return folder, write_recording(folder)


def job_of(folder, **more):
    """A job that bears with a tracker whose samples lie as far apart as it may be off."""
    away = {"radius": Length(RADIUS), "dispersion": Length(25)}
    return GazeJob(source=str(folder / "frames"), gaze=folder / "export", **(away | more))


def rows(path):
    with Path(path).open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("known", "expected", "decide"),
    [
        pytest.param(("masks",), BY_MASKS, "pixel", id="masks"),
        pytest.param(("labels",), BY_LABELS, "pixel", id="label maps"),
        pytest.param(("masks", "labels"), BY_BOTH, "disk", id="both"),
        pytest.param(("unnamed", "labels"), BY_BOTH, "pixel", id="masks without names, and label maps"),
    ],
)
def test_labels_are_right_farther_from_a_border_than_the_error(clip, tmp_path, known, expected, decide):
    folder, truth = clip
    masks = next((folder / f"{name}.jsonl" for name in known if name != "labels"), None)
    labels = folder / "labels" if "labels" in known else None
    run(job_of(folder, masks=masks, labels=labels, decide=decide), tmp_path / "out", overlay=False)
    found = rows(tmp_path / "out/samples.csv")
    sure = truth.depth_S > RADIUS
    right = [
        row["object"] == expected[owner]
        for row, owner, use in zip(found, truth.owner_S, sure, strict=True)
        if use and row["used"] == "used"
    ]
    assert len(right) > 100
    assert np.mean(right) >= 0.99
    assert {expected[owner] for owner in truth.owner_S[sure]} <= {row["object"] for row in found}
    assert [int(row["frame"]) for row in found] == truth.frame_S.tolist()  # there is no luck in it


def test_shares_of_masks_are_those_that_label_maps_tell(clip):
    folder, _ = clip
    random = np.random.default_rng(3)
    frames_K = np.sort(random.integers(0, gaze_clip.FRAMES, 300))
    xy_K2 = random.integers(0, [gaze_clip.WIDTH, gaze_clip.HEIGHT], (300, 2))
    masklets = open_masklets(folder / "masks.jsonl")
    objects = find_in_masks(frames_K, xy_K2, masklets, 9.0).found

    class Owners:
        space = SPACE
        frame_indices = tuple(range(gaze_clip.FRAMES))

        def label_map(self, index):
            return np.where(gaze_clip.owners(index) > 0, gaze_clip.owners(index), 255).astype(np.uint8)

    size_HW = (gaze_clip.HEIGHT, gaze_clip.WIDTH)
    classes = find_in_labels(frames_K, frames_K, xy_K2, Owners(), size_HW, 9.0).found
    as_rows = [
        sorted(zip(f.sample_P.tolist(), f.key_P.tolist(), f.share_P.tolist(), f.is_at_P.tolist(), strict=True))
        for f in (objects, classes)
    ]
    assert as_rows[0] == as_rows[1]
    assert as_rows[0]


def test_two_of_a_class_are_told_apart_by_their_ids(clip, tmp_path):
    folder, _ = clip
    record = run(job_of(folder, masks=folder / "masks.jsonl"), tmp_path / "out", overlay=False)
    looked_at = {row["object"]: row for row in record["objects"]}
    assert {"person 1", "person 2"} <= set(looked_at)
    names, counts = record["transitions"]["names"], np.array(record["transitions"]["counts"])
    assert counts.sum() == record["visits"] - 1
    assert not counts.diagonal().any()
    one, other = names.index("person 1"), names.index("person 2")
    assert record["to_another_of_its_class"] == counts[one, other] + counts[other, one] > 0


def test_what_is_left_agrees_with_itself(clip, tmp_path):
    folder, truth = clip
    record = run(job_of(folder, masks=folder / "masks.jsonl", labels=folder / "labels"), tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"gaze.json", "samples.csv", "fixations.csv", "sequence.csv", "objects.csv", "transitions.csv"}
    assert names >= {"overlay.mp4", "sheet.png", "timeline.png"}
    assert record == json.loads((tmp_path / "out/gaze.json").read_text())
    assert record["samples"] == len(truth.owner_S) == record["used"] + sum(record["left_out"].values())
    assert record["fixations"]["kind"] == "detected"
    assert sum(row["seconds"] for row in record["objects"]) == pytest.approx(record["used"] / 200 / 1.02, rel=0.02)
    for row in rows(tmp_path / "out/samples.csv"):
        shares = [float(part.rpartition(":")[2]) for part in row["candidates"].split("; ") if part]
        assert sum(shares) <= 1.001
        assert shares == sorted(shares, reverse=True)
    visits = rows(tmp_path / "out/sequence.csv")
    assert all(first["object"] != second["object"] for first, second in pairwise(visits))
    assert (
        sum(int(row["fixations"]) for row in visits) + record["fixations"]["without_samples"]
        == record["fixations"]["count"]
    )


def test_names_are_given_to_objects(clip, tmp_path):
    folder, _ = clip
    job = job_of(folder, masks=folder / "unnamed.jsonl", names={1: "Ann"})
    record = run(job, tmp_path / "out", overlay=False)
    assert {"Ann 1", "object 2"} <= {row["object"] for row in record["objects"]}


def test_a_label_map_stands_for_its_neighbours_within_reach(clip, tmp_path):
    folder, _ = clip
    sparse = tmp_path / "labels"
    sparse.mkdir()
    for frame in (0, 30):
        (sparse / f"{frame:05d}.png").write_bytes((folder / f"labels/{frame:05d}.png").read_bytes())
    job = job_of(folder, labels=sparse)
    few = run(job, tmp_path / "few", overlay=False)
    more = run(replace(job, reach=5), tmp_path / "more", overlay=False)
    assert few["left_out"]["no masks of its frame"] > more["left_out"]["no masks of its frame"]
    assert {row["object"] for row in few["objects"]} <= {f"class {value}" for value in range(4)}


class Semantic:
    """A made-up network: the colours of the pictures are those of the classes."""

    label_space = SPACE
    asked: list[int] = []  # noqa: RUF012

    def label(self, frame):
        self.asked.append(frame.index)
        palette = SPACE.palette_256x3[: len(SPACE)].astype(int)
        return (
            np.abs(frame.image_HW3[:, :, None].astype(int) - palette).sum(axis=3).argmin(axis=2).astype(np.uint8)
        )


@pytest.fixture
def semantic(monkeypatch):
    monkeypatch.setattr("masklet.pipelines.gaze.job.load_semantic", lambda name, **options: Semantic())
    monkeypatch.setattr("masklet.pipelines.gaze.job.weights_rows", lambda models: [{"name": models[0][0]}])
    Semantic.asked.clear()
    return Semantic


def test_a_model_labels_the_frames_that_are_looked_at_and_goes_on_after_a_stop(
    clip, tmp_path, semantic, monkeypatch
):
    folder, truth = clip
    job = job_of(folder, model="made-up", masks=folder / "unnamed.jsonl")

    class Stopped(Semantic):
        def label(self, frame):
            if frame.index == 20:
                raise KeyboardInterrupt
            return super().label(frame)

    with monkeypatch.context() as patched:
        patched.setattr("masklet.pipelines.gaze.job.load_semantic", lambda name, **options: Stopped())
        with pytest.raises(KeyboardInterrupt):
            run(job, tmp_path / "out", overlay=False)
    assert semantic.asked == list(range(20))
    record = run(job, tmp_path / "out", overlay=False, resume=True)
    assert semantic.asked == sorted(set(truth.frame_S.tolist()))
    assert {"person 1", "person 2", "dog 3", "road", "sky"} == {row["object"] for row in record["objects"]}
    assert run(job, tmp_path / "out", resume=True) == record
    with pytest.raises(MaskletError, match="others for offset"):
        run(replace(job, offset=0.1), tmp_path / "out", resume=True)


def test_a_gaze_of_one_pixel_a_frame_is_a_fixation_each(clip, tmp_path):
    folder, _ = clip
    (tmp_path / "gaze.csv").write_text(
        "frame,x,y\n" + "".join(f"{frame},{20 + frame / 2},70\n" for frame in range(0, 50, 25))
    )
    job = replace(job_of(folder, masks=folder / "masks.jsonl"), gaze=tmp_path / "gaze.csv")
    record = run(job, tmp_path / "out", overlay=False)
    assert (record["fixations"]["kind"], record["fixations"]["count"], record["visits"]) == ("samples", 2, 1)
    assert record["objects"][0]["object"] == "person 1"


def test_samples_that_cannot_be_looked_up_are_counted_by_why(clip, tmp_path):
    folder, _ = clip
    lines = [
        "0.00,50,70,1,0",  # fine
        "0.04,50,70,1,1",  # a blink
        "0.08,,,1,0",
        "0.12,50,70,0.3,0",
        "0.16,50,70,0,0",
        "0.20,500,70,1,0",  # beside the picture
        "0.24,50,-1,1,0",
        "9.00,50,70,1,0",  # after the video
    ]
    (tmp_path / "gaze.csv").write_text("seconds,x,y,confidence,blink\n" + "\n".join(lines) + "\n")
    job = replace(job_of(folder, masks=folder / "masks.jsonl"), gaze=tmp_path / "gaze.csv")
    record = run(job, tmp_path / "out", overlay=False)
    assert record["used"] == 1
    assert record["left_out"] == {
        "blink": 1,
        "no position": 1,
        "low confidence": 2,
        "outside the time of the video": 1,
        "outside the picture": 2,
    }
    assert [row["used"] for row in rows(tmp_path / "out/samples.csv")][:2] == ["used", "blink"]


def plain(folder, text):
    path = folder / "gaze.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"masks": None}, "masks, label maps or a model", id="nothing known"),
        pytest.param({"gaze": "seconds,x,y\n70,1,1\n"}, "while the video runs", id="another time"),
        pytest.param(
            {"gaze": "seconds,x,y\n0,-5,1\n0.1,900,1\n"}, "none of 2 .2 x outside the picture", id="outside"
        ),
        pytest.param({"gaze": "seconds,x,y,confidence\n0,5,1,0\n"}, "1 x low confidence", id="no confidence"),
        pytest.param({"gaze": "seconds,x,y\n"}, "at least one sample", id="no samples"),
        pytest.param({"radius": Length(1, "deg")}, "field of view", id="degrees without a camera"),
        pytest.param({"fixations": "given"}, "fixations beside", id="no fixations"),
        pytest.param({"names": {1: "Ann"}, "masks": None}, "masks, label maps", id="names of nothing"),
        pytest.param({"labels": "{tmp}/none"}, "PNG masks in the folder", id="no label maps"),
        pytest.param(
            {"labels": "{tmp}/small"}, "160x120 pixels as the video has, got 4x4", id="label maps of another size"
        ),
        pytest.param(
            {"labels": "{tmp}/strange"}, "labels 0 to 3 of street .* got 77", id="a label that means nothing"
        ),
        pytest.param({"gaze_size": (50, 400)}, "400x50, got 160x120", id="another shape"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(clip, tmp_path, change, says):
    folder, _ = clip
    from masklet.formats.davis import write_label_png
    from masklet.formats.label_space import write_label_space

    for name, labels_HW in (("small", np.zeros((4, 4))), ("strange", np.full((120, 160), 77)), ("none", None)):
        (tmp_path / name).mkdir()
        write_label_space(SPACE, tmp_path / name / "label_space.json")
        for frame in range(gaze_clip.FRAMES if labels_HW is not None else 0):
            write_label_png(tmp_path / name / f"{frame:05d}.png", labels_HW.astype(np.uint8))
    change = dict(change)
    if isinstance(change.get("gaze"), str):
        change["gaze"] = plain(tmp_path, change["gaze"])
    if isinstance(change.get("labels"), str):
        change |= {"labels": Path(change["labels"].format(tmp=tmp_path)), "masks": None}
    job = replace(job_of(folder, masks=folder / "masks.jsonl"), **change)
    with pytest.raises(MaskletError, match=says) as caught:
        run(job, tmp_path / "out", overlay=False)
    assert "\n" not in str(caught.value)
    assert not any((tmp_path / "out").glob("*.csv"))


def test_masks_of_another_video_are_refused(clip, tmp_path):
    folder, _ = clip
    line = (folder / "masks.jsonl").read_text().splitlines()[0].replace('"frame":0', '"frame":60')
    (tmp_path / "m.jsonl").write_text(line + "\n")
    with pytest.raises(MaskletError, match="50 frames"):
        run(job_of(folder, masks=tmp_path / "m.jsonl"), tmp_path / "out")


def test_without_matplotlib_all_but_the_timeline_is_there(clip, tmp_path, monkeypatch):
    monkeypatch.setattr("masklet.render.plots.find_spec", lambda name: None)
    folder, _ = clip
    record = run(job_of(folder, masks=folder / "masks.jsonl"), tmp_path / "out", overlay=False)
    assert "masklet[viz]" in record["not_written"]["timeline.png"]
    assert (tmp_path / "out/samples.csv").is_file()


def test_a_folder_of_others_is_left_alone(clip, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(MaskletError, match="no run of masklet made"):
        run(job_of(clip[0], masks=clip[0] / "masks.jsonl"), tmp_path, overwrite=True)


@pytest.mark.shared
@pytest.mark.parametrize("export", ["pupil_core_export", "pupil_invisible_csv", "mobileGazeMapping"])
def test_real_exports_are_joined(shared, tmp_path, export):
    """Masks are made up, as are the videos of two of them: held here is that samples find their frames."""
    from masklet.core.rle import encode
    from masklet.formats.gaze import read_gaze
    from masklet.masklets import Masklets, ObjectMask
    from masklet.pipelines.gaze.joined import JoinedGaze
    from masklet.pipelines.gaze.looks import looks_of
    from masklet.pipelines.gaze.rests import looks_of_rests, rests_of
    from masklet.pipelines.gaze.use import use_of
    from masklet.prompts.gaze_clock import place

    size_HW, frames, rate, first = {
        "pupil_core_export": ((720, 1280), 208, 30, 417),
        "pupil_invisible_csv": ((1080, 1088), 516, 30, None),
        "mobileGazeMapping": ((1080, 1920), 50, 25, None),
    }[export]
    video_T = np.arange(frames) / rate
    gaze = read_gaze(shared / "gaze" / export).in_pixels_of(size_HW)
    placed = place(gaze, video_T, first_frame=first)
    assert (placed.frames_S >= 0).mean() > 0.99
    left_HW = np.zeros(size_HW, bool)
    left_HW[:, : size_HW[1] // 2] = True
    halves = (ObjectMask(1, encode(left_HW), label="left"), ObjectMask(2, encode(~left_HW), label="right"))
    masklets = Masklets(size_HW, dict.fromkeys(range(frames), halves))
    use = use_of(gaze, placed.frames_S, size_HW, range(frames), 0.6)
    used = np.flatnonzero(use.is_used_S)
    found = find_in_masks(placed.frames_S[used], np.floor(gaze.xy_S2[used]).astype(int), masklets, 20)
    looks = looks_of(len(used), found, None, space=None)
    rests = rests_of(gaze, placed, use, video_T, dispersion=30, duration=0.1)
    joined = JoinedGaze(
        gaze, placed, use, 20, looks, rests, looks_of_rests(rests, placed.seconds_S[used], looks, "pixel")
    )
    expected = np.where(gaze.xy_S2[used][:, 0] < size_HW[1] // 2, "left 1", "right 2")
    assert [looks.name_of(target) for target in looks.target_K] == expected.tolist()
    assert len(joined.visits) >= 1
    kinds = {"pupil_core_export": "given", "pupil_invisible_csv": "given", "mobileGazeMapping": "detected"}
    assert rests.kind == kinds[export]
    blinks = use.counts().get("blink", 0)
    assert blinks == {"pupil_core_export": 362, "pupil_invisible_csv": 110, "mobileGazeMapping": 0}[export]
