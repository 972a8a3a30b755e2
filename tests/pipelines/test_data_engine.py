"""Raw footage becomes clips of masklets: planned, labelled, carried, checked, written, gone on with."""

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

from fakes import BLUE, GREEN, RED, PaintedDetector, PaintedSegmenter, PaintedTracker, paint
from masklet.core.errors import MaskletError, OutputError, PromptError, SourceError
from masklet.core.masks import resize
from masklet.core.values import Frame, FrameMasks
from masklet.formats import read_masklets
from masklet.masklets import object_masks, open_masklets
from masklet.pipelines import label_job
from masklet.pipelines.carrying import CarryConfig, carry
from masklet.pipelines.clip_plan import ClipLengths, clip_spans
from masklet.pipelines.data_engine import label
from masklet.pipelines.everything import EverythingConfig
from masklet.pipelines.label_job import LabelJob
from masklet.sources import write_video

SIZE_HW = (60, 80)
Y_HW, X_HW = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
ASK = EverythingConfig(grid=6)


def disk(x, y, radius):
    return (X_HW - x) ** 2 + (Y_HW - y) ** 2 < radius**2


def picture(*disks, ground=(90, 90, 90)):
    image_HW3 = paint([], ground=ground)
    for colour, x, y, radius in disks:
        image_HW3[disk(x, y, radius)] = colour
    return image_HW3


def walk(count=12, green_until=9):
    """A red disk walks right through all frames, a green one stands until it is gone."""
    return [
        picture((RED, 20 + 2 * i, 18, 12), *([(GREEN, 60, 45, 11)] if i < green_until else []))
        for i in range(count)
    ]


def frames_of(images):
    return [Frame(index, index / 25, image_HW3) for index, image_HW3 in enumerate(images)]


@pytest.fixture(autouse=True)
def painted(monkeypatch):
    """The networks' painted stand-ins; a name that is none goes to the real door, which says so."""
    fakes = {"segmenter": PaintedSegmenter, "tracker": PaintedTracker, "detector": PaintedDetector}
    for kind, fake in fakes.items():
        monkeypatch.setattr(label_job, f"load_{kind}", lambda name, fake=fake, **_: fake())


@pytest.fixture
def folder(tmp_path):
    return save(walk(), tmp_path / "walk")


def save(images, folder):
    folder.mkdir()
    for index, image_HW3 in enumerate(images):
        Image.fromarray(image_HW3).save(folder / f"{index:05d}.png")
    return folder


def job(*sources, lengths=None, **settings):
    return LabelJob(
        sources=tuple(map(str, sources)),
        everything=settings.pop("everything", ASK),
        lengths=lengths or ClipLengths(every=6, length=6, shortest=3),
        **settings,
    )


# what is carried and checked


def first_masks(*masks):
    ids = tuple(range(1, len(masks) + 1))
    return FrameMasks(0, ids, np.array(masks), np.full(len(masks), 0.8), ("disk",) * len(masks))


def carried(images, masks, *, tracker=None, segmenter=None, shortest=3, **settings):
    return carry(
        frames_of(images),
        masks,
        tracker or PaintedTracker(),
        segmenter or PaintedSegmenter(),
        CarryConfig(**settings),
        shortest=shortest,
    )


BOTH = first_masks(disk(20, 18, 12), disk(60, 45, 11))


@pytest.mark.parametrize("check", ["both", "back", "again", "none"])
def test_masks_are_carried_as_far_as_their_objects_are_seen(check):
    result = carried(walk(), BOTH, check=check)
    assert {object_id: len(way.masks) for object_id, way in result.ways.items()} == {1: 12, 2: 9}
    assert [way.agreement for way in result.ways.values()] == [1.0, 1.0]
    assert {item.label for way in result.ways.values() for item in way.masks} == {"disk"}
    last = FrameMasks(11, (1,), disk(42, 18, 12)[None], np.ones(1))
    assert result.ways[1].masks[-1].rle == object_masks(last)[0].rle


def test_an_object_that_is_gone_too_soon_is_lost():
    result = carried(walk(green_until=2), BOTH)
    assert (set(result.ways), result.losses) == ({1}, {2: "lost"})


class Wanderer(PaintedTracker):
    """From a frame on, what was followed by its colour is said to be somewhere else: a drift."""

    def __init__(self, drifts_from):
        self.drifts_from = drifts_from

    def start(self):
        session = super().start()
        step = session.step

        def drifting(frame, prompts=()):
            masks = step(frame, prompts)
            if frame.index < self.drifts_from or prompts:
                return masks
            blue_NHW = np.repeat((frame.image_HW3 == BLUE).all(axis=2)[None], len(masks.object_ids), axis=0)
            return FrameMasks(frame.index, masks.object_ids, blue_NHW, masks.scores_N)

        session.step = drifting
        return session


def test_a_way_that_does_not_come_back_is_cut_to_the_half_that_does():
    images = [picture((RED, 20, 18, 12), (BLUE, 60, 45, 11)) for _ in range(12)]
    mask = first_masks(disk(20, 18, 12))
    result = carried(images, mask, tracker=Wanderer(drifts_from=7), check="back")
    assert {object_id: len(way.masks) for object_id, way in result.ways.items()} == {1: 6}
    short = carried(images, mask, tracker=Wanderer(drifts_from=7), check="back", shortest=7)
    assert short.losses == {1: "inconsistent"}
    assert len(carried(images, mask, tracker=Wanderer(drifts_from=7), check="none").ways[1].masks) == 12


def test_a_way_that_the_segmenter_does_not_confirm_is_cut():
    images = [picture((RED, 20, 18, 12)) for _ in range(8)]
    mask = first_masks(disk(20, 18, 12) | disk(60, 45, 11))  # more than the red disk

    class Frozen(PaintedTracker):
        def start(self):
            session = super().start()
            session.step = lambda frame, prompts=(): FrameMasks(frame.index, (1,), mask.masks_NHW, np.ones(1))
            return session

    assert carried(images, mask, tracker=Frozen(), check="back").ways[1].agreement == 1
    for check in ("again", "both"):
        assert carried(images, mask, tracker=Frozen(), check=check).losses == {1: "inconsistent"}
    assert carried(images, mask, tracker=Frozen(), check="both", least_agreement=0.1).ways[1].agreement < 0.7


def test_specks_that_a_tracker_leaves_are_cut_off():
    images = [picture((RED, 20, 18, 12)), *[picture((RED, 20, 18, 12), (RED, 70, 50, 3))] * 3]
    mask = first_masks(disk(20, 18, 12))
    assert {item.rle for item in carried(images, mask).ways[1].masks} == {object_masks(mask)[0].rle}
    kept = carried(images, mask, fragment=0.0, check="none").ways[1].masks
    assert kept[1].rle.area == object_masks(mask)[0].rle.area + disk(70, 50, 3).sum()


def test_nothing_to_carry_is_no_trouble():
    result = carried(walk(), FrameMasks.empty(0, SIZE_HW))
    assert (result.ways, result.losses) == ({}, {})


@pytest.mark.parametrize(
    "wrong", [{"check": "twice"}, {"least_agreement": 2}], ids=lambda wrong: next(iter(wrong))
)
def test_checks_that_are_none_are_named(wrong):
    with pytest.raises(PromptError, match=next(iter(wrong))):
        CarryConfig(**wrong)


# which clips there are


@pytest.mark.parametrize(
    ("shots", "count", "expected"),
    [
        pytest.param([0], 12, [(0, 5), (6, 11)], id="one shot"),
        pytest.param([0], 9, [(0, 5), (6, 9)], id="the end is short"),
        pytest.param([0], 8, [(0, 5)], id="the end is too short"),
        pytest.param([0, 4], 9, [(0, 4), (4, 9)], id="a cut begins anew"),
        pytest.param([0, 2], 6, [(2, 6)], id="a shot that is too short"),
        pytest.param([0], 2, [], id="nothing long enough"),
    ],
)
def test_clips_keep_to_their_shots(shots, count, expected):
    spans = clip_spans(shots, count, ClipLengths(every=6, length=5, shortest=3))
    assert [(span.start, span.stop) for span in spans] == expected


@pytest.mark.parametrize(
    "wrong", [{"every": 0}, {"length": 0}, {"length": 4, "shortest": 5}], ids=["every", "length", "shortest"]
)
def test_lengths_that_cannot_be_are_refused(wrong):
    with pytest.raises(SourceError, match="Expected"):
        ClipLengths(**wrong)


# from sources to folders


def test_a_video_becomes_clips_that_every_reader_takes(folder, tmp_path):
    report = label(job(folder), tmp_path / "out")
    assert [(row["name"], row["frames"], row["objects"]) for row in report["by_clip"]] == [
        ("walk-00000", 6, 2),
        ("walk-00006", 6, 2),
    ]
    masklets = read_masklets(tmp_path / "out" / "walk-00006")
    assert masklets.frame_indices == tuple(range(6, 12))
    assert masklets.masklet(2).frame_indices == (6, 7, 8)  # then it is gone
    images = walk()
    for masks in masklets:
        expected_HW = (images[masks.frame_index] == RED).all(axis=2)
        np.testing.assert_array_equal(masks.masks_NHW[masks.object_ids.index(1)], expected_HW)


def test_the_report_sums_what_the_clips_record(folder, tmp_path):
    report = label(job(folder), tmp_path / "out")
    records = [json.loads(path.read_text()) for path in sorted((tmp_path / "out").glob("*/run.json"))]
    assert report == json.loads((tmp_path / "out/report.json").read_text())
    assert (report["clips"], report["frames"], report["objects"]) == (2, 12, 4)
    assert report["object_frames"] == 6 + 6 + 6 + 3
    for name in ("prompts", "covered", "questions"):
        assert report[name] == sum(record[name] for record in records)
    assert report["dropped"]["empty"] == sum(record["dropped"]["empty"] for record in records)
    assert {weight["name"] for weight in records[0]["weights"]} == {"eiseg-hrnet18-ocr64", "masklet-s"}
    assert records[1]["tracks"][1] == {
        "id": 2, "label": None, "frames": 3, "score": 1.0, "stability": 1.0, "agreement": 1.0,
    }  # fmt: skip


def test_cuts_end_clips(tmp_path):
    other = [picture((BLUE, 30 + i, 30, 12), ground=(20, 160, 200)) for i in range(4)]
    source = save([*walk(4), *other], tmp_path / "cut")
    report = label(job(source), tmp_path / "out")
    assert [row["name"] for row in report["by_clip"]] == ["cut-00000", "cut-00004"]


def test_stills_are_clips_of_one_frame_of_any_size(tmp_path):
    images = [
        walk()[0],
        np.stack([resize(channel > 100, (30, 40)) for channel in walk()[0].transpose(2, 0, 1)], 2),
    ]
    source = save([images[0], images[1].astype(np.uint8) * 200], tmp_path / "stills")
    with pytest.raises(SourceError, match="as stills"):
        label(job(source), tmp_path / "out")
    report = label(job(source, stills=True), tmp_path / "out")
    assert [(row["name"], row["frames"]) for row in report["by_clip"]] == [("00000", 1), ("00001", 1)]
    masklets = open_masklets(tmp_path / "out/00000/masklets.jsonl")
    assert (masklets.size_HW, masklets.object_ids, masklets.frame_name(0)) == (SIZE_HW, (1, 2), "00000")
    record = json.loads((tmp_path / "out/00000/run.json").read_text())
    assert [weight["name"] for weight in record["weights"]] == ["eiseg-hrnet18-ocr64"]  # no tracker takes part


def test_a_picture_is_a_still_without_being_told(folder, tmp_path):
    report = label(job(folder / "00003.png", folder / "00007.png"), tmp_path / "out")
    assert [row["name"] for row in report["by_clip"]] == ["00003", "00007"]


def test_a_detector_names_its_objects(folder, tmp_path):
    label(job(folder, detect=("thing",), everything=EverythingConfig(grid=0)), tmp_path / "out")
    masklets = open_masklets(tmp_path / "out/walk-00000/masklets.jsonl")
    assert set(masklets.labels.values()) == {"thing"}
    assert {masks.labels_N for masks in masklets} == {("thing", "thing")}


def test_exported_frames_fit_their_masks(folder, tmp_path):
    label(job(folder, export=True), tmp_path / "out")
    clip = tmp_path / "out/walk-00006"
    assert [path.name for path in sorted((clip / "frames").iterdir())] == [f"{i:05d}.jpg" for i in range(6, 12)]
    masklets = open_masklets(clip / "masklets.jsonl")
    assert masklets.frame_indices == tuple(range(6))
    assert masklets.frame_name(0) == "00006"
    record = json.loads((clip / "run.json").read_text())
    assert record["input"]["uri"] == str(clip / "frames")
    assert record["origin"] == {"uri": str(folder), "first_frame": 6}


def test_a_video_file_keeps_its_times(tmp_path):
    write_video(tmp_path / "walk.mp4", walk(8, green_until=0), frames_per_second=25)
    blank = job(tmp_path / "walk.mp4", lengths=ClipLengths(every=4, length=4, shortest=3), detect=("thing",))
    label(blank, tmp_path / "out")
    lines = (tmp_path / "out/walk-00004/masklets.jsonl").read_text().splitlines()
    assert [json.loads(line)["seconds"] for line in lines] == [0.16, 0.2, 0.24, 0.28]


def test_a_clip_in_which_nothing_is_sure_is_there_and_empty(tmp_path):
    source = save([picture()] * 4, tmp_path / "blank")
    report = label(job(source), tmp_path / "out")
    assert (report["clips"], report["objects"]) == (1, 0)
    assert len(open_masklets(tmp_path / "out/blank-00000/masklets.jsonl")) == 4


# going on, and what goes wrong


def stopping_after(count, clips):
    for position, clip in enumerate(clips):
        if position == count:
            raise KeyboardInterrupt
        yield clip


def test_a_job_that_was_stopped_goes_on_to_the_same_bytes(folder, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        label(job(folder), tmp_path / "out", progress=partial(stopping_after, 1))
    first = tmp_path / "out/walk-00000/masklets.jsonl"
    assert [path.name for path in (tmp_path / "out").glob("walk*")] == ["walk-00000"]
    written = first.stat().st_mtime_ns
    report = label(job(folder), tmp_path / "out", resume=True)
    assert first.stat().st_mtime_ns == written
    assert report["clips"] == 2
    label(job(folder), tmp_path / "whole")
    for path in (tmp_path / "whole").glob("*/masklets.jsonl"):
        assert path.read_bytes() == (tmp_path / "out" / path.relative_to(tmp_path / "whole")).read_bytes()


def test_going_on_with_other_settings_is_refused(folder, tmp_path):
    label(job(folder), tmp_path / "out")
    with pytest.raises(OutputError, match="threshold"):
        label(job(folder, threshold=0.7), tmp_path / "out", resume=True)


def test_what_is_there_is_replaced_only_when_asked(folder, tmp_path):
    label(job(folder), tmp_path / "out")
    with pytest.raises(OutputError, match="--resume"):
        label(job(folder), tmp_path / "out")
    report = label(job(folder, carry=CarryConfig(check="none")), tmp_path / "out", overwrite=True)
    assert report["clips"] == 2
    (tmp_path / "out/walk-00000/notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        label(job(folder), tmp_path / "out", overwrite=True)


def test_a_source_that_cannot_be_read_does_not_stop_the_others(folder, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    report = label(job(tmp_path / "broken.png", folder, tmp_path / "none.mp4"), tmp_path / "out")
    assert report["clips"] == 2
    assert set(report["not_labelled"]) == {str(tmp_path / "broken.png"), str(tmp_path / "none.mp4")}
    assert "whole picture" in report["not_labelled"][str(tmp_path / "broken.png")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"sources": ()}, "at least one video", id="no source"),
        pytest.param({"everything": EverythingConfig(grid=0)}, "something to ask", id="nothing to ask"),
        pytest.param({"lengths": ClipLengths(every=50, length=50, shortest=50)}, "at least 50", id="too short"),
    ],
)
def test_what_cannot_be_labelled_is_said_in_one_sentence(folder, tmp_path, change, says):
    whole = {"sources": (str(folder),), "everything": ASK} | change
    with pytest.raises(MaskletError, match=says) as caught:
        label(LabelJob(**whole), tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_sources_of_one_name_are_refused(folder, tmp_path):
    (tmp_path / "other").mkdir()
    other = save(walk(), tmp_path / "other/walk")
    with pytest.raises(OutputError, match="folders of their own"):
        label(job(folder, other), tmp_path / "out")


def test_a_source_named_twice_is_labelled_once(folder, tmp_path):
    assert label(job(folder, folder), tmp_path / "out")["clips"] == 2


def test_a_file_is_no_folder_for_clips(folder, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="file of that name"):
        label(job(folder), tmp_path / "out")
